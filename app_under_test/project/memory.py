"""How much memory a process may take that works on pictures."""

import resource

from django.conf import settings


def limit_memory() -> None:
    """With profile safe, let this process meet a MemoryError beyond the limit: one picture fails and not the machine.

    Linux counts all memory of its own towards it; macOS takes the limit and does not keep it. Decoders written in C
    may call a picture unreadable for which they get no memory.
    """
    if not settings.KEEPS_PROMISE:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = settings.MOST_MEMORY_MB * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
