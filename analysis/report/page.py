"""Makes `report.html`: one file that needs no network, readable on a phone and on a wall."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.calibration.checks import calibration_table
from analysis.capacity.results import capacity_table
from analysis.capacity.workers_needed import needed_table
from analysis.charts import Chart
from analysis.data.factors import varied, varied_and_held
from analysis.data.model import Experiment, Trial
from analysis.data.outcomes import outcomes
from analysis.findings.caveats import caveats, remarks
from analysis.findings.cells import lead, said_twice
from analysis.format import Table, duration, verdict
from analysis.metrics.memory import memory_table
from analysis.metrics.trial import send_lag_p99
from analysis.report.html import environment, with_contents
from analysis.report.replay import replay
from analysis.summary.contrasts import Comparison, ModeRatio
from analysis.summary.groups import Group
from analysis.tables.contrasts import contrast_heading, contrast_table, expected_table, mode_table
from analysis.tables.summary import on_its_side, summary_table
from analysis.validity.accounting import Accounts, accounts
from analysis.validity.ledger import fault_table, faults, ledger_table, restarts_told
from analysis.validity.verdict import INVALID_ACCOUNTS, ON_PURPOSE, Verdict


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One chart in the report: its drawing, its sentence and its numbers."""

    name: str
    sentence: str
    svg: Markup
    table: Table


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an experiment answers: sentences and charts, and what they were made of."""

    sentences: Sequence[str]
    charts: Sequence[Chart]
    groups: Sequence[Group] = ()
    compared: Sequence[Comparison] = ()
    modes: Sequence[ModeRatio] = ()
    unequal: Sequence[str] = ()
    capacities: pd.DataFrame | None = None


def render(
    experiment: Experiment,
    verdicts: Mapping[str, Verdict],
    *,
    summary: pd.DataFrame,
    answer: Answer,
    calibrated: Sequence[Chart],
) -> str:
    """The whole page as text."""
    page, twice = environment().get_template("report.html"), said_twice(answer.groups)
    broken = _with_verdict(experiment, verdicts, lambda judgement: judgement.name == INVALID_ACCOUNTS)
    on_purpose = [trial.name for trial in experiment.measured if faults(trial)]
    made = page.render(
        experiment=experiment,
        info=dict.fromkeys(CIRCUMSTANCES) | dict(experiment.info) | {"order": _order(experiment)},
        lead="" if answer.unequal else lead(answer.groups),
        sentences=[words for words in answer.sentences if words not in twice],
        conditions=varied_and_held(trial.cell for trial in experiment.trials),
        unequal=answer.unequal,
        differences=[(contrast_heading(each), contrast_table(each)) for each in answer.compared],
        modes=mode_table(answer.modes, varied(trial.cell for trial in experiment.trials)),
        replay=replay(experiment, verdicts),
        figures=[figure_of(chart) for chart in answer.charts],
        expected=expected_table(answer.groups),
        capacities=_capacity_tables(answer.capacities),
        summary=summary_table(summary),
        on_paper=on_its_side(summary_table(summary)),
        accounts=_accounts_table(experiment, verdicts),
        ledger=ledger_table(experiment.measured),
        faults=fault_table(experiment.measured),
        restarts=[(trial.name, words) for trial in experiment.measured if (words := restarts_told(trial))],
        memory=memory_table(experiment.measured),
        broken=[each for each in broken if each[0] not in on_purpose],
        on_purpose=[(name, _but_for(ON_PURPOSE, judgement)) for name, judgement in broken if name in on_purpose],
        doubtful=remarks(_with_verdict(experiment, verdicts, _doubtful)),
        withheld=[trial.name for trial in experiment.measured if verdicts[trial.name].invalid],
        settings=_settings(experiment.measured),
        calibrated=[figure_of(chart) for chart in calibrated],
        calibration=calibration_table(experiment.info.get("calibration")),
        caveats=caveats(experiment, answer.groups, answer.compared),
    )
    return with_contents(made)


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


def _but_for(words: str, judgement: Verdict) -> list[str]:
    """The reasons without one that the page says once for all."""
    return [reason for reason in judgement.reasons if reason != words]


def _with_verdict(
    experiment: Experiment, verdicts: Mapping[str, Verdict], wanted: Callable[[Verdict], bool]
) -> list[tuple[str, Verdict]]:
    judged = [(trial.name, verdicts[trial.name]) for trial in experiment.measured]
    return [(name, judgement) for name, judgement in judged if wanted(judgement)]


def _accounts_table(experiment: Experiment, verdicts: Mapping[str, Verdict]) -> Table:
    return Table(
        headings=["trial", "planned", "ok", "failed", "unfinished", "lost"]
        + ["left at the broker", "send lag, p99", "verdict"],
        rows=[_account_row(trial, verdicts[trial.name]) for trial in experiment.measured],
    )


def _account_row(trial: Trial, judgement: Verdict) -> list[str]:
    rows = outcomes(trial)
    books: Accounts = accounts(trial, rows)
    counts = (books.planned, books.ok, books.failed, books.unfinished, books.lost)
    left = "–" if trial.broker_left is None else str(trial.broker_left)
    lag = duration(send_lag_p99(rows[rows["in_cohort"]]))
    return [trial.name, *map(str, counts), left, lag, verdict(judgement.name)]


def _settings(trials: Sequence[Trial]) -> list[tuple[str, Any]]:
    """The settings that were really in force, each set once with the trials that had it."""
    found: dict[str, list[str]] = {}
    for trial in trials:
        text = json.dumps(trial.info.get("settings") or {}, sort_keys=True, default=str)
        found.setdefault(text, []).append(trial.name)
    return [(", ".join(names), json.loads(text)) for text, names in found.items() if text != "{}"]
