"""A stack that is not what was asked for is refused."""

import copy
from dataclasses import replace

import pytest

from loadtests.errors import StackError
from loadtests.planning.configuration import Configuration
from loadtests.stack.local.live_settings import at_one_broker, broker_address, verify

NODE = {
    "name": "pictures@127.0.0.1",
    "pool": "celery.concurrency.prefork:TaskPool",
    "processes": 4,
    "prefetch_multiplier": 1,
    "acks_late": True,
    "queue_type": "classic",
}
LIVE = {
    "profile": "safe",
    "workers": [NODE],
    "broker": {"server": "valkey", "version": "9.1.2", "append_only": "no"},
    "database": {"vendor": "sqlite"},
    "web": {"processes": 1, "threads": 1},
    "broker_delay": {"added_s": 0.0001},
}
ASKED = Configuration(mode="queue", workers=4)


def live(**node):
    settings = copy.deepcopy(LIVE)
    settings["workers"][0] |= node
    return settings


def test_what_was_asked_for_passes():
    verify(LIVE, ASKED)
    verify(LIVE | {"workers": [], "web": {"processes": 4, "threads": 1}}, replace(ASKED, mode="sync"))
    verify(LIVE | {"broker_delay": {"added_s": 0.0048}}, replace(ASKED, broker_delay_s=0.002))
    verify(LIVE, replace(ASKED, broker="url", database="url"))


@pytest.mark.parametrize(
    ("settings", "asked", "words"),
    [
        (live(processes=3), {}, "Celery pool processes: asked for 4, found 3"),
        (live(prefetch_multiplier=4), {}, "prefetch multiplier .* asked for 1, found 4"),
        (LIVE, {"prefetch": 4}, "prefetch multiplier .* asked for 4, found 1"),
        (LIVE, {"append_only": "everysec"}, "append-only file: asked for everysec, found no"),
        (LIVE | {"profile": "defaults"}, {}, "profile: asked for safe, found defaults"),
        (live(acks_late=False), {}, "late acknowledgement .* found False"),
        (live(pool="celery.concurrency.solo:TaskPool"), {}, "pool of .* found celery.concurrency.solo"),
        (live(queue_type="quorum"), {}, "queue type of .* asked for classic, found quorum"),
        (LIVE | {"broker": {"server": "valkey"}}, {}, "broker version: unknown"),
        (LIVE, {"broker": "rabbitmq"}, "broker: asked for rabbitmq, found valkey"),
        (LIVE, {"database": "postgres"}, "database: asked for postgresql, found sqlite"),
        (LIVE | {"web": {"processes": 2, "threads": 1}}, {}, "web processes: asked for 1, found 2"),
        (LIVE, {"web_threads": 8}, "threads of a web process: asked for 8, found 1"),
        (LIVE, {"mode": "sync"}, "Celery pool processes: asked for 0, found 4"),
        (LIVE, {"broker_delay_s": 0.01}, r"way to the broker and back: -19\.9 ms off"),
    ],
)
def test_a_difference_is_refused_with_both_values(settings, asked, words):
    with pytest.raises(StackError, match=words):
        verify(settings, replace(ASKED, **asked))


def told(app, *workers):
    """What the app and its workers say of their broker."""
    nodes = [NODE | {"name": f"w{n}", "broker": where} for n, where in enumerate(workers)]
    return LIVE | {"broker": LIVE["broker"] | {"address": app}, "workers": nodes}


def test_settings_of_one_broker_are_kept_without_its_address():
    same = told("redis://h:1/0", "redis://h:1/0")

    assert at_one_broker(same) == at_one_broker(same, "redis://h:1/0") == LIVE | {"workers": [NODE | {"name": "w0"}]}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            told("redis://h:2/0", "redis://h:2/0"),
            "^The app is connected to the broker redis://h:2/0, and not to redis://h:1/0,",
        ),
        (
            told("redis://h:1/0", "redis://h:1/0", "redis://h:1/7"),
            "^w1 is connected to the broker redis://h:1/7, and not to ",
        ),
    ],
)
def test_another_broker_is_refused_with_both_addresses(settings, words):
    with pytest.raises(StackError, match=words):
        at_one_broker(settings, "redis://h:1/0")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://:secret@127.0.0.1:46139/0", "redis://127.0.0.1:46139/0"),
        ("amqp://user:secret@127.0.0.1:1234//", "amqp://127.0.0.1:1234//"),
        ("redis://somewhere", "redis://somewhere:6379//"),
        ("sentinel://:secret@a:1;sentinel://:secret@b:2", "sentinel://:**@a:1/;sentinel://:**@b:2/"),
    ],
)
def test_an_address_is_told_without_its_secrets(url, address):
    assert broker_address(url) == address
