"""What one user will send."""

from uuid import UUID

from loadtests.scenarios.sender import ArrivalStream
from loadtests.scenarios.upload_client import Request
from loadtests.workload.pictures import Payload

PAYLOAD = Payload("a.jpg", "multipart/form-data", b"", 1.0)


def stream():
    """One request a second, from second 1 on, without end."""
    return ArrivalStream(Request(UUID(int=n), float(n), PAYLOAD) for n in range(1, 1000))


def test_the_next_request_can_be_looked_at_before_it_is_taken():
    requests = stream()

    assert requests.next.due_at == 1.0
    assert requests.take().due_at == 1.0
    assert requests.next.due_at == 2.0


def test_what_was_due_and_never_left_is_not_forgotten():
    requests = stream()
    requests.take()

    assert [one.due_at for one in requests.due_before(4.5)] == [2.0, 3.0, 4.0]
    assert list(requests.due_before(4.5)) == []


def test_what_came_due_after_the_user_had_left_was_never_planned():
    requests = stream()
    requests.ended_at = 2.5

    assert [one.due_at for one in requests.due_before(100.0)] == [1.0, 2.0]
