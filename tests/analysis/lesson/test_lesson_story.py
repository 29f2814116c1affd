import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hand_made import trial as trial_of

from analysis.analysis import analyse
from analysis.charts import Chart
from analysis.data.class_predictions import Guess
from analysis.data.model import Experiment, Trial
from analysis.data.reader import read_experiment
from analysis.format import Table
from analysis.lesson.content.fault_results import LIVE_FAULT, MOST_ROWS, all_trials, faults
from analysis.lesson.content.material import SOURCES, Material, Measured, Slide, gather
from analysis.lesson.content.page import fill
from analysis.lesson.content.questions import expected_throughput, expected_wait
from analysis.lesson.slides.measurements import BREAK_NOTES
from analysis.lesson.slides.measurements import NAME as SYNC_ALONE
from analysis.lesson.slides.reveal import story
from analysis.summary.groups import Group

REFUSED, NO_ANSWER = "refused: got an error response", "no response yet when the trial ended"
SHOWN = (SYNC_ALONE, "response_time", "both_clocks", "backlog", "throughput", "ready_time", "cpu_cost")
NOTES = (SOURCES / "notes.md").read_text()
#: A row of the table of minutes: from, to, and what it says of slides.
ROW = re.compile(r"^\| (\d+)&nbsp;–&nbsp;(\d+) \| [^|]* \| ([^|]*) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def experiment(demo: Path) -> Experiment:
    return read_experiment(demo)


@pytest.fixture(scope="module")
def material(experiment: Experiment, demo_group: Group) -> Material:
    """With every chart that a slide may show; none is looked at."""
    table = Table(headings=[], rows=[])
    charts = [
        Chart(name=name, prefix="", finding="x", path=Path(f"{name}{demo_group.suffix}"), table=table) for name in SHOWN
    ]
    return gather(analyse(experiment), charts)


def asked(material: Material, name: str) -> tuple[str, ...]:
    """A slide's title and its words."""
    slide = next(slide for slide in story(material) if slide.name == name)
    return slide.title, *slide.words


def only(material: Material, **kept: Sequence[object]) -> Material:
    """As if only some of the modes or of the worker counts had been measured."""
    cells = material.group.cells
    for column, values in kept.items():
        cells = cells[cells[column].isin(values)]
    return replace(material, group=replace(material.group, cells=cells))


def breaking(material: Material) -> Slide:
    return next(slide for slide in story(material) if slide.name == "break")


def broken(experiment: Experiment, names: Sequence[str], forgotten: int) -> list[Trial]:
    """The quickest trial of the queue once for each fault; the server forgets some pictures of the first."""
    trial = next(trial for trial in experiment.trials if trial.name == "queue-w8-r1")
    # As Celery comes, the broker holds no message of what is at work.
    trial = replace(trial, info={**trial.info, "broker_remaining": {"waiting": 0, "unacked": 0}})
    trials = [replace(trial, cell=replace(trial.cell, fault=name, profile="defaults")) for name in names]
    return [replace(trials[0], pictures=trial.pictures.iloc[forgotten:]), *trials[1:]]


def of(material: Material, experiment: Experiment) -> Material:
    """The same material with another experiment in it."""
    return replace(material, made=replace(material.made, experiment=experiment))


def test_the_ledger_of_all_trials_is_their_sum_in_each_mode(experiment: Experiment) -> None:
    sentence, table = all_trials(experiment.trials)

    assert table.headings == ["uploads", "sync, 4 trials", "queue, 4 trials"]
    for n, mode in enumerate(("sync", "queue"), start=1):
        counts = {row[0]: int(row[n]) for row in table.rows}
        sent = sum(len(trial.requests) for trial in experiment.trials if trial.cell.mode == mode)
        assert counts["sent"] == sent == counts["accepted"] + counts[REFUSED] + counts[NO_ANSWER]
        assert counts["accepted"] == counts["completed"] + counts["still waiting when the trial ended"]
    accepted = sum(int(number) for row in table.rows if row[0] == "accepted" for number in row[1:])
    assert sentence == f"No faults: {accepted} accepted, none lost, none stored twice"


def test_an_upload_that_waits_for_its_answer_is_not_told_as_refused_nor_as_cut_off() -> None:
    waits = {"id": "a", "sent_at": 11.0, "answered_at": math.nan, "status": math.nan}
    refused = {"id": "b", "sent_at": 11.0, "answered_at": 11.5, "status": 503}
    cut_off = {"id": "c", "sent_at": 11.0, "answered_at": 12.0, "status": math.nan, "error": "ServerDisconnectedError"}
    kept = [trial_of([waits, refused], [], mode="sync"), trial_of([waits, cut_off, refused, refused | {"id": "d"}], [])]

    told = {row[0]: row[1:] for row in all_trials(kept)[1].rows}
    assert told[NO_ANSWER] == ["1", "1"]
    assert told[REFUSED] == ["1", "2"]
    assert told["no response: the connection broke"] == ["0", "1"]


def test_faults_in_the_experiment_of_the_class_itself_are_told_as_such(
    material: Material, experiment: Experiment
) -> None:
    trials = (*experiment.trials, *broken(experiment, ["node-killed"], forgotten=3))

    slide = breaking(of(material, replace(experiment, trials=trials)))

    assert slide.title == "Break it: node-killed"
    assert slide.answer == "node-killed, profile defaults: 3 of 135 accepted uploads lost"


def test_with_one_worker_count_nothing_is_asked_of_more_workers(material: Material) -> None:
    four, one = only(material, workers=[4]), only(material, workers=[1])

    assert asked(four, "throughput") == (
        "How much do 4 workers finish?",
        "10 uploads per second: how many pictures are finished per second?",
        "As many in sync as with the queue?",
    )
    assert asked(four, "ready")[1:] == ("Do 4 workers keep up?", "Is the queue faster than sync?")
    assert asked(four, "backlog")[-1] == "Are 4 workers enough?"
    assert asked(one, "throughput")[0] == "How much does 1 worker finish?"
    assert asked(one, "ready")[1] == "Does 1 worker keep up?"
    assert asked(one, "backlog")[-1] == "Is 1 worker enough?"


@pytest.mark.parametrize(
    ("mode", "words", "slide"), [("sync", "In sync", "sync"), ("queue", "With the queue", "response")]
)
def test_with_one_mode_nothing_is_asked_of_the_other(material: Material, mode: str, words: str, slide: str) -> None:
    alone = only(material, mode=[mode])

    assert [each.name for each in story(alone) if each.name in ("sync", "response")] == [slide]
    assert asked(alone, "backlog")[1:] == (f"{words}: before which part?", "How many workers are enough?")
    assert asked(alone, "throughput")[1:] == ("From 1 worker to 8: how many times as many pictures per second?",)
    assert asked(alone, "ready")[1:] == ("Which worker counts keep up?",)
    assert asked(alone, "cost") == ("What does a picture cost?", "How much CPU time does a picture take?")


def test_with_one_mode_and_one_worker_count_nothing_is_compared(material: Material) -> None:
    alone = only(material, mode=["queue"], workers=[4])

    assert len(asked(alone, "throughput")) == len(asked(alone, "ready")) == 2


def test_with_both_modes_and_more_worker_counts_they_are_compared(material: Material) -> None:
    assert asked(material, "sync")[1].startswith("In sync, ")
    assert asked(material, "response")[0] == "And with the queue?"
    assert asked(material, "throughput") == (
        "How much do more workers finish?",
        "From 1 worker to 8: how many times as many pictures per second?",
        "In sync too?",
    )
    assert asked(material, "ready")[2] == "Where is the queue faster than sync, and where not?"
    assert asked(material, "cost")[0] == "What does the queue cost?"


def test_what_the_class_broke_is_told_where_the_experiment_given_for_it_holds_nothing_broken(
    material: Material, experiment: Experiment
) -> None:
    trials = (*experiment.trials, *broken(experiment, ["node-killed"], forgotten=3))
    own, whole = replace(experiment, trials=trials), replace(experiment, name="faults-live")

    slide = breaking(replace(of(material, own), broken=[whole]))

    assert slide.title == "Break it: node-killed"
    assert slide.answer.startswith("node-killed, profile defaults: ")
    assert "Nothing was broken" not in " ".join(slide.words)


def test_the_fault_that_lost_most_stands_first(experiment: Experiment) -> None:
    sentence, table = faults(broken(experiment, ["node-killed", "broker-frozen"], forgotten=3))

    assert [row[0] for row in table.rows] == ["node-killed", "broker-frozen"]
    assert [row[3] for row in table.rows] == ["3", "0"]
    assert sentence == "Profile defaults: 1 of 2 faults lost accepted uploads"


def test_the_fault_of_the_lesson_stands_first_whatever_it_lost(experiment: Experiment) -> None:
    names = [*(f"fault-{n}" for n in range(MOST_ROWS)), LIVE_FAULT]

    _, table = faults(broken(experiment, names, forgotten=3))

    assert [table.rows[0][0], table.rows[1][0]] == [LIVE_FAULT, "fault-0"]
    assert f"--only {LIVE_FAULT} " in " ".join(BREAK_NOTES) and f"--only {LIVE_FAULT} " in NOTES


def test_what_a_profile_keeps_stands_below_what_the_other_one_loses(material: Material, experiment: Experiment) -> None:
    (lossy,) = broken(experiment, [LIVE_FAULT], forgotten=3)
    (whole,) = broken(experiment, [LIVE_FAULT], forgotten=0)
    # Three are still being worked on, and the safe queue keeps their messages until they are done.
    held = {**whole.info, "broker_remaining": {"waiting": 0, "unacked": 3}}
    safe = replace(whole, cell=replace(whole.cell, profile="safe"), info=held)
    live = [replace(experiment, trials=(trial,)) for trial in (lossy, safe)]

    slide = breaking(replace(material, broken=live))

    assert slide.title == f"Break it: {LIVE_FAULT}"
    lost = "profile defaults: 3 of 135 accepted uploads lost; profile safe: none of 135 accepted uploads lost"
    assert slide.answer == f"{LIVE_FAULT}, {lost}"
    assert slide.table and [row[:2] for row in slide.table.rows] == [[LIVE_FAULT, "defaults"], [LIVE_FAULT, "safe"]]


def test_faults_that_a_plan_brought_into_its_trials_are_told_as_broken(
    material: Material, experiment: Experiment
) -> None:
    trial = next(trial for trial in experiment.trials if trial.name == "queue-w8-r1")
    struck = [{"kind": "fault", "what": what, "ended_at": trial.window.end} for what in ("node-killed", "web-killed")]
    soaked = replace(trial, info={**trial.info, "broker_remaining": {"waiting": 0, "unacked": 0}, "events": struck})

    slide = breaking(of(material, replace(experiment, trials=(soaked,))))

    assert slide.title == "Break it: 2 faults in turn"
    assert "Nothing" not in " ".join([slide.answer, *slide.words])


def test_no_more_faults_than_a_slide_holds_are_told_but_all_are_counted(experiment: Experiment) -> None:
    names = [f"fault-{n}" for n in range(MOST_ROWS + 5)]

    sentence, table = faults(broken(experiment, names, forgotten=1))

    assert len(table.rows) == MOST_ROWS
    assert f"1 of {len(names)} faults" in sentence


def test_where_nothing_was_broken_the_slide_says_so(material: Material) -> None:
    slide = breaking(material)

    assert slide.title == "What went in, what came out"
    assert slide.words[0] == "No faults were injected in these trials."
    assert slide.answer.startswith("No faults: ")


@pytest.mark.parametrize(
    ("names", "title", "answer"),
    [
        (["node-killed"], "Break it: node-killed", "node-killed, profile defaults: 3 of 135 accepted uploads lost"),
        (["a", "b"], "Break it: 2 faults, one at a time", "Profile defaults: 1 of 2 faults lost accepted uploads"),
    ],
)
def test_the_slide_names_what_was_broken(
    material: Material, experiment: Experiment, names: Sequence[str], title: str, answer: str
) -> None:
    trials = (*experiment.trials, *broken(experiment, names, forgotten=3))

    slide = breaking(replace(material, broken=[replace(experiment, name="faults-live", trials=trials)]))

    assert slide.title == title
    assert slide.answer == answer
    assert "Nothing was broken" not in " ".join(slide.words)


def test_the_time_of_the_work_is_the_one_that_the_expectations_are_made_of(material: Material) -> None:
    bare = pd.DataFrame({"workload": "io", "processes": 1, "started_at": [0.0, 1.0], "finished_at": [0.2, 1.2]})
    alone = of(material, replace(material.experiment, bare=bare.assign(cpu_s=0.1)))

    (with_bare, without) = (
        next(slide for slide in story(each) if slide.name == "problem") for each in (alone, material)
    )

    assert "The work on one picture takes 0.20 s on an idle machine." in with_bare.words
    assert "median of the bare work on this machine; inside the app it was" in with_bare.notes[0]
    assert "keeps a worker busy for" in " ".join(without.words)


def test_the_slides_take_the_minutes_of_the_notes(material: Material) -> None:
    steps = [int(until) for _, until, _ in ROW.findall(NOTES)]
    ends = [slide.until for slide in story(material)]

    assert len(steps) >= 9
    assert [until for until in steps if until not in ends] == []


@pytest.mark.parametrize("measured", ["all", "guessed", "sync", "queue", "without charts"])
def test_each_slide_has_its_number_in_the_row_of_its_minutes_with_what_it_reveals(
    material: Material, example: Measured, measured: str
) -> None:
    guess = Guess(throughput={1: 4.0}, ready_s={}, response_s={})
    decks = {
        "all": material,
        "guessed": replace(material, group=replace(material.group, guess=guess)),
        "sync": only(material, mode=["sync"]),
        "queue": only(material, mode=["queue"]),
        "without charts": replace(material, charts={}),
    }
    slides = story(decks[measured])
    noted: dict[int, tuple[int, int, str]] = {}
    for since, until, cell in ROW.findall(fill(NOTES, replace(example, slides=slides))):
        for numbers, reveals in _numbered(cell):
            assert not noted.keys() & numbers
            noted |= dict.fromkeys(numbers, (int(since), int(until), reveals))

    assert list(noted) == list(range(1, len(slides) + 1))
    for slide, (since, until, reveals) in zip(slides, noted.values(), strict=True):
        assert since < slide.until <= until
        assert reveals.count("→") == bool(slide.expected) + bool(slide.chart) + bool(slide.table), slide.name
        assert ("→ the chart" in reveals) == bool(slide.chart)


def _numbered(cell: str) -> Iterator[tuple[list[int], str]]:
    """The numbers of slides in a cell such as `4; 5 and 6: → the chart`, each with what is said of it."""
    for part in () if cell == "none" else cell.split("; "):
        span, _, reveals = part.partition(": ")
        ends = list(map(int, re.findall(r"\d+", span)))
        yield list(range(ends[0], ends[-1] + 1)), reveals


def test_the_notes_ask_in_every_row_for_the_slides_of_its_own_minutes() -> None:
    rows = ROW.findall(NOTES)

    assert [cell for _, _, cell in rows] == [f"{{{{ slides({since}, {until}) }}}}" for since, until, _ in rows]


def test_the_class_measures_as_long_as_the_notes_say_and_types_what_stands_there_as_code(material: Material) -> None:
    turn = next(slide for slide in story(material) if slide.name == "turn")
    locust = r"\.venv/bin/locust --headless -u \S+(?: \S+ \}\})? -t (\d+s)"

    (noted,) = re.findall(locust, NOTES)
    assert re.findall(locust, turn.code) == [noted] * 2
    assert not any("make " in words or "locust" in words for words in turn.words)


def test_each_step_of_the_notes_has_its_slides(material: Material) -> None:
    until = {slide.name: slide.until for slide in story(material)}

    assert [until[name] for name in ("doors", "predict", "sync")] == [5, 8, 14]
    assert [until[name] for name in ("backlog", "ready", "cost")] == [20, 28, 34]
    assert [until[name] for name in ("turn", "django", "wrap-up", "quiz")] == [38, 40, 42, 45]


def test_what_is_expected_is_told_once_for_the_worker_counts_that_share_it() -> None:
    cells = pd.DataFrame(
        {
            "mode": "queue",
            "workers": [1, 2, 4, 8],
            "predicted_throughput": [3.72, 7.43, 12.0, 12.0],
            "predicted_ready_p50_s": [float("inf"), float("inf"), 0.3, 0.27],
        }
    )

    assert expected_throughput(cells) == (
        "Expected from the work alone: 3.7 pictures/s with 1 worker, 7.4 pictures/s with 2 workers "
        "and 12 pictures/s with 4 and 8 workers"
    )
    assert expected_wait(cells, "queue") == (
        "Expected from the work alone: grows without limit with 1 and 2 workers, 0.30 s with 4 workers "
        "and 0.27 s with 8 workers"
    )


def test_nothing_is_expected_where_nobody_predicted(demo_group: Group) -> None:
    assert expected_throughput(demo_group.cells) == ""
    assert expected_wait(demo_group.cells, "sync") == ""
