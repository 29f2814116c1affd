"""Makes `report.html`: one file that needs no network, readable on a phone and on a wall."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.analysis import Analysis
from analysis.calibration.checks import calibration_table
from analysis.capacity.results import capacity_table
from analysis.capacity.workers_needed import needed_table
from analysis.charts import Chart
from analysis.data.factors import varied, varied_and_held
from analysis.data.model import Experiment, Trial
from analysis.findings.caveats import caveats, remarks
from analysis.format import Table, duration, verdict
from analysis.metrics.memory import memory_table
from analysis.report.html import environment, with_contents
from analysis.report.replay import replay
from analysis.summary.cells import ACCOUNT_COLUMNS
from analysis.tables.contrasts import contrast_heading, contrast_table, expected_table, mode_table
from analysis.tables.summary import on_its_side, summary_table
from analysis.validity.ledger import fault_table, faults, ledger_table, restarts_told
from analysis.validity.reasons import Kind
from analysis.validity.verdict import INVALID_ACCOUNTS, Verdict


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One chart in the report: its drawing, its sentence and its numbers."""

    name: str
    sentence: str
    svg: Markup
    table: Table


#: The charts that answer the question, in the order in which the page opens with them.
MAIN_CHARTS = ("response_time", "throughput")


def render(made: Analysis, charts: Sequence[Chart], calibrated: Sequence[Chart]) -> str:
    """The whole page as text."""
    experiment, verdicts, cells = made.experiment, made.verdicts, made.cells
    page = environment().get_template("report.html")
    broken = _with_verdict(made, lambda judgement: judgement.name == INVALID_ACCOUNTS)
    on_purpose = [trial.name for trial in experiment.measured if faults(trial)]
    summary = summary_table(cells)
    figures = [figure_of(chart) for chart in charts]
    main = [figure for figure in figures if figure.name in MAIN_CHARTS]
    # With one group of cells both are there, and their titles say what they show.
    titled = MAIN_CHARTS if len(main) == len(MAIN_CHARTS) else ()
    text = page.render(
        experiment=experiment,
        info=dict.fromkeys(CIRCUMSTANCES) | dict(experiment.info) | {"order": _order(experiment)},
        lead=made.headline,
        sentences=[finding.words for finding in made.findings if not finding.redundant and finding.chart not in titled],
        conditions=varied_and_held(trial.cell for trial in experiment.trials),
        unequal=made.unequal,
        differences=[(contrast_heading(each), contrast_table(each)) for each in made.compared],
        modes=mode_table(made.modes, varied(trial.cell for trial in experiment.trials)),
        replay=replay(experiment, verdicts),
        main_figures=main if titled else [],
        figures=[figure for figure in figures if not titled or figure not in main],
        expected=expected_table(made.groups),
        capacities=_capacity_tables(made.capacities),
        summary=summary,
        intervals=any(heading.endswith(": at least [s]") for heading in summary.headings),
        on_paper=on_its_side(summary),
        accounts=_accounts_table(made),
        ledger=ledger_table(experiment.measured),
        faults=fault_table(experiment.measured),
        restarts=[(trial.name, words) for trial in experiment.measured if (words := restarts_told(trial))],
        memory=memory_table(experiment.measured),
        broken=[each for each in broken if each[0] not in on_purpose],
        on_purpose=[
            (name, [str(each) for each in judgement.reasons if each.kind is not Kind.ON_PURPOSE])
            for name, judgement in broken
            if name in on_purpose
        ],
        doubtful=remarks(_with_verdict(made, _doubtful)),
        withheld=[name for name, judgement in verdicts.items() if judgement.invalid],
        settings=_settings(experiment.measured),
        calibrated=[figure_of(chart) for chart in calibrated],
        calibration=calibration_table(experiment.info.get("calibration")),
        caveats=caveats(experiment, made.groups, made.compared),
    )
    return with_contents(text)


def _capacity_tables(capacities: pd.DataFrame | None) -> tuple[Table, Table | None] | None:
    return None if capacities is None else (capacity_table(capacities), needed_table(capacities))


#: What experiment.json may say of the circumstances; what it does not say is left out of the page.
CIRCUMSTANCES = ("question", "created_at", "git_commit", "machine", "versions", "order", "seed", "plan", "calibration")


def _order(experiment: Experiment) -> list[str]:
    """The trials that were measured, in that order; a plan may hold more than its precision took."""
    measured = {trial.name for trial in experiment.measured} | set(experiment.replaced)
    return [name for name in experiment.info.get("order") or [] if name in measured]


def figure_of(chart: Chart) -> Figure:
    """A saved chart as a page shows it."""
    return Figure(
        name=chart.path.name,
        sentence=f"{chart.prefix}{chart.finding}",
        svg=_inlined(chart),
        table=chart.table,
    )


def _inlined(chart: Chart) -> Markup:
    """The drawing without its XML head, named for those who cannot see it, its ids made its own."""
    drawing = chart.path.with_name(f"{chart.path.name}.svg").read_text(encoding="utf-8")
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{chart.path.name}-", drawing)
    words = f"Chart {chart.name.replace('_', ' ')}: {chart.prefix}{chart.finding}."
    alt = Markup('<svg role="img" aria-label="{}"').format(words)
    return alt + Markup(drawing.removeprefix("<svg"))


def _doubtful(judgement: Verdict) -> bool:
    """Whether there is something to warn of, be the trial valid or not; broken accounts have a box of their own."""
    return bool(judgement.reasons) and judgement.name != INVALID_ACCOUNTS


def _with_verdict(made: Analysis, wanted: Callable[[Verdict], bool]) -> list[tuple[str, Verdict]]:
    return [(name, judgement) for name, judgement in made.verdicts.items() if wanted(judgement)]


def _accounts_table(made: Analysis) -> Table:
    rows = pd.concat([made.per_trial, made.controls]).set_index("trial").to_dict("index")
    return Table(
        headings=["trial", *ACCOUNT_COLUMNS, "left at the broker", "send lag, p99", "verdict"],
        rows=[_account_row(trial, rows[trial.name]) for trial in made.experiment.measured],
    )


def _account_row(trial: Trial, row: Mapping[Any, Any]) -> list[str]:
    left = "–" if trial.broker_remaining is None else str(trial.broker_remaining)
    counts = [str(row[name]) for name in ACCOUNT_COLUMNS]
    return [trial.name, *counts, left, duration(row["send_lag_p99_s"]), verdict(row["verdict"])]


def _settings(trials: Sequence[Trial]) -> list[tuple[str, Any]]:
    """The settings that were really in force, each set once with the trials that had it."""
    found: dict[str, list[str]] = {}
    for trial in trials:
        text = json.dumps(trial.info.get("settings") or {}, sort_keys=True, default=str)
        found.setdefault(text, []).append(trial.name)
    return [(", ".join(names), json.loads(text)) for text, names in found.items() if text != "{}"]
