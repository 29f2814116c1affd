"""How much memory a process may take that works on pictures, and how much of it it keeps."""

import ctypes
import resource

from django.conf import settings

#: glibc's names for two of its parameters (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

#: A piece of memory below this size comes from the heap [bytes]: pictures up to 3 megapixels. Pillow holds larger
#: ones in pieces of 16 MiB, which are then given back at once.
FROM_HEAP_BYTES = 12 << 20

#: So much may lie free at the end of the heap before it is given back [bytes]; one picture needs three such pieces.
KEPT_BYTES = 4 * FROM_HEAP_BYTES


def keep_memory() -> None:
    """Let this process and its children keep the memory that one picture took for the next one.

    By itself glibc sets both limits after what happens to have been freed, so that of two like processes one takes
    all memory anew for each picture and the other does not: the same work then costs them different CPU time, and
    a process holds more from one moment to the next although nothing leaks. Other C libraries have no such limits.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, FROM_HEAP_BYTES)
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)


def limit_memory() -> None:
    """With profile safe, let this process meet a MemoryError beyond the limit: one picture fails and not the machine.

    Linux counts all memory of its own towards it; macOS takes the limit and does not keep it. Decoders written in C
    may call a picture unreadable for which they get no memory.
    """
    if not settings.RELIABLE_DELIVERY:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = settings.MOST_MEMORY_MB * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
