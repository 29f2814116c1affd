"""Every number in a generated sentence comes from a cell of `summary.csv`."""

import io
import math
import re
import statistics
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from altered import answering_slower, copied, with_experiment
from analysed import analysed
from laptops import laptop
from synthetic_experiment import (
    Made,
    both_brokers,
    both_modes,
    both_stacks,
    break_books,
    repeated,
    undecided,
    with_delays,
    write_experiment,
)
from traced import NUMBER, numbers_in, untraced

from analysis.__main__ import main
from analysis.analysis import Analysis
from analysis.data.factors import CONDITIONS, prefix, short
from analysis.findings import cells, throughput
from analysis.findings.contrasts import contrast_sentence
from analysis.format import duration, number
from analysis.metrics import equivalence
from analysis.pool.speedups import pool, title
from analysis.summary.contrasts import Comparison, with_cost

WHAT: dict[str, list[Made]] = {
    "demo": both_modes(),
    "idle": both_modes((4, 8)),
    "one mode": [Made(mode="sync", workers=count) for count in (1, 2, 4)],
    "one trial": [Made(workers=8)],
    "all overloaded": both_modes((1, 2)),
    "repeats": repeated(both_modes((1, 4), noise=0.05), 3),
    "a mode unevenly": [*both_modes((1, 4)), Made(mode="sync", workers=16)],
    "undecided": [undecided(count, mode=mode) for count in (1, 4) for mode in ("sync", "queue")],
    "failures": both_modes((1, 2, 4, 8), fails_every=30),
    "nothing but failures": both_modes((1, 4), fails_every=1),
    "two brokers": repeated(both_brokers(both_modes((1, 4), noise=0.03), slower=1.3), 3),
    "two stacks": both_stacks(repeated(both_modes((2, 4)), 2)),
    "far brokers": with_delays(both_modes((4,)), (0.0, 0.05)),
    "two rates": [*both_modes((4,)), *both_modes((4,), offered_rate=5.0, repeat=2)],
}


@dataclass(frozen=True)
class Told:
    """An analysed folder: what was printed, what its summary.csv holds, and what both were made of."""

    folder: Path
    sentences: list[str]
    summary: pd.DataFrame
    judged: Analysis

    def of(self, levels: Any) -> pd.DataFrame:
        """The rows of one group."""
        here = pd.concat([self.summary[name] == levels[name] for name in CONDITIONS], axis=1)
        return self.summary[here.all(axis=1)]


def printed_of(folder: Path) -> Told:
    with redirect_stdout(io.StringIO()) as printed:
        assert main([str(folder), "--markdown", "--no-charts"]) == 0
    told = [line for line in printed.getvalue().splitlines() if line.startswith("- ")]
    sentences = [line.removeprefix("- ").removesuffix(".") for line in told]
    return Told(folder, sentences, pd.read_csv(folder / "summary.csv"), analysed(folder))


def made(name: str, folder: Path) -> Path:
    return copied(folder / "example") if name == "example" else write_experiment(folder / "made", WHAT[name])


@pytest.fixture(scope="module")
def told_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Told]:
    """What is told of each kind of experiment, which is analysed once."""
    place = tmp_path_factory.mktemp("told")
    return cache(lambda name: printed_of(made(name, place / name)))


@pytest.mark.parametrize("name", ["example", *WHAT])
def test_every_number_in_every_sentence_is_a_cell_or_follows_from_some(
    name: str, told_of: Callable[[str], Told]
) -> None:
    told = told_of(name)
    contrasts = told.judged.compared

    traced = [contrast_sentence(comparison) for comparison in contrasts]
    assert [words for each in contrasts for words in untraced_contrast(each, told.judged)] == []
    for group in told.judged.groups:
        rows = told.of(group.levels)
        for finding in cells.findings(group.cells):
            assert untraced(finding.sentence, rows, finding.derived) == []
            traced.append(f"{group.prefix}{finding.sentence}")
        assert group.prefix == prefix(rows.iloc[0], group.varied)
    # Nothing is told that was not traced.
    assert set(told.sentences) <= set(traced)


def test_what_is_withheld_lends_no_number(tmp_path: Path) -> None:
    folder = made("repeats", tmp_path)
    break_books(folder / "queue-w1-r2")

    told = printed_of(folder)

    (group,) = told.judged.groups
    assert told.sentences
    for finding in cells.findings(group.cells):
        assert untraced(finding.sentence, told.summary, finding.derived) == []


@pytest.mark.parametrize("name", ["example", "idle", "failures", "one mode"])
def test_no_number_can_be_another_without_being_noticed(name: str, told_of: Callable[[str], Told]) -> None:
    """Each number of each sentence in turn is replaced by one that was not measured."""
    told = told_of(name)
    (group,) = told.judged.groups

    tried = 0
    for finding in cells.findings(group.cells):
        for match in re.finditer(rf"(?<![p\d.]){NUMBER}", finding.sentence):
            wrong = f"{3.17 * float(match[1]) + 71:.{len(match[1].partition('.')[2])}f}"
            sentence = finding.sentence[: match.start()] + wrong + finding.sentence[match.end() :]
            assert untraced(sentence, told.summary, finding.derived), sentence
            tried += 1
    assert tried > 10


def larger(words: Callable[..., str]) -> Callable[..., str]:
    return lambda value, *more: words(1.1 * value, *more)


@pytest.mark.parametrize(
    ("module", "name"),
    [(cells, "duration"), (cells, "number"), (equivalence, "number"), (throughput, "cpu_time")],
)
def test_a_maker_of_sentences_that_flatters_is_found_out(
    module: Any, name: str, monkeypatch: pytest.MonkeyPatch, told_of: Callable[[str], Told]
) -> None:
    told = told_of("idle")
    (group,) = told.judged.groups
    monkeypatch.setattr(module, name, larger(getattr(module, name)))

    assert any(untraced(each.sentence, told.summary, each.derived) for each in cells.findings(group.cells))


def test_a_search_tells_rates_that_it_tried_and_times_that_it_measured(tmp_path: Path) -> None:
    told = printed_of(searched(tmp_path / "search"))

    found = pd.read_csv(told.folder / "capacity.csv")
    goal = {number(value, 2) for value in found["limit_s"]} | {f"{100 * value:g}" for value in found["share"]}
    rates = {number(rate) for rate in [*found["passed"].dropna(), *found["failed"].dropna()]}
    assert rates <= {number(rate) for rate in told.summary["offered_rate"]}
    assert len(told.sentences) == 3
    for kind, text in [each for sentence in told.sentences for each in numbers_in(sentence)]:
        known = {
            "name": goal,
            "workers": {str(count) for count in found["workers"]},
            "time": {duration(value) for value in told.summary["response_p50_s"]} | {f"{limit} s" for limit in goal},
            "rate": {number(rate) for rate in told.summary["offered_rate"]},
        }
        assert text in known[kind], (kind, text)


def searched(folder: Path) -> Path:
    """Two searches, each with a rate that two workers keep and two that they do not."""
    steps = [(mode, n, 4.0 * n) for n in (1, 2, 3) for mode in ("sync", "queue")]
    write_experiment(folder, [Made(mode=mode, workers=2, offered_rate=rate, repeat=n) for mode, n, rate in steps])
    goal = {"clock": "ready", "share": 0.95, "limit_s": 2.0}
    with_experiment(folder, lambda info: info["plan"].update(goal=goal))
    search = goal | {"workload": "io", "workers": 2, "passed": 4.0, "failed": 8.0, "predicted": 6.5}
    search |= {"drained": math.nan, "reason": "All agreed.", "trials": 3, "measured_s": 36}
    pd.DataFrame([{"mode": mode} | search for mode in ("sync", "queue")]).to_csv(folder / "capacity.csv", index=False)
    return folder


@pytest.mark.usefixtures("unrendered")
def test_a_comparison_of_experiments_tells_what_its_table_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = copied(tmp_path / "one"), answering_slower(copied(tmp_path / "other"), 1.5)
    assert main(["compare", str(one), str(other)]) == 0

    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("• With")]
    assert len(printed) == 4
    table = pd.read_csv(tmp_path / "compared" / "one-other" / "compare.csv")
    ratios = [f"{value:.2f}" for name in table if name.endswith("_ratio") for value in table[name].dropna()]
    times = [duration(value) for name in ("response_p50_s", "ready_p50_s") for value in table[name]]
    plain = [f"{number(value, 2)}" for name in ("throughput", "utilisation") for value in table[name]]
    counts = [*map(str, table["workers"]), *(f"{count:.0f}" for count in table["pairs"].dropna())]
    for said in re.findall(rf"{NUMBER}( ms| s\b)?", " ".join(printed)):
        assert "".join(said) in {*ratios, *times, *plain, *counts}, said


def test_pooled_laptops_are_told_by_their_medians() -> None:
    pooled = pool([laptop(2, speedup) for speedup in (1.8, 1.9, 2.0, 2.1, 0.4)] + [laptop(8, 3.5)])

    assert title(pooled, "queue") == (
        "4 queue workers finish 1.9 times what 1 finishes with 2 cores and 3.5 times with 8 cores; 1 outlier"
    )


#: Two-sided 95 % quantiles of Student's t, for two and three degrees of freedom.
T = {2: 4.303, 3: 3.182}


def untraced_contrast(comparison: Comparison, judged: Analysis) -> list[str]:
    """The numbers of a contrast that do not follow from the trials, each by itself the cell of a summary."""
    rows = with_cost(judged.per_trial)
    levels = (comparison.base, comparison.level)
    known = {f"{number(value, 2)}" for value in rows["utilisation"]} | {"95"}
    for contrast in comparison.contrasts:
        sides = [side_of(rows, comparison, level, contrast.mode, contrast.workers) for level in levels]
        known |= {str(contrast.workers), str(len(sides[0]))} | said_of(*sides, contrast.metric)
        known |= {number(sum(side["utilisation"].mean() for side in sides) / 2, 2)}
        known |= {number(side["utilisation"].mean(), 2) for side in sides}
    sentence = contrast_sentence(comparison)
    for name in sorted((short(comparison.factor, level) for level in levels), key=len, reverse=True):
        sentence = sentence.replace(name, "")
    sentence = sentence.removeprefix(prefix(comparison.held, comparison.varied))
    return [f"{text}: {sentence}" for text in re.findall(NUMBER, sentence) if text not in known]


def side_of(rows: pd.DataFrame, comparison: Comparison, level: Any, mode: str, workers: int) -> pd.DataFrame:
    wanted = {**comparison.held, comparison.factor: level, "mode": mode, "workers": workers}
    here = pd.concat([rows[name] == value for name, value in wanted.items()], axis=1).all(axis=1)
    return rows[here].sort_values("repeat")


def said_of(base: pd.DataFrame, other: pd.DataFrame, metric: str) -> set[str]:
    """The geometric mean of the ratios and its ends, as a person reads them, and how far they are from one."""
    values = zip(base[metric], other[metric], strict=True)
    logs = [math.log(b / a) for a, b in values if 0 < a < math.inf and 0 < b < math.inf]
    if not logs:
        return set()
    mean = statistics.fmean(logs)
    half = T[len(logs) - 1] * statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 2 else 0.0
    ends = [mean - half, mean + half] if half else [min(logs), max(logs)]
    low, high = map(math.exp, ends)
    within = max(1, math.ceil(round(100 * max(1 - low, high - 1), 6)))
    return {f"{math.exp(at):.2f}" for at in (mean, *ends)} | {str(within)}
