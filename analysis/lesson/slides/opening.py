"""The slides before the measurements."""

import numpy as np

from analysis.format import amount, duration, number, workers
from analysis.lesson.content.material import Material, Slide, Way, measured_on
from analysis.models.predictions import services

#: What the diagram shows.
WAYS = (
    Way(
        mode="sync: the web process does the work, then responds",
        parts=("User", "Django app", "External resource"),
        answer="201, when it is done",
    ),
    Way(
        mode="queue: the web process responds at once, a worker does the work",
        parts=("User", "Django app", "Task queue", "Worker processes", "External resource"),
        answer="202, at once",
    ),
)
#: How a prediction gets into an experiment; `make lesson RESULTS=results/class-a` shows it afterwards.
SEAL = (
    ".venv/bin/python -m loadtests run loadtests/plans/demo.toml --results results/class-a "
    "--predictions ~/Downloads/predictions.json"
)


def opening(material: Material) -> list[Slide]:
    rate, counts = number(material.group.offered_rate), material.worker_counts
    service, whose = _service(material)
    return [
        Slide(
            name="title",
            title=str(material.experiment.info.get("question") or "What does a task queue buy you?"),
            until=1,
            words=(f"Measured: {measured_on(material.experiment, material.group)}.",),
            notes=("Before the class: make preflight. If nothing starts, these pages need no stack.",),
        ),
        Slide(
            name="objectives",
            title="After this lesson you can",
            until=2,
            words=(
                "say what a task queue is, and what it is good for",
                "follow an upload through the queue",
                "move work of a Django app into Celery tasks",
                "use measurements to say where a queue helps and where it does not",
            ),
            notes=("Read them aloud; the quiz at the end asks for each.",),
        ),
        Slide(
            name="diagram",
            title="The path of an upload",
            until=3,
            ways=WAYS,
            notes=(
                "Follow one profile picture with a finger. Where does the user stop waiting?",
                *(way.sentence for way in WAYS),
            ),
        ),
        Slide(
            name="problem",
            title="The problem",
            until=4,
            words=(
                "A user uploads a profile picture. It is cropped, resized and stored.",
                service,
                f"We get {amount(rate, 'picture')} per second.",
                "Who waits, and for what?",
            ),
            notes=(whose,),
        ),
        Slide(
            name="doors",
            title="Two ways to do the work, two clocks",
            until=5,
            words=(
                "sync: the web process does the work, then responds with 201.",
                "queue: it stores the job and responds with 202; a worker does the work.",
                "Response time: until the user has a response.",
                "Ready time: until the picture is stored.",
            ),
            notes=("In sync both clocks show the same time. Let the class say why.",),
        ),
        Slide(
            name="predict",
            title="Predict first",
            until=8,
            words=(
                f"{amount(rate, 'upload')} per second, {workers(counts)}.",
                "How many pictures are finished per second?",
                "How long until a picture is ready?",
                "Draw both curves: on the hand-out, or in predict.html.",
            ),
            notes=(
                "First alone, then in pairs, then one curve for the class.",
                f"Seal it before the first trial of an experiment: `{SEAL}`",
                *material.here,
            ),
        ),
    ]


def _service(material: Material) -> tuple[str, str]:
    """How long the work on a picture takes, and where that number is from.

    What is expected later comes from the bare work, so that its time stands here too wherever it was measured.
    """
    cells = material.group.cells
    in_app = duration(float(cells["service_p50_s"].median()))
    alone = services(material.experiment.bare).get(str(cells["workload"].iloc[0]))
    if alone is None:
        words = f"One picture keeps a worker busy for {in_app}."
        return words, "The number is the median measured in the app on this machine."
    bare = duration(float(np.median(alone.times_s)))
    words = f"The work on one picture takes {bare} on an idle machine."
    return words, f"The number is the median of the bare work on this machine; inside the app it was {in_app}."
