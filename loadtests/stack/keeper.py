"""Runs one command when the process that started this one is gone, however it went.

python keeper.py COMMAND ARGUMENT...

The starter holds this script's standard input open; its end is the one sign that also follows SIGKILL.
"""

import signal
import subprocess
import sys


def main(argv: list[str]) -> int:
    # Ctrl-C and a closing terminal are the starter's business; this process only waits for its end.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    return subprocess.run(argv, stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
