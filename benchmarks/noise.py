"""Which signs of noise tell that a trial's numbers are off? python -m benchmarks.noise

Measures the same uploads repeatedly: with no background load, with a process that takes a share of a core, with a
browser that draws a video, and with processes that take whole cores. A trial is off if one of its numbers is more than
10 % from the median of the quiet trials of its cell. Prints, as Markdown, what the noise guard recorded, how far off
the trials were, and how many the analysis marks as noisy; exits 1 if it marks more than one quiet trial in twenty or
misses one that is off. Finished trials are kept in results/noise, and the same command continues from there.
"""

import argparse
import contextlib
import itertools
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.console import print_anything
from analysis.data.machine_noise import noise_words
from analysis.data.outcomes import cohort
from analysis.data.reader import read_trial
from analysis.metrics.percentiles import percentile
from analysis.metrics.trial import throughput
from analysis.validity.verdict import verdict_but_for_noise
from benchmarks.trials import beside, hog, is_measured
from loadtests import ROOT
from loadtests.experiment.trial import TrialSetup, run_trial
from loadtests.planning.experiment import Experiment, Factors, Phases, Trial

FOLDER = ROOT / "results" / "noise"
SEED = 25
PHASES = Phases(warmup_s=2.0, measure_s=8.0, drain_limit_s=8.0)
#: Mode, workers, workload and pictures per second: at utilisations at which a slower machine shows.
CELLS = (("queue", 4, "io", 10.0), ("sync", 4, "io", 10.0))
OFF, MOST_MARKED = 0.10, 1 / 20

#: Thirty frames a second, every pixel new, as a browser shows a video without help from a graphics card.
VIDEO = """
<!doctype html><title>video</title><canvas id="video" width="1280" height="720"></canvas><script>
const context = document.getElementById('video').getContext('2d'), frame = context.createImageData(1280, 720);
const pixels = new Uint32Array(frame.data.buffer);
let n = 0;
setInterval(() => {
  n += 1;
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = 0xff000000 | (at * n);
  context.putImageData(frame, 0, 0);
}, 33);
</script>
"""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One trial: what ran at the same time, what the noise guard recorded, and its numbers."""

    cell: str
    beside: str
    others: float
    steal: float
    spin_before_s: float
    marked: bool
    numbers: Mapping[str, float]


def _video(folder: Path) -> list[list[str]]:
    page = folder / "video.html"
    page.write_text(VIDEO, encoding="utf-8")
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        raise SystemExit("The video needs a browser: install chromium.")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return [
        [browser, "--headless", *quiet, f"--user-data-dir={folder}/profile", "--remote-debugging-port=0", str(page)]
    ]


BESIDE = ("nothing", "20 % of a core", "half a core", "a video", "a core", "two cores")


@contextlib.contextmanager
def _running(what: str) -> Iterator[None]:
    """One of BESIDE."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        hogs = {"20 % of a core": [0.2], "half a core": [0.5], "a core": [1.0], "two cores": [1.0, 1.0]}
        commands = _video(Path(place)) if what == "a video" else [hog(share) for share in hogs.get(what, [])]
        with beside(commands):
            yield


def measure(cell: tuple[str, int, str, float], what: str, number: int, folder: Path) -> Heard:
    """One trial, measured unless it is there and of this code."""
    mode, workers, workload, rate = cell
    name = f"{mode}-w{workers}-{workload}-{what.replace(' ', '-').replace('%', 'percent')}-r{number}"
    if not is_measured(folder, name):
        factors = Factors(workload=(workload,), offered_rate=(rate,), workers=(workers,), mode=(mode,))
        experiment = Experiment(name="noise", question="", repeats=1, seed=SEED, factors=factors, phases=PHASES)
        # The same repeat, and so the same uploads, in all of them.
        trial = Trial(name=name, cell=experiment.cells()[0], repeat=1)
        with _running(what):
            run_trial(TrialSetup(experiment=experiment, trial=trial, folder=folder, pictures=None))
    return heard(folder / name, f"{mode}, {workload}", what)


def heard(folder: Path, cell: str, what: str) -> Heard:
    trial = read_trial(folder)
    rows, noise = cohort(trial), trial.info["noise"]
    return Heard(
        cell=cell,
        beside=what,
        others=float(trial.info["others_share"]),
        steal=float(noise["steal_share"] or 0.0),
        spin_before_s=noise["spin_before_s"],
        # An invalid trial shows no number that could be off.
        marked=bool(noise_words(trial.info)) or verdict_but_for_noise(trial).name != "VALID",
        numbers={
            "throughput": throughput(trial),
            "ready p50": percentile(rows["ready_s"], 0.5),
            "ready p95": percentile(rows["ready_s"], 0.95),
        },
    )


def deviations(trials: Sequence[Heard]) -> list[float]:
    """How far the number of each trial that is most off lies from its cell's quiet median, as a share."""
    quiet = [one for one in trials if one.beside == "nothing"]
    found = []
    for one in trials:
        of_cell = [other.numbers for other in quiet if other.cell == one.cell]
        usual = {name: statistics.median(numbers[name] for numbers in of_cell) for name in one.numbers}
        found.append(max(abs(value / usual[name] - 1) for name, value in one.numbers.items()))
    return found


def table(trials: Sequence[Heard], off_by: Sequence[float]) -> list[str]:
    lines = [
        "| background load | trials | others' share of the CPU | steal | spin before [ms] | off by, median and most "
        "| off by more than 10 % | marked | off and not marked |",
        "| --- " * 9 + "|",
    ]
    for what in BESIDE:
        of_kind = [(one, off) for one, off in zip(trials, off_by, strict=True) if one.beside == what]
        if not of_kind:
            continue
        ones, offs = [one for one, _ in of_kind], [off for _, off in of_kind]
        lines.append(
            f"| {what} | {len(ones)} | {_span([100 * one.others for one in ones])} % | "
            f"{_span([100 * one.steal for one in ones], 2)} % | {_span([1000 * one.spin_before_s for one in ones])} | "
            f"{100 * statistics.median(offs):.0f} %, {100 * max(offs):.0f} % | {sum(off > OFF for off in offs)} | "
            f"{sum(one.marked for one in ones)} | {sum(off > OFF and not one.marked for one, off in of_kind)} |"
        )
    return lines


def _span(values: Sequence[float], digits: int = 1) -> str:
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--results", type=Path, default=FOLDER)
    args = parser.parse_args(argv)
    trials = [
        measure(cell, what, number, args.results)
        for number, what, cell in itertools.product(range(1, args.repeats + 1), BESIDE, CELLS)
    ]
    off_by = deviations(trials)
    print("\n".join(table(trials, off_by)))
    quiet = [one.marked for one in trials if one.beside == "nothing"]
    missed = [off for one, off in zip(trials, off_by, strict=True) if off > OFF and not one.marked]
    print(f"\nMarked quiet trials: {sum(quiet)} of {len(quiet)}. Distorted trials not marked: {len(missed)}.")
    return 0 if sum(quiet) <= MOST_MARKED * len(quiet) and not missed else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
