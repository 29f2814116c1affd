"""Comparing experiments: what is written and told."""

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from altered import EXAMPLE, copied, with_trials
from playwright.sync_api import Browser
from synthetic_experiment import Made, both_modes, repeated, write_experiment
from two_experiments import compared, with_other_machine

from analysis.compare.alignment import togethers
from analysis.compare.comparison import read_sides
from analysis.tables.contrasts import contrast_table
from tests.pages import SIZES, opened, serious_findings


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


@pytest.mark.usefixtures("unrendered")
def test_what_differs_is_told_in_sentences(one: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, other) == 0

    told = capsys.readouterr().out
    assert "The experiments differ in cpu and cores" in told
    one_ms, other_ms = (f"{1000 * faster * median_s():.0f} ms" for faster in (1.0, 1.5))
    sentence = f"With 8 workers, the median response time in queue mode is {one_ms} in one and {other_ms} in other"
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


@pytest.mark.usefixtures("unrendered")
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


@pytest.mark.usefixtures("unrendered")
def test_trials_by_hand_are_compared_but_never_called_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (write_experiment(tmp_path / name, both_modes((4, 8)), by_hand=True) for name in ("one", "other"))
    with_trials(other, lambda trial: trial.update(plan_sha256=None))

    assert compared(one, other) == 0

    told = capsys.readouterr().out
    assert "whole cells, no pairs" in told and "not the same uploads" in told and "1 pair" not in told
    folder = tmp_path / "compared" / "one-other"
    rows = pd.read_csv(folder / "compare.csv").set_index("experiment")
    assert rows.loc["other", "pairs"].tolist() == [0] * 4
    assert rows.loc["other", "throughput_ratio"].notna().all()
    assert "one pair" not in (folder / "compare.html").read_text()


@pytest.mark.usefixtures("unrendered")
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
    assert "whole cells, no pairs" in (tmp_path / "compared/one-other/compare.html").read_text()


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(("times", "told"), [(1.05, False), (1.3, True)])
def test_a_core_is_called_faster_only_beyond_what_the_noise_guard_allows(
    times: float, told: bool, one: Path, other: Path
) -> None:
    def slower(trial: dict[str, Any]) -> None:
        trial["noise"]["spin_before_s"] *= times

    assert compared(one, with_trials(other, slower)) == 0

    page = (one.parent / "compared" / "one-other" / "compare.html").read_text()
    assert ("fixed piece of work, one core" in page) == told


def test_a_time_that_half_of_the_uploads_lack_is_not_called_overloaded(tmp_path: Path) -> None:
    one = write_experiment(tmp_path / "one", [Made(workers=8)])
    other = write_experiment(tmp_path / "other", [Made(workers=8, fails_every=1)])
    (together,) = togethers(read_sides([one, other]))

    readings = {row[2]: row[-1] for row in contrast_table(together.compared[0]).rows}
    assert readings["ready time, median"] == "not compared: one side has half or more missing (failures)"


@pytest.mark.usefixtures("unrendered")
def test_what_each_varied_is_compared_level_by_level(tmp_path: Path) -> None:
    made = [*both_modes((4,)), *both_modes((4,), broker="rabbitmq")]
    one, other = (write_experiment(tmp_path / name, rows) for name, rows in (("one", made), ("other", made[2:])))

    assert compared(one, other) == 0

    rows = pd.read_csv(tmp_path / "compared" / "one-other" / "compare.csv")
    assert set(rows["broker"]) == {"rabbitmq"}


@pytest.mark.usefixtures("unrendered")
def test_other_brokers_and_machines_are_what_is_compared_and_no_reason_to_refuse(tmp_path: Path) -> None:
    one = write_experiment(tmp_path / "one", both_modes((4,)))
    other = write_experiment(tmp_path / "other", both_modes((4,), broker="rabbitmq"))

    assert compared(one, other) == 0

    page = (tmp_path / "compared" / "one-other" / "compare.html").read_text()
    differs = page[page.index("<h2>What differs") : page.index("<h2>Charts")]
    assert re.findall(r"<td>(.*?)</td>", differs) == ["broker", "redis", "rabbitmq"]


@pytest.mark.usefixtures("unrendered")
def test_folders_of_one_name_are_told_apart_by_what_they_lie_in(tmp_path: Path) -> None:
    one, other = copied(tmp_path / "laptop" / "demo"), copied(tmp_path / "server" / "demo")

    assert compared(one, other) == 0

    folder = tmp_path / "laptop" / "compared" / "laptop-demo-server-demo"
    assert set(pd.read_csv(folder / "compare.csv")["experiment"]) == {"laptop/demo", "server/demo"}


def test_the_same_folder_twice_is_refused(one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(one, one) == 1

    assert "The same folder is given twice" in capsys.readouterr().err


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
