"""The sentences about what more workers cost each other. Pure."""

import pandas as pd

from analysis.format import amount, number
from analysis.models.usl import Numbers, Scalability, ends, fit, scalability
from analysis.summary.groups import Group


def scalability_sentences(group: Group) -> list[str]:
    """One for each mode whose workers were the limit at enough counts; none where the law cannot be fitted."""
    return [_sentence(f"{group.prefix}Scalability of {mode}", law) for mode, law in scalability(group.cells).items()]


def drained_sentences(capacities: pd.DataFrame) -> list[str]:
    """The same from how fast held workers emptied a full queue, one for each set of conditions."""
    drained = capacities.dropna(subset=["drained"])
    fits = {str(before): fit(rows["workers"], rows["drained"]) for before, rows in drained.groupby("prefix")}
    return [_sentence(f"{before}Scalability of emptying a full queue", law) for before, law in fits.items() if law]


def _sentence(of_what: str, found: Scalability) -> str:
    law, drawn = found.law, found.drawn
    contention = f"contention {_percent(law.contention, drawn.contention, 1)}"
    coherency = f"coherency {_percent(law.coherency, drawn.coherency, 2)}"
    return f"{of_what}: {contention}, {coherency}; {_peak(found)}"


def _percent(share: Numbers, drawn: Numbers, digits: int) -> str:
    low, high = (number(100 * end, digits) for end in ends(drawn))
    return f"{number(100 * float(share), digits)} % ({low}–{high})"


def _peak(found: Scalability) -> str:
    """With how many workers most is finished, as far as may be said from the counts that were measured."""
    furthest = found.furthest
    low, high = ends(found.drawn.peak)
    if low > furthest:
        return f"no peak up to {amount(furthest, 'worker')}"
    if found.law.peak > furthest:
        return f"where the peak lies is open ({amount(number(low, 0), 'worker')} or more)"
    last = number(high, 0) if high <= furthest else f"beyond {furthest}"
    return f"peak at {amount(number(float(found.law.peak), 0), 'worker')} ({number(low, 0)} to {last})"
