"""What `python -m loadtests faults` says of all its trials together."""

import pytest

from loadtests.faults.injector import summary

KEPT = {"valid": True, "lost": 0, "recovery_s": 1.0}
LOST = {"valid": False, "lost": 3, "recovery_s": None}
TWICE = {"valid": False, "lost": 0, "recovery_s": 1.0}


@pytest.mark.parametrize(
    ("ledgers", "words"),
    [
        ({"node-killed": KEPT}, "After node-killed, nothing was lost and all work finished in time."),
        ({"node-killed": LOST}, "After node-killed, accepted pictures were lost."),
        (
            {"web-killed": KEPT, "node-killed": KEPT},
            "After all 2 faults, nothing was lost and all work finished in time.",
        ),
        (
            {"web-killed": KEPT, "node-killed": LOST, "delivered-twice": TWICE},
            "After 1 of 3 faults, nothing was lost and all work finished in time. After node-killed, accepted "
            "pictures were lost. After delivered-twice, nothing was lost, but another promise was broken.",
        ),
    ],
)
def test_what_was_kept_and_what_was_not_is_told_in_words(ledgers, words):
    assert summary(ledgers) == words


def test_a_fault_that_was_over_too_late_is_not_called_kept():
    assert "another promise was broken" in summary({"web-killed": KEPT | {"recovery_s": 900.0}})
