"""Comparing experiments: real result files, altered in one thing each."""

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from altered import EXAMPLE, answering_slower, copied, losing, with_experiment, with_trials
from playwright.sync_api import Browser
from synthetic_experiment import Made, both_modes, repeated, write_experiment

from analysis.__main__ import main
from tests.pages import SIZES, opened, serious_findings


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return copied(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return with_other_machine(copied(tmp_path / "other"))


def with_other_machine(folder: Path) -> Path:
    """The same on a machine whose answers take half as long again."""
    return with_experiment(answering_slower(folder, 1.5), lambda info: info["machine"].update(cpu="Other CPU", cores=8))


def compared(*folders: Path, unfair: str = "") -> int:
    return main(["compare", *map(str, folders), *(["--unfair", unfair] if unfair else [])])


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was written of a fair comparison."""
    place = tmp_path_factory.mktemp("fair")
    assert compared(copied(place / "one"), with_other_machine(copied(place / "other"))) == 0
    return place / "compared" / "one-other"


def test_a_fair_comparison_writes_page_charts_and_table_beside_the_first(fair: Path) -> None:
    assert {path.name for path in fair.iterdir()} == {"compare.html", "compare.csv", "charts"}
    assert {path.name for path in fair.glob("charts/*.png")} == {
        *("throughput.png", "response_p50.png", "response_p95.png", "ready_p50.png", "ready_p95.png", "ratios.png"),
    }
    assert "FORCED" not in (fair / "compare.html").read_text()


def test_what_differs_is_told_in_sentences(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, other) == 0

    told = capsys.readouterr().out
    assert "The experiments differ in cpu and cores" in told
    one_ms, other_ms = (f"{1000 * faster * median_s():.0f} ms" for faster in (1.0, 1.5))
    sentence = f"With 8 workers the median response time in queue mode is {one_ms} in one and {other_ms} in other"
    assert f"{sentence}: 1.50 times" in told


def test_the_table_has_every_cell_of_both_and_the_ratio_of_each_to_the_first(fair: Path) -> None:
    rows = pd.read_csv(fair / "compare.csv")
    assert len(rows) == 16
    slower = rows[(rows["experiment"] == "other") & (rows["mode"] == "queue")]
    assert slower["response_p50_ratio"].tolist() == pytest.approx([1.5] * 4, rel=1e-4)
    assert slower["throughput_ratio"].tolist() == pytest.approx([1.0] * 4, rel=1e-4)
    # One pair has no interval, and a time that grows without limit no ratio.
    assert slower["response_p50_ratio_low"].isna().all()
    assert slower.set_index("workers")["ready_p95_ratio"].isna().tolist() == [True, True, False, False]
    assert rows[rows["experiment"] == "one"]["response_p50_ratio"].isna().all()


def test_three_repeats_have_an_interval_that_holds_the_truth(tmp_path: Path) -> None:
    made = repeated(both_modes((4, 8), noise=0.02), 4)
    slower = [Made(**{**vars(each), "accept_s": 2 * each.accept_s}) for each in made]
    one, other = (write_experiment(tmp_path / name, rows) for name, rows in (("one", made), ("other", slower)))

    assert compared(one, other) == 0

    rows = pd.read_csv(tmp_path / "compared" / "one-other" / "compare.csv").set_index(["experiment", "mode", "workers"])
    queue = rows.loc[("other", "queue", 8)]
    assert queue["pairs"] == 4
    assert queue["response_p50_ratio_low"] < queue["response_p50_ratio"] < queue["response_p50_ratio_high"]
    # 1 ms of the answer is send lag, and so not slower: (0.001 + 0.024) / (0.001 + 0.012).
    assert queue["response_p50_ratio"] == pytest.approx(25 / 13, rel=0.02)


def smaller_pictures(folder: Path) -> None:
    with_trials(folder, lambda trial: trial.update(pictures_sha256="0" * 64))


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
        pd.read_csv(path).assign(waiting="", in_hand="").to_csv(path, index=False)


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


UNFAIR = {
    smaller_pictures: ("other picture mix", "sent other pictures as workload io"),
    longer_warm_up: ("other time windows", "warm-up 3 s and 6 s"),
    longer_drain: ("other time windows", "drain at most 4 s and 60 s"),
    other_rate: ("other offered rate", "12/s in one and 11/s in other"),
    celery_as_it_comes: ("other safety profile", "profile safe in one and profile defaults in other"),
    other_seed: ("other uploads", "a ratio would hold chance as well"),
    stolen_time: ("a machine that was not quiet", "others took 20.0% of the machine's CPU time"),
    lost_pictures: ("a failed ledger", "the ledger of queue-w4-r1 does not hold: 3 accepted pictures are lost"),
    late_load: ("an overloaded machine", "its load generator did not keep up in queue-w4-r1"),
    broken_off: ("not finished", "other is not finished (queue-w4-r1.partial)"),
    killed: ("other fault", "Other things were done to the stacks: nothing in one and worker-kill in other"),
    never_begun: ("not finished", "other is not finished (queue-w4-r1)"),
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


@pytest.mark.parametrize("alter", [longer_warm_up, other_rate, late_load])
def test_what_is_forced_says_so_in_every_chart_on_the_page_and_in_the_table(
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
    for chart in folder.glob("charts/*.svg"):
        # Matplotlib keeps the words of each line as a comment beside its outlines.
        words = " ".join(re.findall(r"<!-- (.*?) -->", chart.read_text()))
        assert f"forced: {few}" in words, chart.name


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


def test_trials_by_hand_are_compared_but_never_called_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (write_experiment(tmp_path / name, both_modes((4, 8)), by_hand=True) for name in ("one", "other"))
    with_trials(other, lambda trial: trial.update(plan_sha256=None))

    assert compared(one, other) == 0

    told = capsys.readouterr().out
    assert "of whole cells, no pairs" in told and "not the same uploads" in told and "1 pair" not in told
    folder = tmp_path / "compared" / "one-other"
    rows = pd.read_csv(folder / "compare.csv").set_index("experiment")
    assert rows.loc["other", "pairs"].tolist() == [0] * 4
    assert rows.loc["other", "throughput_ratio"].notna().all()
    assert "one pair" not in (folder / "compare.html").read_text()


def test_where_trials_are_too_small_for_a_p95_that_of_the_cells_is_compared(tmp_path: Path) -> None:
    """Half of the uploads of a trial are less than its p95 needs, and those of a cell are enough."""
    made = repeated([Made(workers=8, offered_rate=4.0)], 3)
    one, other = (write_experiment(tmp_path / name, made) for name in ("one", "other"))

    assert compared(one, other) == 0

    (row,) = (
        row
        for _, row in pd.read_csv(tmp_path / "compared/one-other/compare.csv").iterrows()
        if row["compared_with"] == "one"
    )
    assert (row["pairs"], row["ready_p95_ratio"]) == (3, 1.0)
    assert (row["ready_p50_ratio_low"], row["ready_p50_ratio_high"]) == (1.0, 1.0)
    assert math.isnan(row["ready_p95_ratio_low"])
    assert "of whole cells, no pairs" in (tmp_path / "compared/one-other/compare.html").read_text()


def in_blocks(folder: Path, **amount: float) -> Path:
    """The plan asks for a second block, of which nothing was measured."""

    def asks_for_more(info: dict[str, Any]) -> None:
        info["plan"].update(amount)
        info["order"] += [name.replace("-r1", "-r2") for name in info["order"]]

    return with_experiment(folder, asks_for_more)


@pytest.mark.parametrize("amount", [{"minutes": 3.0}, {"precision": 0.1}])
def test_a_plan_that_ends_at_a_time_or_a_precision_need_not_begin_every_block(
    amount: dict[str, float], one: Path, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(one, in_blocks(other, **amount)) == 0

    never_begun(other)

    assert compared(one, other) == 1
    assert "other is not finished (queue-w4-r1)" in capsys.readouterr().err


def test_a_plan_of_repeats_must_measure_every_block(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, in_blocks(other)) == 1

    assert "other is not finished" in capsys.readouterr().err


@pytest.mark.parametrize(("times", "told"), [(1.05, False), (1.3, True)])
def test_a_core_is_called_faster_only_beyond_what_the_noise_guard_allows(
    times: float, told: bool, one: Path, other: Path
) -> None:
    def slower(trial: dict[str, Any]) -> None:
        trial["noise"].update({name: times * trial["noise"][name] for name in ("spin_before_s", "spin_after_s")})

    assert compared(one, with_trials(other, slower)) == 0

    page = (one.parent / "compared" / "one-other" / "compare.html").read_text()
    assert ("fixed piece of work, one core" in page) == told


def test_what_each_varied_is_compared_level_by_level(tmp_path: Path) -> None:
    made = [*both_modes((4,)), *both_modes((4,), broker="rabbitmq")]
    one, other = (write_experiment(tmp_path / name, rows) for name, rows in (("one", made), ("other", made[2:])))

    assert compared(one, other) == 0

    rows = pd.read_csv(tmp_path / "compared" / "one-other" / "compare.csv")
    assert set(rows["broker"]) == {"rabbitmq"}


def test_other_brokers_and_machines_are_what_is_compared_and_no_reason_to_refuse(tmp_path: Path) -> None:
    one = write_experiment(tmp_path / "one", both_modes((4,)))
    other = write_experiment(tmp_path / "other", both_modes((4,), broker="rabbitmq"))

    assert compared(one, other) == 0

    page = (tmp_path / "compared" / "one-other" / "compare.html").read_text()
    differs = page[page.index("<h2>What differs") : page.index("<h2>Charts")]
    assert re.findall(r"<td>(.*?)</td>", differs) == ["broker", "redis", "rabbitmq"]


def test_folders_of_one_name_are_told_apart_by_what_they_lie_in(tmp_path: Path) -> None:
    one, other = copied(tmp_path / "laptop" / "demo"), copied(tmp_path / "server" / "demo")

    assert compared(one, other) == 0

    folder = tmp_path / "laptop" / "compared" / "laptop-demo-server-demo"
    assert set(pd.read_csv(folder / "compare.csv")["experiment"]) == {"laptop/demo", "server/demo"}


def test_the_same_folder_twice_is_refused(one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, one) == 1

    assert "The same folder is named twice" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 5])
def test_too_few_or_too_many_experiments_are_misuse(count: int, one: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        compared(*[one] * count)

    assert stopped.value.code == 2


@pytest.mark.parametrize("size", SIZES)
def test_the_page_needs_no_network_and_its_charts_answer(fair: Path, browser: Browser, size: str) -> None:
    page_file = fair / "compare.html"

    with opened(browser, page_file, size) as shown:
        assert shown.asked == [page_file.as_uri()]
        assert shown.problems == []
        assert shown.page.locator("figure svg[role=img]").count() == 6
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert serious_findings(shown.page) == []
        told = shown.page.locator("#response_p50 .point").evaluate_all("all => all.map((each) => each.ariaLabel)")
        assert f"queue other: workers 8, response time, median {1500 * median_s():.0f} ms" in told


def median_s() -> float:
    """The median response time of the example's queue with 8 workers."""
    summary = pd.read_csv(EXAMPLE / "summary.csv").set_index(["mode", "workers"])
    return float(summary.loc[("queue", 8), "response_p50_s"])
