"""Estimates how long a plan takes, how precise it will be, and how many blocks a precision needs. Pure."""

import math
from collections.abc import Mapping

from loadtests.format import amount
from loadtests.planning.experiment import Experiment

#: What a trial takes beyond its phases: to listen to the machine, to start a stack, to verify it, and to stop it.
OVERHEAD_S = 8.0

#: A pilot tells how much ratios scatter; fewer blocks than this are never called enough (R21); more are never measured.
PILOT_BLOCKS, FEWEST_BLOCKS, MOST_BLOCKS = 3, 6, 60

#: What a search for a capacity takes in the median (`make bench-capacity`).
USUAL_TRIALS = 24

#: Standard deviation of the logarithm of one block's ratio of ready p95, by utilisation, with so many uploads a trial
#: and two modes that replay the same: simulated studies (`make bench-intervals`, docs/method.md).
STUDIED_SD: Mapping[float, float] = {0.5: 0.011, 0.7: 0.030, 0.8: 0.067}
STUDIED_UPLOADS = 1500

#: A trial with fewer has no p95 (docs/method.md).
FEWEST_UPLOADS = 72

#: Two-sided 95 % quantiles of Student's t by degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2); beyond these the
#: next smaller one is taken, which is a little too wide.
T_QUANTILES: Mapping[int, float] = {
    1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
    12: 2.179, 15: 2.131, 20: 2.086, 30: 2.042,
}  # fmt: skip


def trial_s(experiment: Experiment) -> float:
    """Estimate the length of one trial [s]."""
    phases = experiment.phases
    return OVERHEAD_S + phases.warmup_s + phases.measure_s + phases.drain_limit_s / 2


def repeats_within(seconds: float, experiment: Experiment) -> int:
    """Return how many blocks fit in a time; at least one."""
    return max(1, int(seconds / (trial_s(experiment) * max(1, len(experiment.cells()) + experiment.control))))


def half_width(log_sd: float, blocks: int) -> float | None:
    """The half width of the 95 % interval on a ratio, as a share of it; None where there is no interval."""
    if blocks < PILOT_BLOCKS:
        return None
    return math.exp(_t(blocks - 1) * log_sd / math.sqrt(blocks)) - 1


def blocks_needed(log_sd: float, precision: float) -> int:
    """How many blocks make the interval as narrow as wanted, by the scatter of a pilot: (t s / d)^2 with the pilot's
    degrees of freedom (Stein 1945)."""
    needed = math.ceil((_t(PILOT_BLOCKS - 1) * log_sd / math.log1p(precision)) ** 2)
    return min(MOST_BLOCKS, max(FEWEST_BLOCKS, needed))


def expected(experiment: Experiment) -> str:
    """Describe how long a plan takes and how precise it will be."""
    if goal := experiment.goal:
        searches, most = amount(len(experiment.cells()), "search"), amount(goal.most_trials, "trial")
        return (
            f"{searches} of at most {most}, in the median {USUAL_TRIALS}, "
            f"each with {goal.probe_s:g} s to look around and {goal.confirm_s:g} s to confirm."
        )
    trials = sum(map(len, experiment.blocks()))
    minutes = trials * trial_s(experiment) / 60
    most = "at most " if experiment.precision else "about "
    blocks = amount(experiment.repeats, "block")
    return f"{amount(trials, 'trial')} in {blocks}, {most}{minutes:.0f} min. {expected_width(experiment)}"


def expected_width(experiment: Experiment) -> str:
    """Describe how precisely a plan will compare the modes."""
    if len(experiment.factors.mode) < 2:
        return "Only one mode: nothing to compare."
    if experiment.precision:
        return (
            f"After {PILOT_BLOCKS} blocks their scatter decides how many ± {experiment.precision:.0%} needs, "
            f"at least {FEWEST_BLOCKS}."
        )
    if experiment.repeats < PILOT_BLOCKS:
        return f"No interval: one needs {PILOT_BLOCKS} blocks or more."
    uploads = experiment.phases.measure_s * min(experiment.factors.offered_rate)
    if uploads < FEWEST_UPLOADS:
        return f"No ready p95 can be compared: {uploads:.0f} uploads a trial are fewer than {FEWEST_UPLOADS}."
    fewer = math.sqrt(STUDIED_UPLOADS / uploads)
    widths = [
        f"± {half_width(sd * fewer, experiment.repeats):.0%} at utilisation {at}" for at, sd in STUDIED_SD.items()
    ]
    return f"Expect queue / sync of ready p95 to {', '.join(widths)}. Nearer to saturation chance is larger still."


def _t(degrees: int) -> float:
    return T_QUANTILES[max(known for known in T_QUANTILES if known <= degrees)]
