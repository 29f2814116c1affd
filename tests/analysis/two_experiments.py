"""Two experiments to compare: the example, and the same on another machine."""

from pathlib import Path

from altered import answering_slower, with_experiment

from analysis.__main__ import main


def with_other_machine(folder: Path) -> Path:
    """The same on a machine whose answers take half as long again."""
    return with_experiment(answering_slower(folder, 1.5), lambda info: info["machine"].update(cpu="Other CPU", cores=8))


def compared(*folders: Path, unfair: str = "") -> int:
    return main(["compare", *map(str, folders), *(["--unfair", unfair] if unfair else [])])
