"""One of something is told as one, wherever a sentence holds a count with its noun."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import format as analysis_words
from analysis.analysis import analyse
from analysis.charts.parts.layout import circumstances
from analysis.data.reader import read_experiment
from analysis.lesson.content.material import gather
from analysis.lesson.slides.reveal import story
from analysis.series.cumulative_flow import Flow, flow_sentence
from analysis.summary.groups import Group, Telling
from analysis.validity.ledger import broken_promises, ledger
from loadtests import format as load_words
from loadtests.errors import TrialError
from loadtests.experiment.capacity import rate_of
from loadtests.planning.estimate import expected
from loadtests.planning.reader import parse
from tests.analysis.synthetic_experiment import Made, write_experiment
from tests.plurals import ONE_OF_MANY

PLAN = {
    "name": "alone",
    "question": "How many are there?",
    "repeats": 1,
    "seed": 1,
    "factors": {"mode": "queue", "workers": 1, "workload": "io", "offered_rate": 1.0},
    "phases": {"warmup_s": 2, "measure_s": 12, "drain_limit_s": 5},
}


@pytest.mark.parametrize("words", [analysis_words, load_words])
@pytest.mark.parametrize(
    ("count", "what", "told"),
    [(1, "trial", "1 trial"), (0, "trial", "0 trials"), (2, "search", "2 searches"), (3, "process", "3 processes")],
)
def test_a_noun_agrees_with_its_count(words, count, what, told):
    assert words.amount(count, what) == told


def test_a_plan_of_one_trial_and_one_of_one_search():
    factors = {name: PLAN["factors"][name] for name in ("mode", "workers", "workload")}
    phases = {"warmup_s": 2, "drain_limit_s": 5}
    searched = PLAN | {"factors": factors, "phases": phases, "goal": {"limit_s": 2.0}}
    del searched["repeats"]

    assert expected(parse(PLAN)).startswith("1 trial in 1 block, about ")
    assert expected(parse(searched)).startswith("1 search of at most ")


def test_one_picture_that_is_lost_and_one_that_is_open(tmp_path):
    (trial,) = read_experiment(write_experiment(tmp_path / "demo", [Made()])).trials
    drawn_up = replace(ledger(trial), lost=1, stuck=0, unexpected=1, duplicate_writes=1, incomplete=1)
    due = np.array([1.0])
    one = Flow(trial=trial, due=due, answered=due, ended=due + 1, until_s=3.0)
    telling = Telling(workers=1, words="1 worker", overloaded=False, trials=(trial,))

    assert list(map(str, broken_promises(drawn_up))) == [
        "1 accepted picture is lost, 0 of them stuck at the broker.",
        "1 picture was never sent.",
        "1 picture was stored twice externally.",
        "1 ready picture lacks a file.",
    ]
    assert flow_sentence(telling, [one]).endswith("; at most 1 upload is open")


def test_a_queue_of_one_picture_is_too_short_for_one_worker():
    with pytest.raises(TrialError, match="^1 picture for 1 worker: too few"):
        rate_of([1.0], 1)


def test_a_lesson_about_one_upload_a_second_on_one_core(tmp_path):
    folder = write_experiment(tmp_path / "demo", [Made(workers=1, offered_rate=1.0, measure_s=100.0)])
    experiment = read_experiment(folder)
    alone = replace(experiment, info={**experiment.info, "machine": {"cores": 1}})

    group = grouped_of(alone)
    told = [words for slide in story(gather(analyse(alone), [])) for words in (slide.title, slide.answer, *slide.words)]

    assert "1 upload per second, 1 worker." in told and "We get 1 picture per second." in told
    assert "1 core" in circumstances(group)
    assert [words for words in [*told, circumstances(group)] if ONE_OF_MANY.search(words)] == []


def grouped_of(experiment) -> Group:
    (group,) = analyse(experiment).groups
    return group
