"""Which process this is."""

import os
import socket
from zlib import crc32


def process_id() -> str:
    """This process, told apart from those of other hosts, such as containers, without naming the host."""
    return f"{crc32(socket.gethostname().encode()):08x}-{os.getpid()}"
