import math
from pathlib import Path

import pandas as pd
import pytest
from analysed import grouped
from hand_made import cells
from synthetic_experiment import both_modes, repeated, write_experiment

from analysis.findings.cells import findings
from analysis.findings.contrasts import reading_of
from analysis.format import duration, number, workers
from analysis.summary.cells import summarise_trials
from analysis.summary.contrasts import mode_ratios
from analysis.summary.groups import Group
from analysis.validity.verdict import verdicts_on

LIMITLESS = {"verdict": "OVERLOADED", "throughput": 3.4, "backlog_growth": 6.6}
SYNC_1 = {"mode": "sync", "workers": 1, **LIMITLESS, "unanswered_grows": True} | {
    "response_p50_s": math.inf,
    "ready_p50_s": math.inf,
}
QUEUE_1 = {"mode": "queue", "workers": 1, **LIMITLESS, "ready_p50_s": 4.2}
SYNC_4 = {"mode": "sync", "workers": 4, "response_p50_s": 0.3}
QUEUE_4 = {"mode": "queue", "workers": 4}
ALL = ["response_time", "throughput", "ready_time", "both_clocks", "backlog"]


def told(*rows: dict) -> dict[str, str]:
    return {finding.chart: finding.sentence for finding in findings(cells(*rows))}


def test_the_demo_tells_one_sentence_per_chart(demo_group: Group) -> None:
    sentences = {finding.chart: finding.sentence for finding in findings(demo_group.cells)}

    assert sentences == {
        "response_time": "With 1 worker, the queue's median response time is 13 ms; "
        "in sync, response time grows without limit",
        "throughput": "With 1 worker, both modes finish 3.4 pictures/s: a queue adds no capacity; 4 workers finish 9.4",
        "ready_time": "With 1 worker, the wait for a picture grows without limit in both modes; "
        "with 8 workers it is 0.30 s",
        "both_clocks": "Queue mode with 1 worker: the response takes 13 ms, "
        "but the wait for the picture grows without limit",
        "backlog": "With 1 worker, the backlog grows by 6.6 pictures/s in both modes; 4 and 8 workers keep up",
        "cpu_cost": "With 8 workers, each finished picture costs 48.6 ms of CPU time in sync and 64.9 ms in queue: "
        "33 % more",
    }


def test_two_finite_answers_are_compared_as_a_ratio() -> None:
    sentence = told(SYNC_4, QUEUE_4)["response_time"]

    assert sentence == "With 4 workers, the queue's median response time is 14 ms, sync's 0.30 s: 21.4 times as long"


def test_close_answers_of_single_trials_cannot_be_told_apart() -> None:
    sentence = told(SYNC_4 | {"response_p50_s": 0.0145}, QUEUE_4)["response_time"]

    assert sentence.endswith("the queue's median response time is 14 ms, sync's 14 ms: the two cannot be told apart")


def test_answers_are_the_same_only_where_the_interval_says_so() -> None:
    close, far = {"response_p50_s": 0.0145}, {"response_p50_s": 0.020}

    alike = told(SYNC_4 | close, QUEUE_4 | {"likeness_response_p50_s": "the same"})
    unclear = told(SYNC_4 | far, QUEUE_4 | {"likeness_response_p50_s": "cannot be told apart"})
    apart = told(SYNC_4 | {"response_p50_s": 0.016}, QUEUE_4 | {"likeness_response_p50_s": "differs"})

    assert alike["response_time"].endswith("sync's about the same (14 ms)")
    assert unclear["response_time"].endswith("sync's 20 ms: the two cannot be told apart")
    assert apart["response_time"].endswith("sync's 16 ms: 1.1 times as long")


def test_both_modes_finish_the_same_only_where_the_interval_says_so() -> None:
    unclear = {"likeness_throughput": "cannot be told apart"}

    assert told(SYNC_1, QUEUE_1 | {"throughput": 3.5})["throughput"].startswith(
        "With 1 worker, both modes finish 3.4–3.5"
    )
    assert told(SYNC_1, QUEUE_1 | {"throughput": 3.5} | unclear)["throughput"] == (
        "With 1 worker, sync finishes 3.4 pictures/s and queue 3.5, which cannot be told apart"
    )


def test_a_ready_time_is_that_of_both_modes_only_where_the_interval_says_so() -> None:
    unclear = {"ready_p50_s": 0.268, "likeness_ready_p50_s": "cannot be told apart"}

    assert told(SYNC_4 | {"ready_p50_s": 0.275}, QUEUE_4 | unclear)["ready_time"] == (
        "With 4 workers, a picture is ready in 0.28 s in sync and 0.27 s in queue, which cannot be told apart "
        "(the work alone takes 0.29 s)"
    )


@pytest.mark.parametrize(
    ("likeness", "words"),
    [("", "the two cannot be told apart"), ("cannot be told apart", "the two cannot be told apart")]
    + [("the same", "about the same"), ("differs", "5 % more")],
)
def test_costs_are_about_the_same_only_where_the_interval_says_so(likeness: str, words: str) -> None:
    queue = QUEUE_4 | {"cpu_web_s_per_picture": 0.021, "likeness_cpu_s": likeness}

    sentence = told(SYNC_4 | {"cpu_web_s_per_picture": 0.020, "likeness_cpu_s": likeness}, queue)["cpu_cost"]

    assert (
        sentence
        == f"With 4 workers, each finished picture costs 20.0 ms of CPU time in sync and 21.0 ms in queue: {words}"
    )


def test_repeats_say_of_a_group_what_its_table_says(tmp_path: Path) -> None:
    """Four blocks in which chance makes either mode up to a fifth slower."""
    (group,) = grouped(write_experiment(tmp_path / "x", repeated(both_modes((1,), noise=0.2), 4)))
    per_trial = summarise_trials(group.trials, verdicts_on(group.trials))
    (ratio,) = (each for each in mode_ratios(per_trial, pd.DataFrame()) if each.metric == "throughput")

    assert reading_of(ratio.ratios) == "cannot be told apart"
    assert "which cannot be told apart" in {each.chart: each.sentence for each in findings(group.cells)}["throughput"]


def test_a_faster_sync_is_admitted() -> None:
    assert told(SYNC_4 | {"response_p50_s": 0.007}, QUEUE_4)["response_time"].endswith("7 ms: 2 times as fast")


def test_different_throughputs_are_not_called_the_same() -> None:
    sentence = told(SYNC_1, QUEUE_1 | {"throughput": 2.9})["throughput"]

    assert sentence == "With 1 worker, sync finishes 3.4 pictures/s and queue 2.9"


def test_nothing_is_said_about_capacity_where_workers_were_idle() -> None:
    sentence = told(SYNC_4, QUEUE_4)["throughput"]

    assert sentence == "With 4 workers, both modes finish 9.9 pictures/s"
    assert "capacity" not in sentence


def test_more_workers_are_praised_only_where_they_keep_up() -> None:
    still_overloaded = {"workers": 2, "throughput": 6.8}

    assert (
        "finish 6.8" not in told(SYNC_1, QUEUE_1, SYNC_1 | still_overloaded, QUEUE_1 | still_overloaded)["throughput"]
    )


def test_ready_times_that_nearly_agree_are_given_as_a_range() -> None:
    sentence = told(SYNC_4 | {"ready_p50_s": 0.275}, QUEUE_4 | {"ready_p50_s": 0.268})["ready_time"]

    assert (
        sentence == "With 4 workers, a picture is ready in 0.27 s to 0.28 s in both modes (the work alone takes 0.29 s)"
    )


def test_everything_overloaded_has_no_ready_time() -> None:
    assert (
        told(SYNC_1, QUEUE_1)["ready_time"] == "With 1 worker, the wait for a picture grows without limit in both modes"
    )


def test_an_overloaded_cell_never_lends_its_numbers() -> None:
    """4.2 s is where the measurement happened to stop."""
    assert not any("4.2" in sentence for sentence in told(SYNC_1, QUEUE_1).values())


def test_missing_pictures_are_not_called_growth() -> None:
    sentence = told(SYNC_4, QUEUE_4 | {"ready_p50_s": math.inf})["both_clocks"]

    assert "half of the pictures or more are missing" in sentence
    assert "grows" not in sentence


@pytest.mark.parametrize(("row", "mode"), [(SYNC_4, "sync"), (QUEUE_4, "queue")])
def test_one_mode_alone_is_not_compared(row: dict, mode: str) -> None:
    other = {"sync": "queue", "queue": "sync"}[mode]

    sentences = told(row)

    assert ("both_clocks" in sentences) == (mode == "queue")
    assert not any(f" {other} " in sentence for sentence in sentences.values())


def test_modes_without_a_common_worker_count_are_not_compared() -> None:
    sentences = told(SYNC_1, QUEUE_4)

    assert set(ALL) <= set(sentences)
    assert "both modes" not in " ".join(sentences.values())


def test_an_undecided_cell_is_named_as_such() -> None:
    undecided = {"verdict": "UNDECIDED"}

    assert told(SYNC_4 | undecided, QUEUE_4 | undecided)["backlog"] == "4 workers: undecided"


def test_costs_that_were_not_measured_are_not_mentioned() -> None:
    assert "cpu_cost" not in told(SYNC_4, QUEUE_4)


def test_one_sync_cell_that_grows_beside_a_queue_cell_that_does_not() -> None:
    sentence = told(SYNC_1, QUEUE_4 | {"workers": 1})["ready_time"]

    assert sentence == "The wait for a picture with 1 worker: grows without limit in sync; 0.30 s in queue"


def test_times_read_as_a_person_says_them() -> None:
    assert [duration(s) for s in (0.0136, 0.0999, 0.3, 3.456, 12.3)] == ["14 ms", "0.10 s", "0.30 s", "3.46 s", "12 s"]
    assert [number(value) for value in (10.0, 3.44, -0.04)] == ["10", "3.4", "0"]
    assert [workers(1), workers([1, 2, 4])] == ["1 worker", "1, 2 and 4 workers"]


FAILING = {"failed": 12}
UNDECIDED = {"verdict": "UNDECIDED"}


def test_workers_whose_uploads_fail_are_not_said_to_keep_up() -> None:
    sentence = told(SYNC_4 | {"failed": 1}, QUEUE_4)["backlog"]

    assert sentence == "With 4 workers 1 of 100 uploads failed"


def test_workers_without_failures_keep_up_beside_those_with() -> None:
    eight = {"workers": 8, **FAILING}

    assert told(SYNC_4, QUEUE_4, SYNC_4 | eight, QUEUE_4 | eight)["backlog"] == (
        "4 workers keep up; with 8 workers 24 of 200 uploads failed"
    )


def test_more_workers_are_not_praised_where_uploads_fail() -> None:
    assert "4 workers finish" not in told(SYNC_1, QUEUE_1, SYNC_4 | FAILING, QUEUE_4)["throughput"]


def test_capacity_is_not_judged_where_uploads_fail() -> None:
    sentence = told(SYNC_1 | FAILING, QUEUE_1)["throughput"]

    assert sentence == "With 1 worker (failures in sync), both modes finish 3.4 pictures/s"


def test_no_sentence_flatters_where_every_upload_fails() -> None:
    nothing = {"failed": 100, "throughput": 0.0} | dict.fromkeys(
        ("response_p50_s", "response_p95_s", "ready_p50_s", "ready_p95_s"), math.inf
    )

    assert told(SYNC_4 | nothing, QUEUE_4 | nothing) == {
        "response_time": "Response time with 4 workers (failures): "
        "half or more missing in sync; half or more missing in queue",
        "throughput": "With 4 workers (failures), both modes finish 0 pictures/s",
        "ready_time": "The wait for a picture with 4 workers (failures): "
        "half or more missing in sync; half or more missing in queue",
        "both_clocks": "Queue mode with 4 workers (failures): response time is unknown (half or more missing)",
        "backlog": "With 4 workers 200 of 200 uploads failed",
    }


def test_every_sentence_that_uses_an_undecided_cell_says_so() -> None:
    costly = {"cpu_web_s_per_picture": 0.02}

    sentences = told(SYNC_4 | UNDECIDED | costly, QUEUE_4 | UNDECIDED | costly)

    assert sentences.pop("backlog") == "4 workers: undecided"
    assert len(sentences) == 5
    assert all("4 workers (undecided)" in sentence for sentence in sentences.values())


def test_one_mode_alone_tells_what_is_undecided() -> None:
    sentences = told(QUEUE_4 | UNDECIDED)

    assert sentences["throughput"].endswith("9.9 with 4 workers (undecided) (10 offered)")
    assert "with 4 workers (undecided)" in sentences["response_time"]


def test_a_queue_whose_front_door_is_overloaded_is_not_said_to_answer() -> None:
    crowded = QUEUE_1 | {"unanswered_grows": True, "response_p50_s": 3.0}

    sentences = told(SYNC_1, crowded)

    assert sentences["response_time"] == (
        "Response time with 1 worker: grows without limit in sync; grows without limit in queue"
    )
    assert sentences["both_clocks"] == "Queue mode with 1 worker: response time grows without limit"
