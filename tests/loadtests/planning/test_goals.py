"""Reading a plan that searches, and what its drain says."""

import pytest

from loadtests.errors import PlanError, TrialError
from loadtests.experiment.capacity import rate_of
from loadtests.planning.estimate import expected
from loadtests.planning.reader import parse, read_plan
from tests.loadtests.planning.test_plan_reader import PLAN, PLANS


def with_goal(**goal):
    plan = {key: value for key, value in PLAN.items() if key != "repeats"}
    factors = {key: value for key, value in PLAN["factors"].items() if key != "offered_rate"}
    phases = {key: value for key, value in PLAN["phases"].items() if key != "measure_s"}
    return plan | {"factors": factors, "phases": phases, "goal": {"limit_s": 2.0} | goal}


def test_a_goal_has_defaults_for_all_but_its_limit():
    goal = parse(with_goal()).goal

    assert (goal.clock, goal.share, goal.limit_s, goal.confirm_s) == ("ready", 0.95, 2.0, 60.0)
    with pytest.raises(PlanError, match="limit_s is missing"):
        parse(with_goal() | {"goal": {}})


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"clock": "redy"}, "not one of ready, response"),
        ({"percentile": 95}, "from 0.5 to 0.99"),
        ({"probe_s": 1}, "from 5 to 3600"),
        ({"limt_s": 1}, "unknown key goal.limt_s; the nearest valid one is goal.limit_s"),
    ],
)
def test_what_is_no_goal_is_refused_with_the_key(goal, words):
    with pytest.raises(PlanError, match=words):
        parse(with_goal(**goal))


def test_a_search_brings_its_own_rates_lengths_and_number_of_trials():
    plan = with_goal()
    plan["factors"] = plan["factors"] | {"offered_rate": 5.0}

    with pytest.raises(PlanError, match="leave out repeats and offered_rate"):
        parse(plan | {"repeats": 3})


def test_a_step_is_a_trial_of_its_cell_with_a_rate_and_a_length_of_its_own():
    experiment = parse(with_goal())
    (cell, *_) = experiment.cells()
    measured_in, trial = experiment.step(cell, 7, 33.0)

    assert trial.name == "sync-w1-r7"
    assert measured_in.phases.measure_s == 33.0 and measured_in.phases.warmup_s == 2.0


def test_the_plan_that_ships_says_what_it_takes():
    assert expected(read_plan(PLANS / "capacity.toml")).startswith("6 searches of at most 80 trials")


def test_a_drain_counts_from_the_end_of_the_first_round_to_the_last_hundredth():
    """Two workers, a second each, 100 pictures: 2 at 1 s, 4 at 2 s, ...; the 99th at 50 s."""
    finished = [1.0 + n // 2 for n in range(100)]

    assert rate_of(finished, workers=2) == pytest.approx(97 / 49)


def test_too_few_pictures_drain_at_no_rate():
    with pytest.raises(TrialError, match="too few"):
        rate_of([1.0, 1.0, 2.0], workers=4)
