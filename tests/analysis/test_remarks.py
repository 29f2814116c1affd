from analysis.checks import OVERLOADED, VALID, Verdict
from analysis.remarks import remarks

LATE = "cannot keep up, so waiting times depend on when one stops. Add workers."


def test_what_several_trials_share_is_said_once() -> None:
    judged = [(f"{mode}-w{n}", Verdict(name=OVERLOADED, reasons=(f"{n} workers {LATE}",))) for n, mode in MADE]

    (remark,) = remarks(judged)

    assert remark.shared == ", so waiting times depend on when one stops. Add workers."
    assert remark.lines == [
        ("sync-w1, queue-w1", "1 workers cannot keep up."),
        ("sync-w2", "2 workers cannot keep up."),
    ]


def test_what_one_trial_says_stays_as_it_is() -> None:
    (remark,) = remarks([("sync-w1", Verdict(name=VALID, reasons=("Some failed.", "Look.")))])

    assert (remark.shared, remark.lines) == ("", [("sync-w1", "Some failed. Look.")])


def test_trials_that_share_no_words_keep_all_of_theirs() -> None:
    found = remarks([(name, Verdict(name=VALID, reasons=(words,))) for name, words in (("a", "One."), ("b", "Two!"))])

    assert [(each.shared, each.lines) for each in found] == [("", [("a", "One."), ("b", "Two!")])]


MADE = ((1, "sync"), (1, "queue"), (2, "sync"))
