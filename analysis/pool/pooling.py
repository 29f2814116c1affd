"""Puts the results of many laptops into one chart by number of cores."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from analysis.charts import Chart, empty, save
from analysis.charts.parts.palette import MODES
from analysis.errors import AnalysisError
from analysis.format import amount
from analysis.pool.reader import Received, as_table, receive, share_of
from analysis.pool.share_format import Shared, as_line
from analysis.pool.speedups import Pooled, draw_speedups, pool, table, title
from analysis.report.html import environment
from analysis.report.page import figure_of

#: One laptop each, by the place that it came from.
Laptops = dict[Shared, str]


def pool_all(paths: Sequence[Path], folder: Path, workers: int | None = None) -> None:
    """Writes `pool.html`, `pool.csv` and `charts/` into the folder; what could not be used is counted and named."""
    received = receive(paths)
    laptops = _once(received)
    for each in received:
        if each.problem:
            print(f"not read: {each.source} {each.problem}", file=sys.stderr)
    if not laptops:
        raise AnalysisError(f"{amount(len(received), 'result')} received, and none can be read.")
    pooled = pool(list(laptops), workers)
    if not pooled.dots:
        why = pooled.left_out[0][1] if pooled.left_out else "nobody measured more than one worker"
        raise AnalysisError(f"No speed-up can be computed: {why}.")
    folder.mkdir(parents=True, exist_ok=True)
    charts = _draw(pooled, folder / "charts")
    counted = _counts(received, laptops, pooled)
    _rows(pooled, laptops, received).to_csv(folder / "pool.csv", index=False, float_format="%.6g", lineterminator="\n")
    (folder / "pool.html").write_text(_page(pooled, charts, counted, received), encoding="utf-8")
    for sentence in [*(chart.finding for chart in charts), *counted]:
        print(f"• {sentence}.")
    print(f"Pooled: {folder / 'pool.html'}")


def _once(received: Sequence[Received]) -> Laptops:
    """Every result once, however often it was sent."""
    laptops: Laptops = {}
    for each in received:
        if each.sent:
            laptops.setdefault(each.sent, each.source)
    return laptops


def _draw(pooled: Pooled, folder: Path) -> list[Chart]:
    empty(folder)
    charts = []
    for mode in [mode for mode in MODES if pooled.of(mode)]:
        finding, path = title(pooled, mode), folder / f"speedup-{mode}"
        save(draw_speedups(pooled, mode, finding), path)
        chart = Chart(name="speed-up by cores", prefix="", finding=finding, path=path, table=table(pooled.of(mode)))
        charts.append(chart)
    return charts


def _counts(received: Sequence[Received], laptops: Laptops, pooled: Pooled) -> list[str]:
    """How many results came and what became of them."""
    unread = sum(bool(each.problem) for each in received)
    twice = len(received) - unread - len(laptops)
    drawn = len({dot.laptop for dot in pooled.dots})
    said = [f"{amount(len(received), 'result')} received, {amount(drawn, 'laptop')} drawn"]
    said += [f"{twice} received more than once and counted once"] if twice else []
    said += [f"{unread} could not be read"] if unread else []
    return ["; ".join(said)]


def _rows(pooled: Pooled, laptops: Laptops, received: Sequence[Received]) -> pd.DataFrame:
    """What was drawn, then what was not and why; only here are files named."""
    sources = dict(enumerate(laptops.values(), start=1))
    drawn = [asdict(dot) | {"problem": "", "source": sources[dot.laptop]} for dot in pooled.dots]
    left_out = [{"laptop": n, "problem": words, "source": sources[n]} for n, words in pooled.left_out]
    unread = [{"problem": each.problem, "source": each.source} for each in received if each.problem]
    return pd.DataFrame([*drawn, *left_out, *unread]).astype({"laptop": "Int64", "cores": "Int64", "workers": "Int64"})


def _page(pooled: Pooled, charts: Sequence[Chart], counted: Sequence[str], received: Sequence[Received]) -> str:
    problems = [f"Result {n} {each.problem}" for n, each in enumerate(received, start=1) if each.problem]
    problems += [f"Laptop {n}, {words}" for n, words in pooled.left_out]
    return (
        environment()
        .get_template("pool.html")
        .render(
            sentences=[*(chart.finding for chart in charts), *counted],
            figures=[figure_of(chart) for chart in charts],
            problems=problems,
        )
    )


def share(folder: Path, *, csv: bool) -> None:
    """Writes `share.json`, and `share.csv` if wanted, into the folder; prints the line."""
    sent = share_of(folder)
    (folder / "share.json").write_text(f"{as_line(sent)}\n", encoding="utf-8")
    if csv:
        as_table(sent).to_csv(folder / "share.csv", index=False, lineterminator="\n")
    print(f"Send {folder / 'share.json'}, or copy this line:", file=sys.stderr)
    print(as_line(sent))
