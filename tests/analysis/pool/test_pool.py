"""Many laptops in one chart: what comes, what cannot be read, and the page that the class sees."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from altered import EXAMPLE, copied
from laptops import laptop
from matplotlib.text import Text
from playwright.sync_api import Browser
from synthetic_experiment import Made, both_modes, write_experiment

from analysis.__main__ import main
from analysis.pool.share_format import Shared, as_line
from analysis.pool.speedups import draw_speedups, pool
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


@pytest.mark.usefixtures("unrendered")
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
    assert "10 results received, 7 laptops drawn; 1 received more than once" in (pooled / "pool.html").read_text()


def test_a_file_and_a_laptop_named_in_another_encoding_are_pooled_like_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sent(tmp_path / "sent", CLASS)
    named = Path(os.fsdecode(os.fsencode(folder) + b"/M\xfcller.json"))
    named.write_text(as_line(laptop(16, 3.5)).replace("Some CPU", "Some \\ud800 CPU"))

    assert main(["pool", str(folder)]) == 0

    assert "8 results received, 8 laptops drawn" in capsys.readouterr().out
    assert (tmp_path / "pooled" / "pool.csv").read_text(encoding="utf-8").count("M?ller.json") == 1


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
    assert "Result 9 is not JSON, or is truncated." in page
    assert "Result 10 is not text." in page
    assert pd.read_csv(pooled / "pool.csv")["problem"].notna().sum() == 2


def test_no_file_name_is_shown_to_the_class(pooled: Path) -> None:
    assert "09.json" not in (pooled / "pool.html").read_text()


def test_workers_that_did_all_that_was_offered_have_at_least_that_speedup(pooled: Path) -> None:
    rows = pd.read_csv(pooled / "pool.csv")

    assert rows[rows["at_least"] == True]["speedup"].tolist() == [3.8]  # noqa: E712
    assert "hollow: at least" in (pooled / "charts" / "speedup-queue.svg").read_text()


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("content", ["[" * 100_000, as_line(laptop(2, 2.0)).replace('"cores":2', '"cores":1e999')])
def test_a_file_that_python_chokes_on_does_not_end_the_pool(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sent(tmp_path / "sent", [laptop(2, 2.0)])
    (folder / "bad.json").write_text(content)

    assert main(["pool", str(folder)]) == 0

    assert "bad.json" in capsys.readouterr().err


@pytest.mark.usefixtures("unrendered")
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

    assert "No speed-up can be computed" in capsys.readouterr().err


def test_nothing_readable_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pool", str(tmp_path / "nowhere.json")]) == 1

    assert "1 result received, and none can be read" in capsys.readouterr().err


@pytest.mark.parametrize("size", SIZES)
def test_the_page_needs_no_network_and_fits_a_projector_and_a_phone(pooled: Path, browser: Browser, size: str) -> None:
    page_file = pooled / "pool.html"

    with opened(browser, page_file, size) as shown:
        assert shown.asked == [page_file.as_uri()]
        assert shown.problems == []
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert serious_findings(shown.page) == []
