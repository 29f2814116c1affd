"""What there is to warn of, said once for all trials of which it holds. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import commonprefix

from analysis.checks import Verdict

#: Where words may be parted: what comes after is said once.
BOUNDARY = re.compile(r"[,.] .+", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """The trials of one verdict: `shared` holds of all of them and may be empty, `lines` are names and their words."""

    verdict: str
    shared: str
    lines: list[tuple[str, str]]


def remarks(judged: Iterable[tuple[str, Verdict]]) -> list[Remark]:
    """One remark for each verdict, in the order in which they come."""
    found: dict[str, dict[str, str]] = {}
    for name, judgement in judged:
        found.setdefault(judgement.name, {})[name] = " ".join(judgement.reasons)
    return [_remark(verdict, words) for verdict, words in found.items()]


def _remark(verdict: str, words: dict[str, str]) -> Remark:
    tail = _common_end(list(words.values()))
    own = {name: f"{text.removesuffix(tail)}." if tail else text for name, text in words.items()}
    names: dict[str, list[str]] = {}
    for name, text in own.items():
        names.setdefault(text, []).append(name)
    shared = tail if tail.startswith(",") else tail.replace(".", ":", 1)
    return Remark(verdict=verdict, shared=shared, lines=[(", ".join(each), text) for text, each in names.items()])


def _common_end(texts: list[str]) -> str:
    """What different texts end with, from the first comma or full stop on; empty without any."""
    if len(set(texts)) < 2:
        return ""
    end = commonprefix([text[::-1] for text in texts])[::-1]
    parted = BOUNDARY.search(end)
    return parted[0] if parted else ""
