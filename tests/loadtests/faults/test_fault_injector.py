"""When the faults of a trial are played, and what is written down of them: storage that really goes away."""

import json

import pytest

from loadtests.errors import StackError
from loadtests.faults.injector import Injector
from loadtests.planning.faults import FAULTS, ScheduledFault
from loadtests.stack.base import StackSpec
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.stack_file import LOAD_PHASES

HOLD_S = FAULTS["storage-away"].hold_s


class Clock:
    """A time that the test sets."""

    at = 100.0

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def stack(tmp_path):
    """A stack whose storage is there; nothing else of it was started."""
    (tmp_path / "media").mkdir()
    spec = StackSpec(mode="queue", workers=1, workload="cpu", seed=1)
    return LocalStack(spec, tmp_path, tmp_path / "logs")


@pytest.fixture
def injector(stack, clock):
    """The storage is due to go away two seconds into the measurement, which begins at 110."""
    (stack.directory / LOAD_PHASES).write_text(json.dumps({"measure_from": 110.0}))
    return Injector([ScheduledFault(what="storage-away", at_s=2.0)], stack, clock)


def looks_at(injector, clock, at):
    clock.at = at
    injector.check()


def test_a_fault_begins_at_its_time_of_the_measurement_and_ends_when_it_was_held_long_enough(injector, stack, clock):
    looks_at(injector, clock, 111.9)
    assert injector.events == [] and (stack.directory / "media").is_dir()
    looks_at(injector, clock, 112.1)
    assert (stack.directory / "media").is_file()
    looks_at(injector, clock, 112.0 + HOLD_S)
    assert (stack.directory / "media").is_file()
    looks_at(injector, clock, 112.3 + HOLD_S)
    assert (stack.directory / "media").is_dir()

    (event,) = injector.events
    assert (event["what"], event["began_at"], event["ended_at"]) == ("storage-away", 112.1, 112.3 + HOLD_S)
    injector.check_all_injected()


def test_one_that_is_still_held_when_the_trial_ends_is_undone_and_ends_then(injector, stack, clock):
    looks_at(injector, clock, 112.1)
    clock.at = 112.5
    injector.end()

    assert (stack.directory / "media").is_dir()
    assert injector.events[0]["ended_at"] == 112.5


def test_before_the_load_process_has_said_when_it_measures_nothing_is_due(injector, stack, clock):
    (stack.directory / LOAD_PHASES).unlink()
    looks_at(injector, clock, 1000.0)

    assert injector.events == []


def test_a_fault_that_had_no_turn_is_an_error(injector, clock):
    looks_at(injector, clock, 111.0)

    with pytest.raises(StackError, match="Fault storage-away was not injected before the load ended"):
        injector.check_all_injected()
