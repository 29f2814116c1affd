import math
from pathlib import Path

import pytest
from analysed import compared
from hand_made import per_trial
from synthetic_experiment import both_brokers, both_modes, repeated, write_experiment

from analysis.summary.contrasts import CPU, READY, RESPONSE, THROUGHPUT, Comparison, comparisons

RABBIT = {"broker": "rabbitmq"}
REDIS_1, REDIS_2 = {"repeat": 1, "load": "a"}, {"repeat": 2, "load": "b"}
RABBIT_1, RABBIT_2 = RABBIT | REDIS_1, RABBIT | REDIS_2
SYNC = {"mode": "sync"}


def ratios(comparison: Comparison, metric: str, mode: str = "queue") -> tuple[float, ...]:
    (found,) = [each for each in comparison.contrasts if (each.metric, each.mode) == (metric, mode)]
    return found.ratios


def test_each_pair_gives_one_ratio_of_the_other_level_over_the_usual_one() -> None:
    """Answers in 10 ms with Redis, in 20 and 30 ms with RabbitMQ."""
    (found,) = comparisons(
        per_trial(
            REDIS_1 | {"response_p50_s": 0.01},
            REDIS_2 | {"response_p50_s": 0.01},
            RABBIT_1 | {"response_p50_s": 0.02},
            RABBIT_2 | {"response_p50_s": 0.03},
        )
    )

    assert (found.factor, found.base, found.level) == ("broker", "redis", "rabbitmq")
    assert ratios(found, RESPONSE) == pytest.approx((2.0, 3.0))
    assert ratios(found, THROUGHPUT) == (1.0, 1.0)


def test_the_same_factor_on_all_pairs_has_the_interval_of_a_point() -> None:
    rows = [{"repeat": n, "ready_p50_s": 0.1 * n} for n in (1, 2, 3)]
    (found,) = comparisons(per_trial(*rows, *(RABBIT | row | {"ready_p50_s": 0.15 * row["repeat"]} for row in rows)))

    (ready,) = [each for each in found.contrasts if each.metric == READY]
    assert (ready.estimate.ratio, ready.estimate.low, ready.estimate.high) == pytest.approx((1.5, 1.5, 1.5))


@pytest.mark.parametrize(
    "other", [{"repeat": 2}, {"load": "b"}, {"workers": 8}, {"mode": "sync"}, {"stack": "compose"}]
)
def test_trials_that_differ_in_anything_else_are_no_pair(other: dict) -> None:
    assert comparisons(per_trial({}, RABBIT | other)) == []


def test_trials_that_differ_in_two_conditions_are_no_pair() -> None:
    assert comparisons(per_trial({}, RABBIT | {"database": "postgres"})) == []


def test_a_profile_is_compared_with_the_prefetch_that_is_its_own() -> None:
    defaults = {"profile": "defaults", "prefetch": 4}
    (found,) = comparisons(per_trial(REDIS_1, REDIS_2, REDIS_1 | defaults, REDIS_2 | defaults))

    assert (found.factor, {found.base, found.level}) == ("profile", {"safe", "defaults"})


def test_profiles_that_differ_in_the_prefetch_of_a_plan_are_no_pair() -> None:
    found = comparisons(per_trial({}, {"prefetch": 8}, {"profile": "defaults", "prefetch": 4}))

    assert [each.factor for each in found] == ["prefetch"]


def test_the_load_is_never_compared() -> None:
    assert comparisons(per_trial({}, {"offered_rate": 20.0}, {"workload": "cpu"})) == []


def test_an_invalid_trial_makes_no_pair() -> None:
    assert comparisons(per_trial({}, RABBIT | {"verdict": "INVALID_CLIENT"})) == []


def test_times_of_an_overloaded_side_are_withheld_and_throughput_is_not() -> None:
    (found,) = comparisons(per_trial({"throughput": 10.0}, RABBIT | {"throughput": 5.0, "verdict": "OVERLOADED"}))

    assert ratios(found, RESPONSE) == ratios(found, READY) == ()
    assert ratios(found, THROUGHPUT) == (0.5,)


def test_sync_is_a_control_for_what_belongs_to_the_broker_and_for_nothing_else() -> None:
    rows = per_trial(SYNC, {}, SYNC | RABBIT, RABBIT, SYNC | {"database": "postgres"}, {"database": "postgres"})

    controls = {
        (found.factor, contrast.mode) for found in comparisons(rows) for contrast in found.contrasts if contrast.control
    }

    assert controls == {("broker", "sync")}


def test_two_stacks_are_compared_like_any_other_condition_and_have_no_control() -> None:
    compose = {"stack": "compose"}
    (found,) = comparisons(per_trial({}, SYNC, compose | {"response_p50_s": 0.028}, compose | SYNC))

    assert (found.factor, found.base, found.level) == ("stack", "local", "compose")
    assert ratios(found, RESPONSE) == pytest.approx((2.0,))
    assert not any(contrast.control for contrast in found.contrasts)


def test_the_idle_broker_is_left_out_of_what_a_control_costs() -> None:
    """Web 10 ms a picture on both sides; the broker 10 and 30 ms, used by queue alone."""
    busy = RABBIT | {"cpu_broker_s_per_picture": 0.03}
    (found,) = comparisons(per_trial({}, busy, SYNC, SYNC | busy))

    assert ratios(found, CPU) == pytest.approx((2.0,))
    assert ratios(found, CPU, "sync") == pytest.approx((1.0,))


def test_sync_has_no_response_time_beside_its_ready_time() -> None:
    (found,) = comparisons(per_trial(SYNC, SYNC | RABBIT))

    assert {each.metric for each in found.contrasts} == {READY, THROUGHPUT, CPU}


def test_what_else_was_varied_is_held_within_a_comparison() -> None:
    postgres = {"database": "postgres"}

    found = comparisons(per_trial({}, RABBIT, postgres, postgres | RABBIT))

    assert [(each.factor, each.held.get("broker"), each.held.get("database")) for each in found] == [
        ("broker", None, "sqlite"),
        ("broker", None, "postgres"),
        ("database", "redis", None),
        ("database", "rabbitmq", None),
    ]


def test_every_level_is_compared_with_the_usual_one() -> None:
    found = comparisons(per_trial({"prefetch": 16}, {"prefetch": 4}, {}))

    assert [(each.base, each.level) for each in found] == [(1, 4), (1, 16)]


def test_a_median_that_is_missing_gives_no_ratio() -> None:
    rows = [{"ready_p50_s": math.inf}, RABBIT]

    (found,) = comparisons(per_trial(*rows))

    assert READY not in {each.metric for each in found.contrasts}


def test_a_broker_that_is_slower_by_a_known_factor_is_found_and_the_control_is_quiet(tmp_path: Path) -> None:
    """The answer takes 30 % longer but for the 1 ms until the upload is sent; nothing else changes."""
    made = repeated(both_brokers(both_modes((4,), noise=0.01), slower=1.3), 6)
    (found,) = compared(write_experiment(tmp_path / "brokers", made))

    by_metric = {(each.mode, each.metric): each for each in found.contrasts}
    answer = by_metric["queue", RESPONSE].estimate
    assert answer.low < (1 + 1.3 * 12) / (1 + 12) < answer.high
    assert answer.low > 1.2
    assert by_metric["sync", READY].control
    assert by_metric["sync", READY].estimate.same
    assert by_metric["queue", READY].estimate.same


def test_by_hand_the_same_repeat_is_a_pair_although_no_plan_was_replayed() -> None:
    by_hand = {"load": ""}

    (found,) = comparisons(per_trial(by_hand, RABBIT | by_hand))

    assert len(ratios(found, READY)) == 1


@pytest.mark.parametrize("side", [{"verdict": "UNDECIDED"}, RABBIT | {"verdict": "UNDECIDED"}])
def test_an_undecided_side_makes_a_contrast_doubtful(side: dict) -> None:
    other = {} if "broker" in side else RABBIT
    (found,) = comparisons(per_trial(side, other))

    assert {contrast.doubt for contrast in found.contrasts} == {"undecided"}


def test_every_doubt_of_every_pair_is_told_once() -> None:
    rows = [{"repeat": 1, "verdict": "UNDECIDED"}, RABBIT | {"repeat": 1, "failed": 9}, {"repeat": 2, "failed": 9}]
    (found,) = comparisons(per_trial(*rows, RABBIT | {"repeat": 2}))

    assert {contrast.doubt for contrast in found.contrasts} == {"undecided, failures"}
