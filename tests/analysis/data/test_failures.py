import math

from hand_made import trial

from analysis.data.model import Trial
from analysis.validity.verdict import verdict_on


def _trial(*failing: tuple[dict, dict | None]) -> Trial:
    """100 uploads; the first of them fail in the given ways, as the client's row and as the server's."""
    requests = [{"id": str(n)} for n in range(100)]
    pictures = [{"id": str(n)} for n in range(len(failing), 100)]
    for n, (request, picture) in enumerate(failing):
        requests[n] |= request
        pictures += [{"id": str(n)} | picture] if picture is not None else []
    return trial(requests, pictures)


def _words(*failing: tuple[dict, dict | None]) -> str:
    return " ".join(reason for reason in verdict_on(_trial(*failing)).words if " failed: " in reason)


DAMAGED = ({}, {"state": "failed", "reason": "unreadable_image"})
TOO_LARGE = ({"status": 413.0, "error": '{"reason": "too_many_pixels", "detail": "The picture has mo'}, None)


def test_failures_are_counted_by_their_reason_the_most_frequent_first() -> None:
    assert _words(TOO_LARGE, DAMAGED, DAMAGED).startswith(
        "3 of 100 uploads failed: 2 unreadable_image, 1 too_many_pixels. Failed uploads cost less than"
    )


def test_one_in_a_hundred_is_not_worth_a_word() -> None:
    assert _words(DAMAGED) == ""
    assert _words() == ""


def test_what_the_server_did_not_explain_is_told_by_error_or_status() -> None:
    broken = ({"status": math.nan, "error": "ConnectionResetError: [Errno 104]"}, None)
    page = ({"status": 502.0, "error": "<html><head>"}, None)

    assert ": 1 ConnectionResetError, 1 HTTP 502." in _words(broken, page)


def test_failures_outside_the_window_do_not_count() -> None:
    early = ({"due_at": 9.0, "phase": "warmup"}, DAMAGED[1])

    assert _words(early, early, early) == ""
