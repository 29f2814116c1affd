"""What the slides ask, in words that fit the worker counts and the modes that were measured."""

from collections.abc import Sequence

from analysis.format import amount, workers

IN_MODE = {"sync": "In sync", "queue": "With the queue"}


def in_each(modes: Sequence[str], more: str = "") -> tuple[str, ...]:
    """The same question for each mode, sync first."""
    return tuple(f"{words}{more}?" for mode, words in IN_MODE.items() if mode in modes)


def who_finishes(counts: Sequence[int]) -> str:
    return f"How much {_do(counts)} {'more workers' if len(counts) > 1 else workers(counts[0])} finish?"


def how_many(counts: Sequence[int], modes: Sequence[str], rate: str) -> tuple[str, ...]:
    """How many times as many pictures more workers finish; of one worker count how many it finishes."""
    both = len(modes) > 1
    if len(counts) > 1:
        first = f"From {workers(counts[0])} to {counts[-1]}: how many times as many pictures per second?"
        return (first, *(["In sync too?"] if both else []))
    first = f"{amount(rate, 'upload')} a second: how many pictures are finished per second?"
    return (first, *(["As many in sync as with the queue?"] if both else []))


def who_is_enough(counts: Sequence[int]) -> str:
    if len(counts) > 1:
        return "How many workers are enough?"
    return f"{'Is' if counts[0] == 1 else 'Are'} {workers(counts[0])} enough?"


def who_keeps_up(counts: Sequence[int], modes: Sequence[str]) -> tuple[str, ...]:
    """Which worker counts do, and where both modes were measured, which of them is faster."""
    several = len(counts) > 1
    first = "Which worker counts keep up?" if several else f"{_do(counts).capitalize()} {workers(counts[0])} keep up?"
    if len(modes) < 2:
        return (first,)
    return first, "Where is the queue faster than sync, where not?" if several else "Is the queue faster than sync?"


def what_it_costs(modes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The title and the words: the queue has a price only beside sync."""
    if len(modes) < 2:
        return "What does a picture cost?", ("How much CPU time does a picture take?",)
    words = ("One more process answers, one more carries messages.", "How much more CPU time does a picture take?")
    return "What does the queue cost?", words


def _do(counts: Sequence[int]) -> str:
    return "does" if list(counts) == [1] else "do"
