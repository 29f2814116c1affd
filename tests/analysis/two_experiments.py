"""Two experiments to compare: the example, and the same on another machine."""

from pathlib import Path

from altered import answering_slower, with_machine

from analysis.__main__ import main


def with_other_machine(folder: Path) -> Path:
    """The same on a machine whose answers take half as long again."""
    return with_machine(answering_slower(folder, 1.5), cpu="Other CPU", cores=8)


def compared(*folders: Path, unfair: str = "") -> int:
    return main(["compare", *map(str, folders), *(["--unfair", unfair] if unfair else [])])
