"""What is not equal between the experiments: that is what is compared. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis.compare.side import Side
from analysis.data.factors import CONDITIONS, short
from analysis.data.machine_noise import SPIN_LIMIT
from analysis.data.model import Trial
from analysis.format import listing, number
from analysis.tables.summary import Table

# Live answers that differ from one start of a stack to the next and say nothing of how it was set.
PASSING = {"pid", "pids", "name", "external_resource_url", "direct_s", "app_s", "added_s"}
# As many differences are named in a sentence; the table has all of them.
NAMED = 4
HASH_LENGTH = 12

Facts = Mapping[str, str]


def differences(sides: Sequence[Side]) -> Table:
    """One row for each fact that is not the same in all experiments, one column an experiment."""
    facts = [_facts(side, _common(sides), quick) for side, quick in zip(sides, _quickness(sides), strict=True)]
    names = dict.fromkeys(name for each in facts for name in each)
    rows = [[name, *(each.get(name, "–") for each in facts)] for name in names]
    return Table(
        headings=["what differs", *(side.label for side in sides)], rows=[row for row in rows if len(set(row[1:])) > 1]
    )


def difference_sentence(table: Table) -> str:
    """What differs in a few words, without the full stop."""
    names = [row[0] for row in table.rows if row[0] not in NEVER_A_CAUSE]
    if not names:
        return "Nothing that was recorded differs between the experiments, so what differs here is chance"
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return f"The experiments differ in {listing([*names[:NAMED], *more])}: what follows is the effect of all of it"


NEVER_A_CAUSE = {"measured at", "commit", "seed"}


def _facts(side: Side, common: set[tuple[str, int]], quickness: Facts) -> dict[str, str]:
    info = side.experiment.info
    trials = [trial for trial in side.experiment.trials if (trial.cell.mode, trial.cell.workers) in common]
    return {
        **{name: _text(value) for name, value in (info.get("machine") or {}).items()},
        **quickness,
        **_conditions(trials or side.experiment.trials),
        "trials per cell": _range(_repeats(trials)),
        **{f"version of {name}": _text(value) for name, value in (info.get("versions") or {}).items()},
        **_settings(trials),
        "commit": _text(info.get("git_commit"))[:HASH_LENGTH],
        "code": _text(info.get("code_sha256"))[:HASH_LENGTH],
        "seed": _text(info.get("seed")),
        "measured at": _text(info.get("created_at")),
    }


def _common(sides: Sequence[Side]) -> set[tuple[str, int]]:
    return set.intersection(*(side.cells for side in sides))


def _quickness(sides: Sequence[Side]) -> list[Facts]:
    """How long the noise guard's fixed piece of work took on each idle machine, which tells how fast one core is.

    Nothing where they differ by no more than the times of one machine do.
    """
    known = [side.experiment.usual_spin_s for side in sides]
    heard = [spin_s for spin_s in known if spin_s]
    if not heard or max(heard) <= (1 + SPIN_LIMIT) * min(heard):
        return [{} for _ in sides]
    return [{"fixed piece of work, one core [ms]": number(1000 * (spin_s or math.nan))} for spin_s in known]


def _conditions(trials: Iterable[Trial]) -> dict[str, str]:
    measured = [trial.cell for trial in trials]
    return {
        condition.name: listing([short(name, level) for level in sorted({getattr(cell, name) for cell in measured})])
        for name, condition in CONDITIONS.items()
    }


def _repeats(trials: Iterable[Trial]) -> list[int]:
    counts: dict[Any, int] = {}
    for trial in trials:
        counts[trial.cell] = counts.get(trial.cell, 0) + 1
    return sorted(set(counts.values()))


def _range(counts: Sequence[int]) -> str:
    return "–".join(dict.fromkeys(map(str, [*counts[:1], *counts[-1:]])))


def _settings(trials: Iterable[Trial]) -> dict[str, str]:
    """Every setting that the live processes answered, with all of its values."""
    found: dict[str, set[str]] = {}
    for trial in trials:
        for name, value in _flat(trial.info.get("settings") or {}):
            found.setdefault(f"setting {name}", set()).add(_text(value))
    return {name: ", ".join(sorted(values)) for name, values in found.items()}


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The leaves of nested settings with their dotted names; members of a list share one name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in PASSING:
                yield from _flat(inner, (*path, str(name)))
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, path)
    else:
        yield ".".join(path), value


def _text(value: Any) -> str:
    return "unknown" if value is None else str(value)
