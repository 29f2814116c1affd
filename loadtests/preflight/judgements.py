"""What a reading of the machine means for a lesson: green, or red with the way to mend it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: With one core the load generator takes from the app what it measures.
FEWEST_CORES = 2
LEAST_MEMORY_GIB, LEAST_DISK_GIB = 1.0, 1.0
#: What others may use of all cores together.
MOST_OTHERS_PERCENT = 25.0
#: A clock that is being set moves by more than this while the checks run; one that is only kept right does not.
MOST_STEP_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the preflight: what was looked at and what was seen; `fix` says what to do if it is not good."""

    what: str
    good: bool
    told: str
    fix: str


def on_packages(installed: Mapping[str, str | None], locked: Mapping[str, Sequence[str]], python: str) -> Check:
    """Whether each package is there in a version of the lock file."""
    wrong = [
        name for name, version in installed.items() if version is None or version not in locked.get(name, [version])
    ]
    told = (
        f"Python {python}; {', '.join(wrong)} not as locked"
        if wrong
        else f"Python {python}, {len(installed)} as locked"
    )
    return Check(
        what="Python and packages", good=not wrong, told=told, fix="rm .venv/run.stamp, and the same once more"
    )


def on_cores(cores: int) -> Check:
    good = cores >= FEWEST_CORES
    return Check(what="cores", good=good, told=f"{cores}", fix="take another machine, or teach from results/example")


def on_memory(free_gib: float) -> Check:
    good = free_gib >= LEAST_MEMORY_GIB
    return Check(what="free memory", good=good, told=f"{free_gib:.1f} GiB", fix="close other programs")


def on_disk(free_gib: float) -> Check:
    good = free_gib >= LEAST_DISK_GIB
    return Check(what="free disk", good=good, told=f"{free_gib:.1f} GiB", fix="delete old folders in results/")


def on_others(percent: float) -> Check:
    good = percent <= MOST_OTHERS_PERCENT
    told = f"others use {percent:.0f} % of the cores"
    return Check(what="load", good=good, told=told, fix="close browser, updates and backups, then try again")


def on_power(plugged: bool | None) -> Check:
    """None: the system tells of no battery."""
    told = {None: "no battery", True: "plugged in", False: "on battery"}[plugged]
    return Check(what="power", good=plugged is not False, told=told, fix="plug it in: on battery a laptop slows down")


def on_heat(hottest: tuple[float, float] | None) -> Check:
    """The temperature that is nearest to its limit, and that limit [degrees Celsius]; None where it is not told."""
    told = f"{hottest[0]:.0f} °C, limit {hottest[1]:.0f} °C" if hottest else "not told by the system"
    good = hottest is None or hottest[0] < hottest[1]
    return Check(what="heat", good=good, told=told, fix="let it cool down: a hot processor slows down")


def on_clock(step_s: float) -> Check:
    good = abs(step_s) <= MOST_STEP_S
    told = "steady" if good else f"stepped by {step_s:+.2f} s"
    return Check(what="clock", good=good, told=told, fix="wait until the clock is set, then try again")
