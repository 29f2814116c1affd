"""Requests arrive at the master as they were in the worker, to the last bit."""

from uuid import UUID

import msgpack

from loadtests.scenarios.request_log import from_row, to_row
from loadtests.scenarios.upload_client import Request
from loadtests.workload.pictures import Payload

PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


def test_a_request_arrives_as_it_was():
    """As Locust sends it. The stamps have no short decimal form."""
    whole = Request(UUID(int=1), 1e9 + 1 / 3, PAYLOAD, 1e9 + 2 / 3, 1e9 + 5 / 7, 202)
    never_sent = Request(UUID(int=2), 1e9 / 3, PAYLOAD)
    broken = Request(UUID(int=3), 0.1, PAYLOAD, 0.2, 0.3, None, "ConnectionResetError: \ufffd")

    for request in (whole, never_sent, broken):
        row = msgpack.loads(msgpack.dumps(to_row(request)))
        assert from_row(row, {"a.jpg": PAYLOAD}) == request
