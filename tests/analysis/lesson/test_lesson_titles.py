"""Whatever a trial turns out to be worth, each title of the lesson is true of what it shows.

Of four cells one is what is looked at: it is given every verdict in turn, made by its rows where rows make one.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from synthetic_experiment import Made, undecided, write_experiment, write_trial

from analysis.analysis import analyse
from analysis.charts import Chart
from analysis.data.model import Experiment, Trial
from analysis.data.reader import read_experiment, read_trial
from analysis.findings.cells import findings
from analysis.format import Table
from analysis.lesson.content.material import Measured, gather
from analysis.lesson.gallery.misleading import lies
from analysis.lesson.slides import measurements
from analysis.lesson.slides.reveal import story
from analysis.lesson.worksheets.prediction_sheets import asked_on_paper
from analysis.lesson.worksheets.quiz import read_questions
from analysis.summary.groups import Group
from analysis.validity.verdict import (
    FROM_BEST_TO_WORST,
    INVALID,
    NOISY,
    OVERLOADED,
    STEADY,
    UNDECIDED,
    VALID,
    Verdict,
    verdict_on,
)
from tests.plurals import ONE_OF_MANY

#: What the other cells show: one worker cannot keep up, four can.
CELLS = {("sync", 1): OVERLOADED, ("queue", 1): OVERLOADED, ("sync", 4): VALID, ("queue", 4): VALID}
CASES = [(cell, verdict) for cell in CELLS for verdict in FROM_BEST_TO_WORST]
#: Worker counts in a title.
LISTED = r"((?:\d+(?:, | and ))*\d+) workers?"
NOTHING = Table(headings=[], rows=[])


def made(mode: str, workers: int, verdict: str) -> Made:
    """A trial whose rows are those of the verdict; of the others they are those of a valid one."""
    if verdict == UNDECIDED:
        return undecided(workers, mode=mode)
    busy = 2.0 if verdict == OVERLOADED else 0.5
    return Made(mode=mode, workers=workers, service_s=busy * workers / Made.offered_rate)


@pytest.fixture(scope="module")
def all_trials(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int, str], Trial]:
    """One trial of each cell for each verdict; where the accounts do not balance, one picture is lost."""
    folder = tmp_path_factory.mktemp("titles")
    found = {}
    for (mode, workers), verdict in CASES:
        place = write_trial(folder / verdict / f"{mode}-w{workers}-r1", made(mode, workers, verdict))
        if verdict == "INVALID_ACCOUNTS":
            lose_one(place)
        found[mode, workers, verdict] = read_trial(place)
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return read_experiment(write_experiment(tmp_path_factory.mktemp("one") / "demo", [Made()]))


def lose_one(trial: Path) -> None:
    """The server forgets a picture that was answered inside the measurement."""
    path = trial / "pictures.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join([*rows[:40], *rows[41:]]) + "\n")


class Told:
    """What a class sees of an experiment in which one cell has a verdict."""

    def __init__(self, experiment: Experiment, verdicts: dict[str, str]) -> None:
        judged = {name: Verdict(name=verdict) for name, verdict in verdicts.items()}
        self.verdicts = verdicts
        self.believed = [trial for trial in experiment.trials if verdicts[trial.name] not in INVALID]
        made = analyse(experiment, judged)
        (self.group,) = made.groups
        self.charts = charts(self.group)
        material = gather(made, list(self.charts.values()))
        self.material = replace(material, charts=self.charts)
        self.slides = story(self.material)
        self.measured = Measured(made=made, group=self.group, slides=self.slides)

    @property
    def of(self) -> dict[tuple[str, int], str]:
        """The verdict of each cell that can be believed."""
        return {(trial.cell.mode, trial.cell.workers): self.verdicts[trial.name] for trial in self.believed}

    def counts(self, *verdicts: str) -> set[int]:
        """The worker counts whose believed cells all have one of the verdicts."""
        return {
            count
            for _, count in self.of
            if all(verdict in verdicts for (_, other), verdict in self.of.items() if other == count)
        }

    @property
    def titles(self) -> list[str]:
        """Everything that stands as a title or a question: slides, charts, tables, hand-out, quiz and gallery."""
        quiz = [
            words
            for question in read_questions(self.measured)
            for words in (question.stem, *(f"{choice.text}: {choice.why}" for choice in question.choices))
        ]
        told = lies(self.measured.trials, self.verdicts)
        return [
            *(words for slide in self.slides for words in (slide.title, slide.answer, *slide.words)),
            *self.findings,
            *asked_on_paper(self.slides, self.material),
            *quiz,
            *(words for lie in told for words in (lie.title, lie.hides)),
        ]

    @property
    def findings(self) -> list[str]:
        return [chart.finding for chart in self.charts.values()]


def charts(group: Group) -> dict[str, Chart]:
    """Every chart of a group by its name with its title; none is drawn."""
    alone = group.cells[group.cells["mode"] == "sync"]
    told = {finding.chart: finding.sentence for finding in findings(group.cells)}
    if group.cells["mode"].nunique() > 1:
        told |= {measurements.NAME: findings(alone)[0].sentence}
    return {
        name: Chart(name=name, prefix="", finding=words, path=Path(f"{name}{group.suffix}"), table=NOTHING)
        for name, words in told.items()
    }


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0][0]}-{case[0][1]}-{case[1]}")
def told(request: pytest.FixtureRequest, all_trials: Any, empty: Experiment) -> Told:
    special, verdict = request.param
    wanted = {**CELLS, special: verdict}
    trials = tuple(all_trials[(*cell, name)] for cell, name in wanted.items())
    return Told(replace(empty, trials=trials), {f"{m}-w{n}-r1": name for (m, n), name in wanted.items()})


def numbers(words: str) -> set[int]:
    return set(map(int, re.findall(r"\d+", words)))


def test_the_rows_of_a_trial_are_those_of_its_verdict(all_trials: Any) -> None:
    """Those that rows make; the machine's noise and a late client are not in them."""
    for (_, _, verdict), trial in all_trials.items():
        if verdict not in (NOISY, "INVALID_CLIENT"):
            assert verdict_on(trial).name == verdict


def test_nothing_is_called_whole_of_which_something_is_lost_and_only_what_is_believed_is_counted(told: Told) -> None:
    (shown,) = (slide for slide in told.slides if slide.name == "break")
    accepted = [set(trial.requests["id"][trial.requests["status"].between(200, 299)]) for trial in told.believed]

    assert shown.answer == f"No faults: {sum(map(len, accepted))} accepted, none lost, none stored twice"
    told_of = [f"Withheld as invalid, and not counted: {name}." for name in told.material.withheld_trials]
    assert list(shown.notes[: len(told_of)]) == told_of
    assert len(told_of) == len(CELLS) - len(told.believed)


def test_no_title_has_a_hole_where_a_number_belongs(told: Told) -> None:
    for words in told.titles:
        assert not re.search(r"\bnan\b|\binf\b|None(?!:)|not measured|withheld|  |invalid", words), words


def test_one_of_something_is_told_as_one(told: Told) -> None:
    for words in told.titles:
        assert not ONE_OF_MANY.search(words), words


def test_a_title_tells_of_worker_counts_that_can_be_believed(told: Told) -> None:
    for words in told.findings:
        for listed in re.findall(LISTED, words):
            assert numbers(listed) <= {count for _, count in told.of}, words


def test_who_keeps_up_in_a_title_is_steady_in_every_mode(told: Told) -> None:
    """Noise is no reason to say that they do not."""
    for words in told.findings:
        for listed in re.findall(rf"{LISTED} keeps? up", words):
            assert numbers(listed) <= told.counts(*STEADY), words


def test_noise_is_no_word_of_a_title_or_a_slide(told: Told) -> None:
    assert [words for words in told.titles if "nois" in words.lower()] == []


def said_to_grow_without_limit(words: str) -> set[tuple[str, int]]:
    """The cells of which a title says so: the clause names their mode, and their workers if the title has not begun
    with them."""
    plain = re.sub(r" \([^)]*\)", "", words).lower()
    cells = set()
    for clause in plain.split("; "):
        if "without limit" in clause:
            (named,) = re.findall(r"both modes|in sync|in queue|^queue mode", clause)
            modes = [mode for mode in ("sync", "queue") if mode in named or named == "both modes"]
            counted = re.search(rf"without limit with {LISTED}", clause) or re.search(LISTED, plain)
            assert counted, words
            cells |= {(mode, count) for mode in modes for count in numbers(counted[1])}
    return cells


def test_what_grows_without_limit_in_a_title_is_overloaded(told: Told) -> None:
    overloaded = {cell for cell, verdict in told.of.items() if verdict == OVERLOADED}
    for words in told.findings:
        assert said_to_grow_without_limit(words) <= overloaded, words
        if "adds no capacity" in words:
            assert {("sync", 1), ("queue", 1)} <= overloaded, words


def test_a_worker_count_has_one_thing_said_of_it_in_a_title(told: Told) -> None:
    """A count that is undecided in one mode and grows in the other is told with its mode."""
    both = told.counts(UNDECIDED)
    for words in told.findings:
        for listed in re.findall(rf"{LISTED}: undecided", words):
            assert numbers(listed) <= both, words
        assert not re.search(r"(grows without limit) with [^;]*\1 with", words), words


def test_a_question_is_asked_of_cells_that_are_there(told: Told) -> None:
    asked = {slide.name: slide for slide in told.slides}
    for name, mode in (("sync", "sync"), ("clocks", "queue")):
        (count,) = re.findall(r"(\d+) workers?\.", " ".join(asked[name].words))
        assert (mode, int(count)) in told.of
    (count,) = re.findall(r"(\d+) workers?\.", " ".join(asked["response"].words))
    assert {("sync", int(count)), ("queue", int(count))} <= told.of.keys()


def test_the_answers_of_both_modes_are_asked_about_with_as_many_workers(told: Told) -> None:
    """On both slides and on the hand-out."""
    asked = {slide.name: slide for slide in told.slides}
    slides = [re.findall(r"(\d+) workers?\.", " ".join(asked[name].words)) for name in ("sync", "response")]
    paper = [re.findall(r"^With (\d+) workers?: how long until the response", words) for words in told.titles]
    counts = sum([*slides, *paper], [])

    assert len(counts) == 4 and len(set(counts)) == 1, counts


def test_modes_without_a_worker_count_in_common_are_asked_about_with_their_own(
    all_trials: Any, empty: Experiment
) -> None:
    trials = (all_trials["sync", 4, VALID], all_trials["queue", 1, OVERLOADED])
    told = Told(replace(empty, trials=trials), {"sync-w4-r1": VALID, "queue-w1-r1": OVERLOADED})
    asked = {slide.name: " ".join(slide.words) for slide in told.slides}

    assert ", 4 workers." in asked["sync"] and ", 1 worker." in asked["response"]
    assert "With 4 workers: how long until the response, in sync?" in told.titles
    assert "With 1 worker: how long until the response, with the queue?" in told.titles


def test_the_sync_slide_says_nothing_of_the_queue(told: Told) -> None:
    (shown,) = (slide for slide in told.slides if slide.name == "sync")

    assert shown.chart == measurements.NAME
    assert (
        "queue" not in " ".join([shown.title, *shown.words, shown.expected, told.charts[shown.chart].finding]).lower()
    )
