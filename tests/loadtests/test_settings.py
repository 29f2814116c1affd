"""A stack that is not what was asked for is refused."""

import copy

import pytest

from loadtests.errors import StackError
from loadtests.stack.settings import verify

NODE = {
    "name": "pictures@127.0.0.1",
    "pool": "celery.concurrency.prefork:TaskPool",
    "processes": 4,
    "prefetch_multiplier": 1,
    "acks_late": True,
}
LIVE = {"workers": [NODE], "broker": {"version": "9.1.2"}}


def live(**node):
    settings = copy.deepcopy(LIVE)
    settings["workers"][0] |= node
    return settings


def test_what_was_asked_for_passes():
    verify(LIVE, mode="queue", workers=4, web_processes=1)
    verify({"workers": [], "broker": {"version": "9.1.2"}}, mode="sync", workers=4, web_processes=4)


@pytest.mark.parametrize(
    ("settings", "asked", "words"),
    [
        (live(processes=3), {}, "Celery pool processes: asked for 4, found 3"),
        (live(prefetch_multiplier=4), {}, "prefetch multiplier .* asked for 1, found 4"),
        (live(acks_late=False), {}, "late acknowledgement .* found False"),
        (live(pool="celery.concurrency.solo:TaskPool"), {}, "pool of .* found celery.concurrency.solo"),
        (LIVE | {"broker": {}}, {}, "broker version: not to be read"),
        (LIVE, {"web_processes": 2}, "web processes: asked for 1, found 2"),
        (LIVE, {"mode": "sync", "web_processes": 4}, "Celery pool processes: asked for 0, found 4"),
    ],
)
def test_a_difference_is_refused_with_both_values(settings, asked, words):
    with pytest.raises(StackError, match=words):
        verify(settings, **({"mode": "queue", "workers": 4, "web_processes": 1} | asked))
