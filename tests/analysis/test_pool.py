"""Many laptops in one chart: what is sent, what cannot be used, and who lies far from the others."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from altered import EXAMPLE, copied, losing, with_experiment, with_trials
from laptops import laptop
from matplotlib.text import Text
from playwright.sync_api import Browser
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.__main__ import main
from analysis.errors import AnalysisError
from analysis.pool.chart import draw_speedups
from analysis.pool.pooled import pool
from analysis.pool.reading import share_of
from analysis.pool.record import Shared, as_line, from_line
from analysis.pool.sentences import title
from tests.pages import SIZES, opened, serious_findings


def sent(folder: Path, laptops: Sequence[Shared]) -> Path:
    folder.mkdir()
    for n, each in enumerate(laptops, start=1):
        (folder / f"{n:02}.json").write_text(as_line(each))
    return folder


CLASS = [laptop(2, speedup) for speedup in (1.9, 1.95, 2.0, 2.05, 0.6)] + [laptop(8, 3.8, many="VALID"), laptop(4, 3.1)]


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of seven, one of whom sent twice, one a photo, and one half a file."""
    root = tmp_path_factory.mktemp("class")
    folder = sent(root / "sent", CLASS)
    (folder / "08.json").write_text(as_line(CLASS[0]))
    (folder / "09.json").write_text(as_line(CLASS[0])[:-20])
    (folder / "10.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xff")
    assert main(["pool", str(folder)]) == 0
    return root / "pooled"


def test_a_shared_result_is_small_and_holds_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(tmp_path / "annas-laptop")

    assert main(["share", str(folder)]) == 0

    line = capsys.readouterr().out
    assert (folder / "share.json").read_text() == line
    assert len(line.encode()) < 700
    assert len(line.splitlines()) == 1
    said = json.loads(line)
    assert {
        key: said[key] for key in ("cores", "machine", "system", "workload", "offered_rate", "measured_s", "conditions")
    } == {
        **{"cores": 2, "machine": "AMD EPYC", "system": "Linux x86_64"},
        **{"workload": "io", "offered_rate": 12.0, "measured_s": 12.0, "conditions": ""},
    }
    summary = pd.read_csv(EXAMPLE / "summary.csv").set_index(["mode", "workers"])
    eight, one = summary.loc[("queue", 8)], summary.loc[("queue", 1)]
    figures = [eight["throughput"], eight["throughput"] / one["throughput"], eight["ready_p95_s"]]
    (shared,) = [cell for cell in said["cells"] if cell[:2] == ["queue", 8]]
    assert shared[2:5] == pytest.approx(figures, rel=1e-3) and shared[5:] == [eight["verdict"], 0.0]
    assert "anna" not in line


def test_line_csv_and_folder_tell_the_same(tmp_path: Path) -> None:
    folder = copied(tmp_path / "demo")
    main(["share", str(folder), "--csv"])
    lines = tmp_path / "lines.txt"
    lines.write_text((folder / "share.json").read_text() * 2)

    assert main(["pool", str(folder), *(str(folder / f"share.{kind}") for kind in ("json", "csv")), str(lines)]) == 0

    # Five times the same laptop, so it is one.
    rows = pd.read_csv(tmp_path / "pooled" / "pool.csv")
    assert rows["laptop"].tolist() == [1, 1]
    finished = pd.read_csv(EXAMPLE / "summary.csv").set_index(["mode", "workers"])["throughput"]
    expected = {mode: finished[mode, 8] / finished[mode, 1] for mode in ("sync", "queue")}
    assert rows.set_index("mode")["speedup"].to_dict() == pytest.approx(expected, rel=1e-3)


def test_each_laptop_is_one_dot_and_what_came_twice_counts_once(pooled: Path) -> None:
    rows = pd.read_csv(pooled / "pool.csv")
    drawn = rows[rows["mode"] == "queue"]

    assert sorted(drawn["speedup"]) == pytest.approx([0.6, 1.9, 1.95, 2.0, 2.05, 3.1, 3.8])
    assert "10 results came, 7 laptops are drawn; 1 came more than once" in (pooled / "pool.html").read_text()


def test_the_outlier_is_named_and_not_hidden(pooled: Path) -> None:
    rows = pd.read_csv(pooled / "pool.csv")

    assert rows[rows["outlier"] == True]["speedup"].tolist() == [0.6]  # noqa: E712
    figure = draw_speedups(pool(CLASS), "queue", "any title")
    words = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "outlier 0.6" in words
    assert "beyond median ± 3 MAD" in " ".join(words.split())


def test_what_cannot_be_read_is_listed_and_counted(pooled: Path) -> None:
    page = (pooled / "pool.html").read_text()

    assert "2 could not be read" in page
    assert "Result 9 is not JSON, or was cut off." in page
    assert "Result 10 is not text." in page
    assert pd.read_csv(pooled / "pool.csv")["problem"].notna().sum() == 2


def test_no_file_name_is_shown_to_the_class(pooled: Path) -> None:
    assert "09.json" not in (pooled / "pool.html").read_text()


def test_workers_that_did_all_that_was_offered_have_at_least_that_speedup(pooled: Path) -> None:
    rows = pd.read_csv(pooled / "pool.csv")

    assert rows[rows["at_least"] == True]["speedup"].tolist() == [3.8]  # noqa: E712
    assert "hollow: at least" in (pooled / "charts" / "speedup-queue.svg").read_text()


def test_three_laptops_have_no_outlier() -> None:
    """Two that agree are no rule for the third."""
    assert not any(dot.outlier for dot in pool([laptop(2, 2.0), laptop(2, 2.0), laptop(2, 0.5)]).dots)


def test_laptops_with_other_cores_are_no_measure_for_each_other() -> None:
    dots = pool([*(laptop(2, 2.0 + n / 100) for n in range(5)), laptop(8, 3.9)]).dots

    assert not any(dot.outlier for dot in dots)


def test_laptops_that_agree_almost_exactly_are_no_outliers() -> None:
    assert not any(dot.outlier for dot in pool([laptop(2, speedup) for speedup in (2.0, 2.0, 2.0, 2.0, 2.05)]).dots)


def test_another_load_is_left_out_with_its_reason() -> None:
    pooled = pool([laptop(2, 2.0), laptop(2, 1.9), laptop(2, 1.8, offered_rate=5.0)])

    assert [dot.laptop for dot in pooled.dots] == [1, 2]
    assert pooled.left_out == ((3, "another load: workload cpu, 5 pictures/s offered, 12 s measured"),)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("VALID", "one worker was not saturated"), ("INVALID_CLIENT", "the trials with 1 are invalid")],
)
def test_a_speedup_needs_one_saturated_worker(verdict: str, words: str) -> None:
    pooled = pool([laptop(2, 2.0), laptop(4, 2.0, one=verdict)])

    assert [dot.laptop for dot in pooled.dots] == [1]
    assert words in pooled.left_out[0][1]


def test_an_invalid_trial_is_not_sent(tmp_path: Path) -> None:
    folder = losing(copied(tmp_path / "demo"), "queue-w4-r1", 20)

    assert ("queue", 4) not in {(cell.mode, cell.workers) for cell in share_of(folder).cells}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 1}, "is not what"),
        ({"cores": math.inf}, "holds a value that cannot be used"),
        ({"cores": 10**400, "offered_rate": 10**400}, "holds a value that cannot be used"),
        ({"measured_s": math.nan}, "were offered for nan s"),
        ({"cores": 0}, "says that the machine has 0 cores"),
        ({"cores": "many"}, "holds a value that cannot be used"),
        ({"cells": []}, "holds no cell"),
        ({"cells": [["queue", 1, 2.0]]}, "holds a value that cannot be used"),
        ({"cells": [["queue", 1, -2.0, None, None, "VALID", 0.0]]}, "finished -2.0 pictures/s"),
        ({"cells": [["queue", 10**30, 2.0, None, None, "VALID", 0.0]]}, "holds a cell that cannot be"),
        ({"cells": [["queue", 1, 1e-300, None, None, "VALID", 0.0]]}, "finished 1e-300 pictures/s"),
        ({"cells": [["wish", 1, 2.0, None, None, "VALID", 0.0]]}, "holds a cell that cannot be"),
        ({"cells": [["queue", 1, 2.0, 1.0, None, "OVERLOADED", 0.0]] * 2}, "holds the same cell twice"),
        (
            {"cells": [["queue", 1, 2.0, 1.0, None, "OVERLOADED", 0.0], ["queue", 4, 4.0, 9.0, None, "VALID", 0.0]]},
            "a speed-up that its throughputs do not give",
        ),
    ],
)
def test_a_file_that_somebody_has_changed_is_refused(change: dict[str, object], words: str) -> None:
    content = json.loads(as_line(laptop(2, 2.0))) | change

    with pytest.raises(AnalysisError, match=words):
        from_line(json.dumps(content))


@pytest.mark.parametrize("content", ["[" * 100_000, as_line(laptop(2, 2.0)).replace('"cores":2', '"cores":1e999')])
def test_a_file_that_python_chokes_on_does_not_end_the_pool(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sent(tmp_path / "sent", [laptop(2, 2.0)])
    (folder / "bad.json").write_text(content)

    assert main(["pool", str(folder)]) == 0

    assert "bad.json" in capsys.readouterr().err


def test_without_its_cores_an_experiment_has_nothing_to_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = with_experiment(copied(tmp_path / "demo"), lambda info: info["machine"].update(cores=0))

    assert main(["share", str(folder)]) == 1

    assert "how many cores" in capsys.readouterr().err
    assert not (folder / "share.json").exists()


def test_what_was_broken_on_purpose_is_not_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = {"kind": "fault", "what": "worker-kill", "expected": {"loses": False, "recovery_s": 60.0}}
    events = [done | {"began_at": 0.0, "ended_at": 0.1}]
    folder = with_trials(copied(tmp_path / "demo"), lambda trial: trial.update(events=events), "sync-w8-r1")

    assert main(["share", str(folder)]) == 1

    assert "worker-kill was done to its stack" in capsys.readouterr().err


def test_only_cells_under_the_same_conditions_are_shared_and_the_record_says_which(tmp_path: Path) -> None:
    made = [*both_modes((1,)), *both_modes((1, 2), broker="rabbitmq", web_threads=4, service_s=0.35)]

    said = share_of(write_experiment(tmp_path / "demo", made))

    assert said.conditions == "rabbitmq, 4 web threads"
    assert {(cell.mode, cell.workers) for cell in said.cells} == {(m, n) for m in ("sync", "queue") for n in (1, 2)}
    slow = next(cell for cell in said.cells if (cell.mode, cell.workers) == ("queue", 1))
    assert slow.throughput < 1 / 0.3
    assert from_line(as_line(said)) == said


def test_other_conditions_and_other_pictures_are_left_out_with_their_reason() -> None:
    same = [laptop(2, 2.0), laptop(2, 1.9)]

    left_out = pool([*same, laptop(2, 2.0, conditions="rabbitmq"), laptop(2, 2.0, pictures="ba9876543210")]).left_out

    usual = "another load: workload cpu, 20 pictures/s offered, 12 s measured"
    assert left_out == ((3, f"{usual}, rabbitmq"), (4, "other pictures"))


def test_a_laptop_whose_uploads_failed_is_left_out_with_its_reason() -> None:
    pooled = pool([laptop(2, 2.0, failed=0.01), laptop(2, 3.5, failed=0.25)])

    assert [dot.laptop for dot in pooled.dots] == [1]
    assert pooled.left_out == ((2, "queue: with 4 workers 25.0 % of the uploads failed"),)


def test_what_failed_is_shared(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", [Made(workers=1), Made(workers=8, fails_every=4)])

    assert share_of(folder).cells[1].failed == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(
    ("measured", "bounds", "words"),
    [
        ((2.0, 2.1, 2.2), (), "2.1 times"),
        ((2.0, 2.1), (3.9,), "2.1 times"),
        ((2.0, 2.2), (2.1,), "at least 2.1 times"),
        ((3.0,), (2.0,), "at least 2.5 times"),
        ((), (3.8,), "at least 3.8 times"),
    ],
)
def test_a_median_that_lower_bounds_could_raise_is_at_least_that(
    measured: Sequence[float], bounds: Sequence[float], words: str
) -> None:
    pooled = pool([*(laptop(2, one) for one in measured), *(laptop(2, one, many="VALID") for one in bounds)])

    assert title(pooled, "queue") == f"4 queue workers finish {words} what 1 finishes with 2 cores"
    labels = [text.get_text() for text in draw_speedups(pooled, "queue", "any title").findobj(Text)]
    assert f"median {words.removesuffix(' times')}" in labels


def test_a_lower_bound_is_no_outlier_and_makes_none() -> None:
    near = [laptop(2, speedup) for speedup in (1.9, 1.95, 2.05, 2.1)]

    assert not any(dot.outlier for dot in pool([*near, laptop(2, 3.9, many="VALID")]).dots)
    far = [laptop(2, 0.6), *(laptop(2, 2.0, many="VALID") for _ in range(3))]
    assert not any(dot.outlier for dot in pool(far).dots)


def test_what_is_sent_is_what_arrives() -> None:
    assert from_line(as_line(laptop(2, 1.9))) == laptop(2, 1.9)


def test_a_folder_of_results_may_stand_among_the_files(tmp_path: Path) -> None:
    folder = sent(tmp_path / "sent", [])
    write_experiment(folder / "demo", both_modes((1, 2), offered_rate=10.0))
    main(["share", str(write_experiment(tmp_path / "other", both_modes((1, 2), service_s=0.35)))])
    (tmp_path / "other" / "share.json").rename(folder / "other.json")

    assert main(["pool", str(folder)]) == 0

    assert pd.read_csv(tmp_path / "pooled" / "pool.csv")["laptop"].nunique() == 2


@pytest.mark.parametrize("made", [[Made(workers=8)], [Made(workers=1)]])
def test_nothing_to_draw_is_one_sentence_and_exit_code_1(
    made: list[Made], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pool", str(write_experiment(tmp_path / "demo", made))]) == 1

    assert "No speed-up can be told" in capsys.readouterr().err


def test_nothing_readable_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pool", str(tmp_path / "nowhere.json")]) == 1

    assert "None of 1 results can be read" in capsys.readouterr().err


@pytest.mark.parametrize("size", SIZES)
def test_the_page_needs_no_network_and_fits_a_projector_and_a_phone(pooled: Path, browser: Browser, size: str) -> None:
    page_file = pooled / "pool.html"

    with opened(browser, page_file, size) as shown:
        assert shown.asked == [page_file.as_uri()]
        assert shown.problems == []
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert serious_findings(shown.page) == []
