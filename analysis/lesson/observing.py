"""The slides that ask first and then show what was measured."""

from analysis.guessed import guess_sentences
from analysis.lesson import asking, reckoning
from analysis.lesson.expectations import expected_throughput, expected_wait
from analysis.lesson.material import Material
from analysis.lesson.slide import Slide
from analysis.words import number, workers

BREAK_NOTES = (
    "Break it, then the same with the safe queue:",
    "`.venv/bin/python -m loadtests faults --profile defaults --only broker-killed --results results/faults-live`",
    "`.venv/bin/python -m loadtests faults --profile safe --only broker-killed --results results/faults-live-safe`",
    "The folders must be new: a finished one is only printed again.",
    "A 202 is a promise; what goes in must come out.",
)


def observing(material: Material) -> list[Slide]:
    cells, rate, counts = material.group.cells, number(material.group.offered_rate), material.worker_counts
    fewest, modes = workers(counts[0]), list(cells["mode"].unique())
    cost_title, cost_words = asking.what_it_costs(modes)
    return [
        Slide(
            name="response",
            title="How long does the user wait for an answer?",
            until=14,
            words=(f"{rate} uploads a second, {fewest}.", *asking.in_each(modes)),
            expected=expected_wait(cells, "sync").replace("alone:", "alone, in sync:"),
            chart="response_time",
            notes=("Ask for hands: milliseconds, seconds, or longer and longer?", "An arrow has no value: it grows."),
        ),
        Slide(
            name="clocks",
            title="The answer came. Is the picture there?",
            until=17,
            words=(f"Queue mode, {rate} uploads a second, {fewest}.", "How long until the picture is ready?"),
            expected=expected_wait(cells, "queue"),
            chart="both_clocks",
            notes=("A fast 202 says only that the job was written down.",),
        ),
        Slide(
            name="backlog",
            title="Where do the uploads pile up?",
            until=20,
            words=(*asking.in_each(modes, ": in front of which part"), asking.who_is_enough(counts)),
            expected=f"Expected: it grows as long as fewer than {rate} pictures/s are finished",
            chart="backlog",
            notes=("The queue moves the line from the web server to the broker; it does not make it shorter.",),
        ),
        Slide(
            name="throughput",
            title=asking.who_finishes(counts),
            until=25,
            words=asking.how_many(counts, modes, rate),
            expected=expected_throughput(cells),
            chart="throughput",
            notes=("Compare with the curve of the class.", "What sets the limit: the workers, the load, the cores?"),
        ),
        Slide(
            name="ready",
            title="And how long until the picture is ready?",
            until=28,
            words=asking.who_keeps_up(counts, modes),
            expected=expected_wait(cells, "queue"),
            chart="ready_time",
            notes=("With workers enough a picture needs the time of the work, and little more, in either mode.",),
        ),
        *_guessed(material),
        *_broken(material),
        Slide(
            name="cost",
            title=cost_title,
            until=34,
            words=cost_words,
            chart="cpu_cost",
            notes=("A small price, if the work is much longer than the hand-over.",),
        ),
    ]


def _guessed(material: Material) -> list[Slide]:
    sentences = guess_sentences(material.group.cells, material.group.guess)
    if not sentences:
        return []
    return [
        Slide(
            name="guessed",
            title="How good were our predictions?",
            until=28,
            words=tuple(f"{sentence}." for sentence in sentences),
            notes=("What did the curve of the class take for granted?",),
        )
    ]


def _broken(material: Material) -> list[Slide]:
    # The class may have broken something itself: an experiment given beside its own may hold nothing broken.
    looked_at = [each for each in (material.broken, material.experiment) if each]
    experiment = next((each for each in looked_at if reckoning.broken_trials(each)), None)
    if experiment:
        broken = reckoning.broken_trials(experiment)
        title, first = reckoning.faults_title(broken), "What becomes of the pictures that are on their way?"
        answer, table = reckoning.faults(experiment.name, broken)
    else:
        title, first = "What went in, what came out", "Nothing was broken in these trials."
        answer, table = reckoning.all_trials(material.experiment.trials)
    asked = (first, "Is an upload lost that was accepted?", "Is one done twice?")
    return [Slide(name="break", title=title, until=33, words=asked, answer=answer, table=table, notes=BREAK_NOTES)]
