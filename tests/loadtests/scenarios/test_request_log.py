"""An upload leaves the load process's memory once nothing more is to be heard of it, and no record."""

from contextlib import closing
from uuid import UUID

import pytest

from loadtests.scenarios.request_log import RequestLog
from loadtests.scenarios.upload_client import Request
from loadtests.workload.pictures import Payload

PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


@pytest.fixture
def record():
    with closing(RequestLog([PAYLOAD])) as record:
        yield record


def request(number, **known):
    return Request(UUID(int=number), 1e9 + 1 / 3, PAYLOAD, **known)


def test_an_upload_that_is_put_away_comes_back_as_it_was(record):
    refused = request(1, sent_at=1e9 + 2 / 3, answered_at=1e9 + 5 / 7, status=503, error='{"reason":\n"full"}')
    record.add(refused)
    record.flush_completed(lambda _: True)

    assert record.pending == {}
    assert record.requests() == [refused]


def test_an_upload_of_which_more_is_to_be_heard_stays_at_hand(record):
    waiting, answered = request(1, sent_at=1e9 + 2 / 3), request(2, status=202)
    for one in (waiting, answered):
        record.add(one)
    record.flush_completed(lambda one: one.answered)

    assert record.pending == {waiting.id: waiting}
    assert record.requests() == [answered, waiting]


def test_what_comes_after_the_record_was_read_is_in_it_too(record):
    for number in (1, 2, 3):
        record.add(request(number, status=202))
        record.flush_completed(lambda _: True)
        assert len(record.requests()) == number


def test_a_stamp_alone_is_no_answer_yet():
    """Each piece of an answer is stamped as it comes; the whole one is read after that."""
    assert not request(1, sent_at=1.0, answered_at=2.0).answered
    assert request(1, status=202).answered
    assert request(1, error="ConnectionResetError: ").answered
