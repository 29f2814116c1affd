"""Removes the containers of one project when the process that started this one is gone, however it went.

python cleanup.py ENGINE PROJECT COMMAND ARGUMENT...

The starter holds this script's standard input open; its end is the one sign that also follows SIGKILL. The command
is compose's own way down. What it leaves (containers that were scaled up, volumes that were still in use) is found
by the project's label; exit code 1 if something cannot be removed.
"""

import signal
import subprocess
import sys

#: What a project is made of, in the order in which it can be removed: how it is listed, and how it is removed.
PARTS = (
    (("ps", "--all"), ("rm", "--force", "--volumes")),
    (("network", "ls"), ("network", "rm")),
    (("volume", "ls"), ("volume", "rm", "--force")),
)


def main(argv: list[str]) -> int:
    engine, project, *down = argv
    # Ctrl-C and a closing terminal are the starter's business; this process only waits for its end.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    subprocess.run(down, stdin=subprocess.DEVNULL)
    left = [remove(engine, project, *part) for part in PARTS]
    return 1 if any(left) else 0


def remove(engine: str, project: str, listing: tuple[str, ...], removal: tuple[str, ...]) -> bool:
    """Remove what the project has of one kind; whether something is left of it."""
    if found := find(engine, project, listing):
        subprocess.run([engine, *removal, *found], stdin=subprocess.DEVNULL)
    return bool(find(engine, project, listing))


def find(engine: str, project: str, listing: tuple[str, ...]) -> list[str]:
    label = f"label=com.docker.compose.project={project}"
    command = [engine, *listing, "--quiet", "--filter", label]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace"
    ).stdout.split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
