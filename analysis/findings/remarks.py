"""What there is to warn of, said once for all trials of which it holds. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import commonprefix

from analysis.validity.verdict import Verdict

#: Where a reason may be parted: what comes after goes on from its verdict, and is said once.
BOUNDARY = re.compile(r", so .+", re.DOTALL)

Reasons = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """The trials of one verdict: `shared` holds of all of them and may be empty, `lines` are names and their words."""

    verdict: str
    shared: str
    lines: list[tuple[str, str]]


def remarks(judged: Iterable[tuple[str, Verdict]]) -> list[Remark]:
    """One remark for each verdict, in the order in which they come."""
    found: dict[str, dict[str, Reasons]] = {}
    for name, judgement in judged:
        found.setdefault(judgement.name, {})[name] = judgement.reasons
    return [_remark(verdict, reasons) for verdict, reasons in found.items()]


def _remark(verdict: str, reasons: dict[str, Reasons]) -> Remark:
    told = list(reasons.values())
    tail, whole = _common_end(told), _common_reasons(told)
    names: dict[str, list[str]] = {}
    for name, each in reasons.items():
        own = " ".join(reason for reason in each if reason not in whole)
        names.setdefault(f"{own.removesuffix(tail)}." if tail else own, []).append(name)
    shared = f": {' '.join(whole)}" if whole else tail
    return Remark(verdict=verdict, shared=shared, lines=[(", ".join(each), own) for own, each in names.items()])


def _common_reasons(told: list[Reasons]) -> list[str]:
    """The whole reasons that all of different trials have."""
    if len(set(told)) < 2:
        return []
    return [reason for reason in told[0] if all(reason in reasons for reasons in told)]


def _common_end(told: list[Reasons]) -> str:
    """What the only reasons of trials end with, if their first sentence is parted there; empty if they are the same."""
    if len(set(told)) < 2 or any(len(reasons) != 1 for reasons in told):
        return ""
    texts = [reason for (reason,) in told]
    end = commonprefix([text[::-1] for text in texts])[::-1]
    parted = BOUNDARY.search(end)
    if not parted or any(". " in text.removesuffix(parted[0]) for text in texts):
        return ""
    return parted[0]
