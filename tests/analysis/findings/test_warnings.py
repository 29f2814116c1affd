import math
from typing import Any

from hand_made import trial

from analysis.findings.caveats import Remark, remarks
from analysis.validity.reasons import Kind, Reason, reason
from analysis.validity.verdict import NOISY, OVERLOADED, VALID, Verdict, verdict_on

LATE = "cannot keep up, so waiting times depend on when the measurement stops. Add workers or offer less load."


def test_what_several_trials_share_is_said_once() -> None:
    judged = [(f"{mode}-w{n}", Verdict(name=OVERLOADED, reasons=(_late(n),))) for n, mode in MADE]

    (remark,) = remarks(judged)

    assert remark.shared == f", {LATE.partition(', ')[2]}"
    assert remark.lines == [
        (
            "sync-w1, queue-w1",
            "10.0 pictures/s arrive and the backlog grows by 5.0 pictures/s: 1 worker cannot keep up.",
        ),
        ("sync-w2", "10.0 pictures/s arrive and the backlog grows by 5.0 pictures/s: 2 workers cannot keep up."),
    ]


def test_other_advice_is_not_shared() -> None:
    advised = {"a": _late(1), "b": _late(1, Kind.WORKERS_WOULD_NOT_HELP)}

    (remark,) = remarks((name, Verdict(name=OVERLOADED, reasons=(each,))) for name, each in advised.items())

    assert (remark.shared, remark.lines) == ("", [(name, str(each)) for name, each in advised.items()])


def test_what_one_trial_says_stays_as_it_is() -> None:
    (remark,) = remarks([("sync-w1", Verdict(name=VALID, reasons=(reason(Kind.NOTHING_DUE), reason(Kind.LOOK))))])

    assert (remark.shared, remark.lines) == ("", [("sync-w1", f"{Kind.NOTHING_DUE.value} {Kind.LOOK.value}")])


def test_trials_that_share_no_words_keep_all_of_theirs() -> None:
    kinds = {"a": Kind.LOOK, "b": Kind.NOTHING_DUE}

    found = remarks((name, Verdict(name=VALID, reasons=(reason(kind),))) for name, kind in kinds.items())

    assert [(each.shared, each.lines) for each in found] == [("", [(name, kind.value) for name, kind in kinds.items()])]


def test_failures_that_end_with_the_same_cause_keep_all_of_their_words() -> None:
    several = {"a": _failing(2, 1), "b": _failing(3, 1)}

    (remark,) = _remarked(VALID, several)

    assert remark.shared == ""
    assert [words.partition(". ")[0] for _, words in remark.lines] == [
        "3 of 100 uploads failed: 2 TimeoutError, 1 HTTP 500",
        "4 of 100 uploads failed: 3 TimeoutError, 1 HTTP 500",
    ]


def test_advice_for_noise_is_not_told_as_a_remedy_for_overload() -> None:
    several = {"a": (_late(1), *_noisy(0.3)), "b": (_late(2), *_noisy(0.4))}

    (remark,) = _remarked(OVERLOADED, several)

    assert remark.shared == ""
    assert [words for _, words in remark.lines] == [" ".join(map(str, reasons)) for reasons in several.values()]


def test_a_whole_reason_that_all_trials_have_is_said_once() -> None:
    several = {"a": (_late(1), *_noisy(0.3)), "b": (_late(2), *_noisy(0.3))}

    (remark,) = _remarked(OVERLOADED, several)

    assert remark.shared == f": {_noisy(0.3)[0]}"
    assert remark.lines == [("a", str(_late(1))), ("b", str(_late(2)))]


def test_a_trial_without_a_reason_of_its_own_is_named_beside_the_others() -> None:
    (remark,) = _remarked(NOISY, {"a": _noisy(0.3), "b": (*_failing(2, 1), *_noisy(0.3))})

    assert remark.lines == [("a", ""), ("b", *map(str, _failing(2, 1)))]


def _late(workers: int, advice: Kind = Kind.ADD_WORKERS) -> Reason:
    rates = {"arriving": 10.0, "growth": 5.0}
    return reason(Kind.WORKERS_BEHIND, Kind.TIMES_DEPEND, advice, workers=workers, **rates)


def _remarked(verdict: str, reasons: dict[str, tuple[Reason, ...]]) -> list[Remark]:
    return remarks((name, Verdict(name=verdict, reasons=each)) for name, each in reasons.items())


def _failing(timeouts: int, errors: int) -> tuple[Reason, ...]:
    """What the checks say of 100 uploads of which so many are never answered, and so many with a 500."""
    lost = {"status": math.nan, "error": "TimeoutError: timed out"}
    return _reasons([lost] * timeouts + [{"status": 500.0, "error": "<html>"}] * errors)


def _noisy(others: float) -> tuple[Reason, ...]:
    """What they say where other programs took this share of the CPU time."""
    return _reasons([], info={"noise": {"steal_share": 0.0}, "others_share": others})


def _reasons(failing: list[dict[str, Any]], **what: Any) -> tuple[Reason, ...]:
    """Of 100 uploads, each done before the next comes."""
    requests: list[dict[str, Any]] = []
    pictures: list[dict[str, Any]] = []
    for n in range(100):
        due = 10 + n / 10
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.01})
        if n < len(failing):
            requests[n] |= failing[n]
        else:
            pictures.append({"id": str(n), "received_at": due, "started_at": due, "finished_at": due + 0.01})
    return verdict_on(trial(requests, pictures, **what)).reasons


MADE = ((1, "sync"), (1, "queue"), (2, "sync"))
