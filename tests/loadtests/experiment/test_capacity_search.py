"""The search for the capacity, on servers whose capacity is known."""

import itertools
import math
import random

import pytest

from benchmarks.capacity import STRONG, goal_s, searched
from loadtests.experiment.capacity_search import FACTOR, VOTES, Lengths, Outcome, search

PASS, FAIL, UNDECIDED, INVALID = Outcome
CAPACITY = 10.0
LONGEST_S = Lengths().longest_s


def sharp(step, capacity=CAPACITY):
    return PASS if step.rate <= capacity else FAIL


def mixed(low, high):
    """A server whose confirming trials at the rates between pass and fail by turns."""
    turns = itertools.cycle([PASS, FAIL])
    return lambda step: next(turns) if step.confirming and low < step.rate < high else sharp(step)


def dice(seed):
    """A server whose trials end by chance, whatever the rate; with an even seed the load generator is never late."""
    draw = random.Random(seed)
    weights = [draw.random(), draw.random(), draw.random(), seed % 2]
    return lambda step: draw.choices(list(Outcome), weights)[0]


def late_beyond(limit):
    """A load generator that cannot keep more than so many pictures/s."""
    return lambda step: INVALID if step.rate > limit else sharp(step)


def asked(server, *, start=3.0, highest=100.0, **limits):
    """The answer of a search whose trials end as the server says, and those trials with their outcomes."""
    searching, trials = search(start, highest=highest, **limits), []
    step = next(searching)
    try:
        while True:
            trials.append((step, server(step)))
            step = searching.send(trials[-1][1])
    except StopIteration as ended:
        return ended.value, trials


def rates(trials):
    return [step.rate for step, _ in trials]


def votes(trials, rate):
    return [outcome for step, outcome in trials if step.confirming and step.rate == rate]


@pytest.mark.parametrize("start", [0.4, 3.0, 9.9, 10.0, 11.0, 70.0, 500.0])
def test_a_sharp_capacity_is_found_between_the_ends(start):
    answer, _ = asked(sharp, start=start)

    assert answer.known
    assert answer.passed <= CAPACITY < answer.failed <= answer.passed * FACTOR


def test_it_doubles_until_a_trial_fails_and_then_bisects():
    _, trials = asked(sharp)

    assert rates(trials)[:4] == [3.0, 6.0, 12.0, pytest.approx(math.sqrt(6 * 12))]


def test_it_halves_until_a_trial_passes_if_the_first_fails():
    _, trials = asked(sharp, start=50.0)

    assert rates(trials)[:4] == [50.0, 25.0, 12.5, 6.25]


def test_each_end_is_confirmed_by_fresh_and_longer_trials():
    answer, trials = asked(sharp, lengths=Lengths(probe_s=20, confirm_s=70))

    assert votes(trials, answer.passed) == [PASS] * VOTES[PASS]
    assert votes(trials, answer.failed) == [FAIL] * VOTES[FAIL]
    assert {(step.confirming, step.measure_s) for step, _ in trials} == {(False, 20), (True, 70)}


def test_an_end_whose_trials_do_not_agree_moves_outward():
    answer, trials = asked(mixed(8, 13))

    assert 8 / FACTOR < answer.passed <= 8
    assert 13 <= answer.failed < 13 * FACTOR
    assert [PASS, FAIL] in [votes(trials, rate) for rate in rates(trials)]


def test_what_all_confirming_trials_say_counts_for_the_other_end_too():
    answer, trials = asked(lambda step: sharp(step, CAPACITY if step.confirming else 14.0))

    assert answer.passed <= CAPACITY < answer.failed < 14
    assert votes(trials, answer.failed) == [FAIL] * VOTES[FAIL]


def test_a_lower_end_rises_when_the_upper_one_turns_out_to_pass():
    answer, trials = asked(lambda step: sharp(step, CAPACITY if step.confirming else 7.0))

    assert 7 < answer.passed <= CAPACITY < answer.failed
    assert votes(trials, answer.passed) == [PASS] * VOTES[PASS]


def test_an_undecided_trial_is_measured_twice_as_long_and_does_not_vote():
    answer, trials = asked(lambda step: UNDECIDED if step.measure_s < 100 else sharp(step))

    assert answer.passed <= CAPACITY < answer.failed
    assert [step.measure_s for step, _ in trials[:3]] == [25, 50, 100]
    assert len({step.rate for step, _ in trials[:3]}) == 1
    assert votes(trials, answer.failed) == [UNDECIDED, FAIL] * VOTES[FAIL]


def test_rates_that_stay_undecided_lie_between_the_ends():
    answer, trials = asked(lambda step: UNDECIDED if 9 < step.rate < 12 else sharp(step))

    assert answer.passed <= 9
    assert answer.failed >= 12
    assert max(step.measure_s for step, _ in trials) <= LONGEST_S


def test_nothing_is_known_of_a_server_that_stays_undecided():
    answer, _ = asked(lambda step: UNDECIDED)

    assert (answer.passed, answer.failed, answer.known) == (None, None, False)
    assert "undecided" in answer.reason


def test_a_server_that_never_fails_passes_up_to_the_highest_rate():
    answer, trials = asked(lambda step: PASS, highest=40.0)

    assert (answer.passed, answer.failed) == (40.0, None)
    assert max(rates(trials)) == 40.0
    assert "No trial failed, up to 40 pictures/s" in answer.reason


def test_a_server_that_never_passes_has_only_an_upper_end():
    answer, trials = asked(lambda step: FAIL)

    assert (answer.passed, answer.failed) == (None, min(rates(trials)))
    assert "No trial passed" in answer.reason


def test_no_rate_above_the_highest_is_tried_to_confirm_the_upper_end():
    answer, trials = asked(mixed(9, 99), highest=11.0)

    assert max(rates(trials)) == 11.0
    assert answer.failed is None
    assert "did not agree" in answer.reason


@pytest.mark.parametrize("start", [1.0, 3.0, 30.0])
def test_a_load_generator_that_is_too_weak_gives_no_upper_end(start):
    answer, trials = asked(late_beyond(5.0), start=start)

    assert answer.failed is None
    assert "load generator" in answer.reason
    assert answer.passed <= 5
    assert votes(trials, answer.passed) == [PASS] * VOTES[PASS]


def test_a_load_generator_that_is_always_late_gives_no_number():
    answer, _ = asked(lambda step: INVALID)

    assert (answer.passed, answer.failed) == (None, None)
    assert "load generator" in answer.reason


def test_a_load_generator_that_gives_out_while_an_end_is_confirmed_gives_no_upper_end():
    answer, trials = asked(lambda step: INVALID if step.confirming and step.rate > CAPACITY else sharp(step))

    assert answer.failed is None
    assert answer.passed <= CAPACITY
    assert trials[-1][1] is INVALID


def test_what_is_missed_where_the_load_generator_keeps_up_stands_though_it_gave_out_higher_up():
    answer, trials = asked(late_beyond(30.0), start=50.0)

    assert answer.passed <= CAPACITY < answer.failed < 12
    assert votes(trials, answer.failed) == [FAIL] * VOTES[FAIL]
    assert "agreed" in answer.reason


def test_an_upper_end_that_was_confirmed_on_the_way_down_stands_as_well():
    def server(step):
        return sharp(step, 5.2 if step.confirming else 6.0) if step.rate < 10 else INVALID

    answer, trials = asked(server, start=5.5)

    assert (answer.passed, answer.failed) == (pytest.approx(5.0), pytest.approx(5.5))
    assert INVALID in [outcome for _, outcome in trials]


def test_no_upper_end_lies_above_a_rate_that_the_load_generator_did_not_keep():
    answer, _ = asked(lambda step: INVALID if CAPACITY < step.rate < 12 and not step.confirming else sharp(step))

    assert answer.passed <= CAPACITY and answer.failed is None
    assert "load generator" in answer.reason


@pytest.mark.parametrize("most", [1, 7, 12])
def test_it_ends_when_it_has_taken_as_many_trials_as_it_may(most):
    answer, trials = asked(sharp, most_trials=most)

    assert len(trials) == most
    assert not answer.known
    assert "as many trials as it may" in answer.reason


def test_whatever_the_outcomes_it_ends_and_no_end_is_on_the_wrong_side():
    for seed in range(500):
        answer, trials = asked(dice(seed), highest=1.0 + seed / 10)

        assert len(trials) <= 80
        assert not answer.known or answer.passed < answer.failed
        late = min((step.rate for step, outcome in trials if outcome is INVALID), default=math.inf)
        assert answer.failed is None or answer.failed < late
        assert answer.failed is None or votes(trials, answer.failed).count(FAIL) >= VOTES[FAIL]


def test_it_mostly_holds_the_capacity_of_a_queue_whose_trials_are_chance():
    server = STRONG[0]
    answers = [searched(server, goal_s(server), seed)[0] for seed in range(10)]

    assert sum(answer.known and answer.passed <= server.capacity <= answer.failed for answer in answers) >= 8
