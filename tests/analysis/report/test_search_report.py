"""What the files of a search become: the decision first, then how it was found."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hand_made import capacities
from synthetic_experiment import Made, break_books, write_experiment

from analysis.__main__ import main
from analysis.data.reader import CAPACITY_COLUMNS

FOUND = [
    ("sync", 1, 2.5, 3.0, float("nan")),
    ("queue", 1, 2.4, 2.9, 3.6),
    ("sync", 4, 10.0, 12.0, float("nan")),
    ("queue", 4, 10.4, float("nan"), 14.0),
]

#: The verdict on some trials, and what is said of their time.
TOLD = {
    "sync-w1-r1": ("valid", "too few uploads"),
    "sync-w4-r1": ("valid", r"0\.\d+"),
    "queue-w4-r1": ("invalid accounts", "withheld"),
    "queue-w4-r2": ("overloaded", "grows without limit"),
}


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two steps of each search, the upper one overloaded, with what the searches are said to have found; the books of
    one step do not close."""
    made = [
        Made(mode=mode, workers=count, repeat=n, offered_rate=rate * count)
        for mode in ("sync", "queue")
        for count in (1, 4)
        for n, rate in enumerate((2.0, 5.0), 1)
    ]
    folder = write_experiment(tmp_path_factory.mktemp("results") / "searched", made)
    break_books(folder / "queue-w4-r1")
    info = json.loads((folder / "experiment.json").read_text())
    info["plan"]["goal"] = {"clock": "ready", "percentile": 0.95, "limit_s": 2.0}
    (folder / "experiment.json").write_text(json.dumps(info))
    pd.DataFrame(capacities(*FOUND), columns=CAPACITY_COLUMNS).to_csv(folder / "capacity.csv", index=False)
    assert main([str(folder)]) == 0
    return folder


def test_the_answer_begins_with_the_decision_and_ends_with_overload(searched: Path) -> None:
    answer = re.search(r'<section class="answer".*?</section>', (searched / "report.html").read_text(), re.DOTALL)
    assert answer is not None
    sentences = re.findall("<li>(.*?)</li>", answer[0])

    assert sentences[0] == (
        "Up to 10 pictures/s sync is fine: with 4 workers it meets ready p95 within 2 s; queue needs as many."
    )
    assert sentences[-1].startswith("Overload with 4 workers: in sync at 20 pictures/s response time grows")


def test_its_picture_comes_before_those_of_how_it_was_found(searched: Path) -> None:
    figures = re.findall(r'<figure id="([^"]+)"', (searched / "report.html").read_text())

    assert figures == ["workers_needed", "capacity", "searched-w1", "searched-w4"]
    assert {path.stem for path in (searched / "charts").glob("*.png")} == set(figures)


def test_each_trial_has_its_verdict_and_a_time_only_where_it_may_claim_one(searched: Path) -> None:
    page = (searched / "report.html").read_text()
    rows = [re.findall("<td>(.*?)</td>", row) for row in re.findall("<tr>(.*?)</tr>", page, re.DOTALL)]

    for name, (verdict, words) in TOLD.items():
        told = [cells[-2:] for cells in rows if len(cells) == 5 and cells[0] == name]
        assert len(told) == 1 and told[0][0] == verdict and re.fullmatch(words, told[0][1]), (name, told)


def test_the_chart_has_arrows_for_overload_and_points_for_what_is_told(searched: Path) -> None:
    drawing = (searched / "charts" / "searched-w4.svg").read_text()

    assert "one point per trial, 3 of 4 trials" in drawing
    assert "sync grows" in drawing and "queue grows" in drawing
