"""How long a plan takes, how exact it will be, and how many blocks a precision needs."""

import pytest

from loadtests.errors import PlanError
from loadtests.planning.estimate import MOST_BLOCKS, blocks_needed, expected, half_width
from loadtests.planning.reader import parse
from tests.loadtests.planning.test_plan_reader import PLAN, changed


def with_amount(**amount):
    return {key: value for key, value in PLAN.items() if key != "repeats"} | amount


def test_a_time_budget_becomes_as_many_blocks_as_fit_in_it():
    """A trial takes 8 + 2 + 12 + 4 / 2 = 24 s and a block has four: 96 s."""
    assert (parse(with_amount(minutes=5)).repeats, parse(with_amount(minutes=5)).minutes) == (3, 5)
    assert parse(with_amount(minutes=1)).repeats == 1


def test_a_precision_takes_what_it_needs_and_no_more_than_the_most():
    experiment = parse(with_amount(precision=0.05))

    assert experiment.repeats == MOST_BLOCKS and experiment.precision == 0.05


@pytest.mark.parametrize("amount", [{}, {"repeats": 2, "minutes": 3}, {"minutes": 3, "precision": 0.1}])
def test_a_plan_says_in_exactly_one_way_how_much_is_measured(amount):
    with pytest.raises(PlanError, match="must give one of repeats, minutes, precision"):
        parse(with_amount(**amount))


def test_a_precision_of_one_mode_alone_is_refused():
    plan = with_amount(precision=0.05)
    plan["factors"] = plan["factors"] | {"mode": "queue"}

    with pytest.raises(PlanError, match="must measure both"):
        parse(plan)


def test_a_control_must_be_true_or_false():
    with pytest.raises(PlanError, match="must be true or false"):
        parse(changed("control", "yes"))


def test_the_half_width_is_that_of_the_t_interval_on_logarithms():
    """4 blocks, SD 0.1: exp(3.182 x 0.1 / 2) - 1 = 17.2 %."""
    assert half_width(0.1, 4) == pytest.approx(0.1725, abs=1e-4)
    assert half_width(0.1, 2) is None


def test_a_wider_scatter_and_a_finer_wish_need_more_blocks():
    """With 3 blocks t is 4.303: (4.303 x 0.05 / ln 1.05)^2 = 19.4."""
    assert blocks_needed(0.001, 0.1) == 6
    assert blocks_needed(0.05, 0.05) == 20
    assert blocks_needed(0.20, 0.05) == MOST_BLOCKS


def test_before_it_starts_a_plan_says_its_length_and_what_to_expect():
    assert expected(parse(PLAN)).startswith("12 trials in 3 blocks, about 5 min. Expect queue / sync of ready p95 to ±")
    assert "No interval" in expected(parse(changed("repeats", 1)))
    assert "at most" in expected(parse(with_amount(precision=0.05)))


def test_what_cannot_be_compared_is_not_promised():
    alone = PLAN | {"factors": PLAN["factors"] | {"mode": "queue"}}
    assert "Only one mode" in expected(parse(alone))
    thin = PLAN | {"factors": PLAN["factors"] | {"offered_rate": 5.0}}
    assert "60 uploads a trial are fewer than 72" in expected(parse(thin))


def test_the_control_is_the_last_cell_again_in_every_block_with_the_same_load():
    experiment = parse(changed("control", True))
    blocks = experiment.blocks()

    assert [len(block) for block in blocks] == [5, 5, 5]
    for number, block in enumerate(blocks, 1):
        (control,) = (trial for trial in block if trial.control)
        assert control.name == f"queue-w2-control-r{number}"
        (cell,) = (trial for trial in block if trial.name == f"queue-w2-r{number}")
        assert (cell.cell, experiment.seed_of(cell)) == (control.cell, experiment.seed_of(control))
