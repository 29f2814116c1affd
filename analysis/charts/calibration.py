"""The calibration as a picture: by how much of what is allowed each percentile missed the truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import Chart, save
from analysis.charts.parts.layout import STYLE, framed
from analysis.charts.parts.palette import FAINT, QUIET, TEXT
from analysis.format import Table, amount, duration, number

# Colours that no mode has.
LOOKS = {"p50": ("o", "#009E73"), "p95": ("s", "#CC79A7"), "p99": ("D", "#E69F00")}
BEYOND = 2.6
LEFT, BOTTOM, WIDTH = 0.24, 0.13, 0.64

#: How the name of such a check begins; the second in schema 1.
REPORTED = ("reported by ", "told by ")

Checks = Sequence[Mapping[str, Any]]


def draw_calibration(calibration: Mapping[str, Any] | None, folder: Path) -> list[Chart]:
    """One chart of the checks that have a truth, and one of what other tools said of a stall, if that was asked."""
    checks = (calibration or {}).get("checks", [])
    judged = [check for check in checks if check["truth"] is not None and check["limit"]]
    # A tool that misbehaved has reported nothing, which the table says.
    reported = [check for check in checks if check["what"].startswith(REPORTED) and check["measured"] is not None]
    charts = [_chart("calibration", _judged_title(judged), draw_judged, judged, folder)] if judged else []
    return charts + (
        [_chart("other_tools", _reported_title(reported), draw_reported, reported, folder)] if reported else []
    )


def draw_judged(checks: Checks, title: str) -> Figure:
    """Measured minus true, in units of what is allowed: inside the band is good enough; one row per server."""
    figure, below = framed(title, "reference servers with known response times · 1: the tolerance")
    ax = figure.add_axes((LEFT, BOTTOM, WIDTH, below - BOTTOM))
    names = list(dict.fromkeys(_server(check) for check in checks))
    ax.axvspan(-1, 1, color=FAINT, alpha=0.5, linewidth=0)
    ax.axvline(0, color=QUIET, linewidth=1.5)
    for check in checks:
        marker, colour = LOOKS[_share(check)]
        look: dict[str, Any] = {"color": colour, "markeredgecolor": TEXT, "markersize": 13, "clip_on": False}
        ax.plot(_place(check), names.index(_server(check)), marker, **look)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(-BEYOND, BEYOND), ylim=(len(names) - 0.5, -0.5), xlabel="error [share of the tolerance]")
    _legend(ax, sorted({_share(check) for check in checks}))
    return figure


def draw_reported(checks: Checks, title: str) -> Figure:
    """What other tools tell of one stall, against the truth; one row per tool and its way to ask for the same rate."""
    figure, below = framed(title, "the same stall of 5 s in 50 s at 100 uploads/s · p99 as each tool reports it")
    ax = figure.add_axes((LEFT + 0.1, BOTTOM, WIDTH - 0.1, below - BOTTOM))
    worst = [check for check in checks if _share(check) == "p99"]
    names = [_tool(check) for check in worst]
    ax.barh(range(len(worst)), [check["measured"] for check in worst], color="#56B4E9", edgecolor=TEXT, height=0.6)
    for place, check in enumerate(worst):
        ax.annotate(
            f" {duration(check['measured'])}",
            (check["measured"], place),
            va="center",
            color=TEXT,
            annotation_clip=False,
        )
    truth = worst[0]["truth"]
    ax.axvline(truth, color=QUIET, linestyle=(0, (6, 4)), linewidth=2)
    ax.annotate(f" true: {duration(truth)}", (truth, -0.7), va="center", color=QUIET, annotation_clip=False)
    ax.set_yticks(range(len(names)), names)
    ax.set(ylim=(len(names) - 0.4, -0.9), xlim=(0, 1.4 * max(truth, *(check["measured"] for check in worst))))
    ax.set_xlabel("p99 of response time [s]")
    return figure


def _chart(name: str, title: str, draw: Any, checks: Checks, folder: Path) -> Chart:
    folder.mkdir(exist_ok=True)
    with matplotlib.rc_context(STYLE):
        save(draw(checks, title), folder / name)
    headings = ["what", "measured [s]", "true [s]", "tolerance [s]"]
    rows = [
        [
            check["what"],
            *("–" if check[key] is None else number(check[key], 4) for key in ("measured", "truth", "limit")),
        ]
        for check in checks
    ]
    return Chart(name=name, prefix="", finding=title, path=folder / name, table=Table(headings=headings, rows=rows))


def _judged_title(checks: Checks) -> str:
    good = sum(check["passed"] for check in checks)
    if good == len(checks):
        return f"All {good} reference percentiles are within tolerance"
    whole = amount(len(checks), "percentile")
    return f"{good} of {whole} of reference servers are within tolerance"


def _reported_title(checks: Checks) -> str:
    found = [check for check in checks if _share(check) == "p99"]
    least = min(found, key=lambda check: float(check["measured"]))
    return (
        f"For a true p99 of {duration(least['truth'])}, other tools report as little as {duration(least['measured'])}"
    )


def _place(check: Mapping[str, Any]) -> float:
    off = (check["measured"] - check["truth"]) / check["limit"]
    return float(max(-BEYOND, min(BEYOND, off)))


def _tool(check: Mapping[str, Any]) -> str:
    return _server(check).partition(" by ")[2].removesuffix(", one stall")


def _server(check: Mapping[str, Any]) -> str:
    return str(check["what"]).rpartition(", ")[0]


def _share(check: Mapping[str, Any]) -> str:
    return str(check["what"]).rpartition(", ")[2]


def _legend(ax: Axes, shares: Sequence[str]) -> None:
    for place, share in enumerate(shares):
        marker, colour = LOOKS[share]
        across: dict[str, Any] = {"clip_on": False, "transform": ax.transAxes}
        ax.plot([1.04], [0.95 - 0.08 * place], marker, color=colour, markeredgecolor=TEXT, markersize=13, **across)
        ax.text(1.07, 0.95 - 0.08 * place, share, va="center", color=TEXT, **across)
