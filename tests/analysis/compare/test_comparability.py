"""Which comparisons are fair: real result files, altered in one thing each."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from altered import losing, with_experiment, with_trials
from synthetic_experiment import Made, write_experiment
from two_experiments import compared


def smaller_pictures(folder: Path) -> None:
    with_trials(folder, lambda trial: trial.update(pictures_sha256="0" * 64))
    with_experiment(folder, lambda info: info.update(pictures_sha256={"io": "0" * 64}))


def longer_warm_up(folder: Path) -> None:
    with_trials(folder, lambda trial: trial["phases"].update(started_at=trial["phases"]["started_at"] - 3))


def longer_drain(folder: Path) -> None:
    with_experiment(folder, lambda info: info["plan"]["phases"].update(drain_limit_s=60))


def other_rate(folder: Path) -> None:
    with_trials(folder, lambda trial: trial["cell"].update(offered_rate=11.0))


def celery_as_it_comes(folder: Path) -> None:
    with_trials(folder, lambda trial: trial["cell"].update(profile="defaults"))
    for path in folder.glob("*/backlog.csv"):
        # Its samples are those of late acknowledgement, which this profile does not have: the broker was not counted.
        rows = pd.read_csv(path)
        rows[rows.columns.intersection(["waiting", "in_hand", "unacked"])] = ""
        rows.to_csv(path, index=False)


def other_seed(folder: Path) -> None:
    with_trials(folder, lambda trial: trial.update(plan_sha256="0" * 64))


def stolen_time(folder: Path) -> None:
    with_trials(folder, lambda trial: trial["noise"].update(steal_share=0.2), "queue-w4-r1")


def lost_pictures(folder: Path) -> None:
    losing(folder, "queue-w4-r1", 3)


def late_load(folder: Path) -> None:
    path = folder / "queue-w4-r1" / "requests.csv"
    rows = pd.read_csv(path, dtype={"status": "Int64"})
    middle = rows.index[len(rows) // 3 : len(rows) // 2]
    rows.loc[middle, "due_at"] -= 0.05
    rows.to_csv(path, index=False)


def broken_off(folder: Path) -> None:
    (folder / "queue-w4-r1").rename(folder / "queue-w4-r1.partial")


def killed(folder: Path) -> None:
    """By hand, so that the cell does not say it."""
    done = {"kind": "fault", "what": "worker-kill", "expected": {"loses": False, "recovery_s": 60.0}}
    since = "measure_from"
    with_trials(
        folder,
        lambda trial: trial.update(
            events=[done | {"began_at": trial["phases"][since], "ended_at": trial["phases"][since] + 0.1}]
        ),
        "sync-w8-r1",
    )


def never_begun(folder: Path) -> None:
    shutil.rmtree(folder / "queue-w4-r1")


def with_few_workers_left_out(folder: Path) -> Path:
    """Those with 1 and 2 workers: what is told of the others is the same, and takes half as long."""
    for trial in [*folder.glob("*-w1-r1"), *folder.glob("*-w2-r1")]:
        shutil.rmtree(trial)

    def asks_for_fewer(info: dict[str, Any]) -> None:
        info["order"] = [name for name in info["order"] if (folder / name).exists()]

    return with_experiment(folder, asks_for_fewer)


@pytest.fixture
def one(one: Path) -> Path:
    return with_few_workers_left_out(one)


@pytest.fixture
def other(other: Path) -> Path:
    return with_few_workers_left_out(other)


UNFAIR = {
    smaller_pictures: ("different picture mix", "sent different pictures as workload io"),
    longer_warm_up: ("different time windows", "warm-up 3 s and 6 s"),
    longer_drain: ("different time windows", "drain at most 4 s and 60 s"),
    other_rate: ("different offered rate", "12/s in one and 11/s in other"),
    celery_as_it_comes: ("different safety profile", "profile safe in one and profile defaults in other"),
    other_seed: ("different uploads", "a ratio would include chance"),
    stolen_time: ("a noisy machine", "other virtual machines took 20.0% of the machine's CPU time"),
    lost_pictures: ("an invalid ledger", "the ledger of queue-w4-r1 is invalid: 3 accepted pictures are lost"),
    late_load: ("a load that was not as planned", "In other, the load of queue-w4-r1 was not the planned one: "),
    broken_off: ("unfinished", "other is unfinished (queue-w4-r1.partial)"),
    killed: ("different fault", "The injected faults differ: nothing in one and worker-kill in other"),
    never_begun: ("unfinished", "other is unfinished (queue-w4-r1)"),
}


@pytest.mark.parametrize("alter", UNFAIR)
def test_an_unfair_comparison_is_refused_with_its_reason_and_writes_nothing(
    alter: Callable[[Path], None], one: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alter(other)

    assert compared(one, other) == 1

    refusals = capsys.readouterr().err.splitlines()
    assert len(refusals) == 1, refusals
    assert refusals[0].startswith("refused: ")
    assert UNFAIR[alter][1] in refusals[0]
    assert not (one.parent / "compared").exists()


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("alter", [longer_warm_up, other_rate, late_load])
def test_what_is_forced_says_so_on_the_page_and_in_the_table(
    alter: Callable[[Path], None], one: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alter(other)

    assert compared(one, other, unfair="to show what it looks like") == 0

    folder = one.parent / "compared" / "one-other"
    few = UNFAIR[alter][0]
    page = (folder / "compare.html").read_text()
    assert page.index("FORCED") < page.index('class="answer"')
    assert "to show what it looks like" in page
    table = pd.read_csv(folder / "compare.csv")
    assert set(table["forced"]) == {f"forced: {few}"}
    assert set(table["why"]) == {"to show what it looks like"}
    assert f"forced: {few}." in capsys.readouterr().out


def test_what_is_forced_says_so_in_every_chart(one: Path, other: Path) -> None:
    other_rate(other)

    assert compared(one, other, unfair="to show what it looks like") == 0

    for chart in (one.parent / "compared" / "one-other" / "charts").glob("*.svg"):
        # Matplotlib keeps the words of each line as a comment beside its outlines.
        words = " ".join(re.findall(r"<!-- (.*?) -->", chart.read_text()))
        assert "forced: different offered rate" in words, chart.name


def test_every_reason_is_told_at_once(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for alter in (smaller_pictures, longer_drain, stolen_time):
        alter(other)

    assert compared(one, other) == 1

    assert len(capsys.readouterr().err.splitlines()) == 3


def test_without_a_common_cell_nothing_can_be_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = write_experiment(tmp_path / "one", [Made(mode="sync", workers=4)])
    other = write_experiment(tmp_path / "other", [Made(mode="queue", workers=4)])

    assert compared(one, other, unfair="I insist") == 1

    assert "one and other have no cell in common" in capsys.readouterr().err


def test_a_search_for_a_capacity_is_not_compared(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goal = {"clock": "ready", "share": 0.95, "limit_s": 2.0}
    with_experiment(other, lambda info: info["plan"].update(goal=goal))

    assert compared(one, other, unfair="I insist") == 1

    assert "other searched for a capacity" in capsys.readouterr().err


def in_blocks(folder: Path, **amount: float) -> Path:
    """The plan asks for a second block, of which nothing was measured."""

    def asks_for_more(info: dict[str, Any]) -> None:
        info["plan"].update(amount)
        info["order"] += [name.replace("-r1", "-r2") for name in info["order"]]

    return with_experiment(folder, asks_for_more)


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("amount", [{"minutes": 3.0}, {"precision": 0.1}])
def test_a_plan_that_ends_at_a_time_or_a_precision_need_not_begin_every_block(
    amount: dict[str, float], one: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(one, in_blocks(other, **amount)) == 0

    never_begun(other)

    assert compared(one, other) == 1
    assert "other is unfinished (queue-w4-r1)" in capsys.readouterr().err


def test_a_plan_of_repeats_must_measure_every_block(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, in_blocks(other)) == 1

    assert "other is unfinished" in capsys.readouterr().err
