"""What the broker holds at the end of a trial, and what it has lost: counted by id, on real processes."""

import signal
import threading

import pytest
import redis

from loadtests.stack.app_client import get_json
from loadtests.stack.base import StackSpec
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.sampling import final_account
from loadtests.stack.sampling.final_account import Accountant, FinalAccount
from loadtests.stack.services.queue_depth import QUEUE, UNACKED_KEY, RedisQueue
from tests.real_stack import components_in, until
from tests.test_real_parts import send_together

pytestmark = pytest.mark.stack


class Watched:
    """A stack of one worker with its broker, and accounts of it."""

    def __init__(self, stack, info):
        self.stack, self.info = stack, info
        #: Pictures that the tests have lost so far.
        self.lost = 0
        self.broker = redis.Redis.from_url(stack.broker_url, decode_responses=True)
        self._accountant = Accountant(RedisQueue(stack.broker_url), info.control_url, info.token, info.clock)

    def account(self, after_a_look=lambda: None) -> FinalAccount:
        stopped = threading.Event()
        wait = stopped.wait
        stopped.wait = lambda timeout: (after_a_look(), wait(timeout))[1]
        return self._accountant.account(stopped)

    def signal_worker(self, number):
        """Every process of the node at once, as when the machine gives it no core."""
        self.stack.child("worker").signal(number)

    def held(self):
        return self.broker.llen(QUEUE) + self.broker.hlen(UNACKED_KEY)

    def unfinished(self):
        counts = get_json(f"{self.info.control_url}/counts/", token=self.info.token)
        return counts["queued"] + counts["processing"]

    def idle(self):
        """Whether nobody has anything to do; what has died is started again meanwhile."""
        self.stack.check()
        return self.held() == 0 and self.unfinished() == self.lost

    def send_to_a_frozen_worker(self):
        """An upload whose message the broker gives out while the worker cannot take it.

        It does so if the worker asks for one when it is stopped; its question is good for a second, and then again.
        """
        for _ in range(50):
            until(self.idle)
            self.signal_worker(signal.SIGSTOP)
            (picture,) = send_together(self.info, "queue", 1)
            if self.held() == 0:
                return picture
            self.signal_worker(signal.SIGCONT)
        raise AssertionError("the worker was never stopped while it asked")


@pytest.fixture(scope="module", params=["safe", "defaults"])
def watched(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    spec = StackSpec(mode="queue", workers=1, workload="io", profile=request.param, seed=1)
    stack = LocalStack(spec, folder, folder / "logs")
    with stack as info:
        yield Watched(stack, info)
    assert components_in(folder) == []


def test_a_message_that_is_handed_over_is_in_no_count_and_not_lost(watched):
    watched.send_to_a_frozen_worker()
    assert watched.held() == 0
    account = watched.account(after_a_look=lambda: watched.signal_worker(signal.SIGCONT))

    assert (account.first_missing, account.missing, account.missing_ids) == (1, 0, [])
    assert account.looks > 1


def test_a_worker_that_is_killed_meanwhile_loses_the_message_and_only_the_sweeper_brings_it_back(watched, monkeypatch):
    """The broker has given the message out, and nobody has written down who has it."""
    picture = watched.send_to_a_frozen_worker()
    watched.signal_worker(signal.SIGKILL)
    until(lambda: watched.stack.check() or watched.stack.events)
    if watched.info.profile == "safe":
        until(lambda: watched.unfinished() == 0)

    monkeypatch.setattr(final_account, "LOOK_FOR_S", 1.0)
    lost = watched.account().missing_ids
    watched.lost = len(lost)
    assert lost == ([] if watched.info.profile == "safe" else [picture])


def test_what_was_taken_from_the_list_and_from_what_is_in_hand_is_missing_to_one(watched, monkeypatch):
    monkeypatch.setattr(final_account, "LOOK_FOR_S", 0.5)
    until(watched.idle)
    pictures = send_together(watched.info, "queue", 9)
    until(lambda: watched.broker.llen(QUEUE) >= 2 and watched.broker.hlen(UNACKED_KEY) >= 1)
    watched.signal_worker(signal.SIGSTOP)
    try:
        before = watched.account()
        in_list = RedisQueue(watched.stack.broker_url).pictures().waiting
        assert watched.broker.lpop(QUEUE)
        tag = next(iter(watched.broker.hkeys(UNACKED_KEY)))
        watched.broker.hdel(UNACKED_KEY, tag)
        after = watched.account()
        left = RedisQueue(watched.stack.broker_url).pictures()
    finally:
        watched.signal_worker(signal.SIGCONT)

    newly_missing = set(after.missing_ids) - set(before.missing_ids)
    assert len(newly_missing) == 2 and newly_missing <= set(pictures)
    assert newly_missing == (in_list | set(before.unacked_ids)) - left.waiting - left.unacked
