"""The slides that ask first and then show what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.charts import Chart, draw, save
from analysis.findings.cells import findings
from analysis.findings.prediction_error import guess_sentences
from analysis.format import amount, number, workers
from analysis.lesson.content import fault_results, questions
from analysis.lesson.content.material import Material, Slide
from analysis.lesson.content.questions import expected_throughput, expected_wait
from analysis.summary.groups import Group
from analysis.tables.summary import chart_table

BREAK_NOTES = (
    "Break it, then the same with the safe queue:",
    "`.venv/bin/python -m loadtests faults --profile defaults --only broker-killed --results results/faults-live`",
    "`.venv/bin/python -m loadtests faults --profile safe --only broker-killed --results results/faults-live-safe`",
    "The folders must be new: a finished one is only printed again.",
    "`make lesson RESULTS=results/demo OPEN=` puts the result on this slide: reload the page.",
    "A 202 is a promise; what goes in must come out.",
)


def observing(material: Material) -> list[Slide]:
    cells, rate, counts = material.group.cells, number(material.group.offered_rate), material.compared_counts
    uploads = amount(rate, "upload")
    modes = [mode for mode in ("sync", "queue") if (cells["mode"] == mode).any()]
    cost_title, cost_words = questions.what_it_costs(modes)
    guessed = _guessed(material)
    return [
        *_answers(material, modes),
        Slide(
            name="clocks",
            title="The response is here. Is the picture?",
            until=18,
            words=(
                f"Queue mode, {uploads} per second, {_fewest(cells, 'queue')}.",
                "How long until the picture is ready?",
            ),
            expected=expected_wait(cells, "queue"),
            chart="both_clocks",
            notes=("A fast 202 says only that the job is stored.",),
        ),
        Slide(
            name="backlog",
            title="Where do the uploads pile up?",
            until=20,
            words=(*questions.in_each(modes, ": before which part"), questions.who_is_enough(counts)),
            expected=f"Expected: the backlog grows while fewer than {rate} pictures/s are finished",
            chart="backlog",
            notes=("The queue moves the waiting line from the web server to the broker; it does not shorten it.",),
        ),
        Slide(
            name="throughput",
            title=questions.who_finishes(counts),
            until=25,
            words=questions.how_many(counts, modes, rate),
            expected=expected_throughput(cells),
            chart="throughput",
            notes=("Compare with the curve of the class.", "What is the limit: the workers, the load, or the cores?"),
        ),
        Slide(
            name="ready",
            title="And how long until the picture is ready?",
            until=27 if guessed else 28,
            words=questions.who_keeps_up(counts, modes),
            expected=expected_wait(cells, "queue"),
            chart="ready_time",
            notes=("With enough workers, a picture takes little more than the work itself, in either mode.",),
        ),
        *guessed,
        *_broken(material),
        Slide(
            name="cost",
            title=cost_title,
            until=34,
            words=cost_words,
            chart="cpu_cost",
            notes=("A small price if the work takes much longer than the hand-over.",),
        ),
    ]


def _answers(material: Material, modes: Sequence[str]) -> list[Slide]:
    """The wait for an answer: first in sync alone, since the class has not met the queue's by then."""
    cells, uploads = material.group.cells, amount(number(material.group.offered_rate), "upload")
    slides = []
    if "sync" in modes:
        slides += [
            Slide(
                name="sync",
                title="How long does the user wait for a response?",
                until=14,
                words=(
                    f"In sync, {uploads} per second, {workers(material.asked_count('sync'))}.",
                    "How long do the first, the tenth and the last user wait?",
                ),
                expected=expected_wait(cells, "sync").replace("alone:", "alone, in sync:"),
                chart=NAME if "queue" in modes else DRAWN_AS,
                notes=(
                    "Ask for a show of hands: milliseconds, seconds, or longer and longer?",
                    "An arrow means that there is no value: the wait keeps growing.",
                ),
            )
        ]
    if "queue" in modes:
        slides += [
            Slide(
                name="response",
                title="And with the queue?",
                until=16,
                words=(
                    f"The same load: {uploads} per second, {workers(material.asked_count('queue'))}.",
                    "How long does the user wait for a response?",
                ),
                chart=DRAWN_AS,
                notes=("The work is the same. What does the user no longer wait for?",),
            )
        ]
    return slides


def _fewest(cells: pd.DataFrame, mode: str) -> str:
    """The fewest workers that one mode has, in words; empty where it was not measured."""
    counts = cells["workers"][cells["mode"] == mode]
    return workers(int(counts.min())) if len(counts) else ""


def _guessed(material: Material) -> list[Slide]:
    sentences = guess_sentences(material.group)
    if not sentences:
        return []
    return [
        Slide(
            name="guessed",
            title="How good were our predictions?",
            until=28,
            words=tuple(f"{sentence}." for sentence in sentences),
            notes=("What did the curve of the class assume?",),
        )
    ]


def _broken(material: Material) -> list[Slide]:
    # The class may have broken something itself: an experiment given beside its own may hold nothing broken.
    beside = [trial for each in material.broken for trial in fault_results.broken_trials(each)]
    if broken := beside or fault_results.broken_trials(material.experiment):
        title, first = fault_results.faults_title(broken), "What happens to the pictures in flight?"
        answer, table = fault_results.faults(broken)
        left_out = []
    else:
        title, first = "What went in, what came out", "No faults were injected in these trials."
        answer, table = fault_results.all_trials(material.group.trials)
        left_out = material.withheld_trials
    asked = (first, "Is an accepted upload lost?", "Is one done twice?")
    notes = (*(f"Withheld as invalid, and not counted: {name}." for name in left_out), *BREAK_NOTES)
    return [Slide(name="break", title=title, until=33, words=asked, answer=answer, table=table, notes=notes)]


NAME, DRAWN_AS = "response_time_sync", "response_time"


def sync_chart(group: Group, folder: Path) -> Mapping[str, Chart]:
    """The chart by its name, saved in the folder; empty where only one mode was measured."""
    alone = replace(group, cells=group.cells[group.cells["mode"] == "sync"])
    if group.cells["mode"].nunique() < 2:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    sentence = next(finding.sentence for finding in findings(alone.cells) if finding.chart == DRAWN_AS)
    path = folder / NAME
    save(draw(alone, DRAWN_AS, sentence), path)
    table = chart_table(alone.cells, DRAWN_AS)
    return {NAME: Chart(name=NAME, prefix="", finding=sentence, path=path, table=table)}
