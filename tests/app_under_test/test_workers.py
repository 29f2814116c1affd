"""What a web process knows of the workers; questions that fail are asked again."""

import threading

import pytest

from pictures import workers
from pictures.workers import Presence, _is_any_alive
from tests.app_under_test.running_app import wait_for


@pytest.fixture
def presence(monkeypatch) -> Presence:
    """One that may ask as often as it likes."""
    monkeypatch.setattr(workers, "ANSWER_HOLDS_S", 0.0)
    return Presence()


def test_of_a_broker_that_refuses_access_nothing_is_known(refusing_broker):
    assert _is_any_alive() is None


def test_after_a_question_that_failed_in_an_unknown_way_the_next_one_is_asked(presence, monkeypatch):
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    monkeypatch.setattr(workers, "_is_any_alive", lambda: 1 / 0)
    assert presence.has_workers() is None
    wait_for(lambda: failed)

    monkeypatch.setattr(workers, "_is_any_alive", lambda: True)

    wait_for(presence.has_workers)


def test_where_no_thread_can_be_started_nothing_is_known_until_one_can(presence, monkeypatch):
    def no_thread(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(workers, "_is_any_alive", lambda: True)
    with monkeypatch.context() as short_of_threads:
        short_of_threads.setattr(threading.Thread, "start", no_thread)
        assert presence.has_workers() is None

    wait_for(presence.has_workers)
