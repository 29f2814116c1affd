"""The calibration as pictures: what missed, and what Locust's own users tell of a stall."""

import json

import pytest
from matplotlib.text import Text

from analysis.calibration.checks import calibration_table
from analysis.charts.calibration import draw_calibration, draw_judged, draw_reported
from tests.analysis.synthetic_experiment import both_modes, write_experiment


def check(what, measured, truth=1.0, limit=0.02):
    passed = limit is None or abs(measured - truth) <= limit
    return {
        "code": "C5",
        "what": what,
        "measured": measured,
        "unit": "s",
        "truth": truth,
        "limit": limit,
        "passed": passed,
    }


JUDGED = [
    check(f"{server}, {share}", 1.0 + off)
    for server, off in (("one-stall", 0.01), ("queue-0.9", 0.03))
    for share in ("p50", "p95")
]
TOLD = [
    check(f"reported by Locust, constant_pacing, {users} users, one stall, p99", told, 4.5, None)
    for users, told in ((10, 0.007), (1000, 4.6))
]

NOTHING = check("reported by hey, 10 connections, one stall: nothing. It fell over", None, None, None)


def words(figure):
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_each_server_is_a_row_and_what_is_too_far_off_stands_outside_the_band():
    figure = draw_judged(JUDGED, "title")
    drawn = {round(float(line.get_xdata()[0]), 2) for line in figure.axes[0].lines if line.get_marker() in "os"}

    assert "one-stall" in words(figure) and "queue-0.9" in words(figure)
    assert {0.5, 1.5} <= drawn


def test_other_tools_s_p99_stands_beside_the_truth():
    assert "7 ms" in words(draw_reported(TOLD, "title")) and "true: 4.50 s" in words(draw_reported(TOLD, "title"))


@pytest.mark.parametrize(
    ("checks", "names"),
    [
        ([], []),
        (JUDGED, ["calibration"]),
        (JUDGED + TOLD, ["calibration", "other_tools"]),
        (JUDGED + [NOTHING], ["calibration"]),
        (JUDGED + [NOTHING] + TOLD, ["calibration", "other_tools"]),
    ],
)
def test_there_are_as_many_charts_as_there_is_something_to_show(checks, names, tmp_path):
    assert [chart.name for chart in draw_calibration({"checks": checks}, tmp_path / "charts")] == names
    assert draw_calibration(None, tmp_path / "charts") == []


def test_the_table_says_which_tool_told_nothing_and_that_a_rate_may_be_higher():
    rate = {"code": "C3", "what": "highest rate", "unit": "1/s", "truth": None, "limit": None, "passed": True}
    checks = [NOTHING, rate | {"measured": 6400.0, "at_least": True}, rate | {"measured": 0}]

    assert [row[1:3] for row in calibration_table({"checks": checks}).rows] == [
        ["reported by hey, 10 connections, one stall: nothing. It fell over", "–"],
        ["highest rate", "6,400/s or more"],
        ["highest rate", "0/s"],
    ]


@pytest.mark.usefixtures("unrendered")
def test_the_report_shows_the_pictures_in_its_calibration_section(tmp_path, capsys):
    from analysis.__main__ import main

    folder = write_experiment(tmp_path / "made", both_modes((4,)))
    head = json.loads((folder / "experiment.json").read_text())
    calibration = {"made_at": "2026-11-24", "quick": False, "checks": JUDGED + TOLD}
    (folder / "experiment.json").write_text(json.dumps(head | {"calibration": calibration}))

    assert main([str(folder)]) == 0
    page = (folder / "report.html").read_text()
    assert page.index(">Calibration</h2>") < page.index('id="calibration"') < page.index('id="other_tools"')
    assert "2 of 4 percentiles of reference servers are within tolerance" in page
