"""An experiment of two short trials, measured to its end or stopped on the way, with the project's own command."""

import json
import signal
import subprocess
import sys

import pandas as pd

from tests.real_stack import ROOT, environment, run, until

PLAN = """
name = "small"
question = "Does the harness keep its promises?"
repeats = 1
seed = {seed}
[factors]
mode = {mode}
workers = 1
offered_rate = {rate}
[phases]
warmup_s = 1
measure_s = {measure_s}
drain_limit_s = 3
"""


GUESSED = '{"schema": 1, "throughput": {"1": 4.5}, "ready_s": {"1": 0.3}}'


def write_plan(folder, *, rate=12.0, seed=5, measure_s=4, mode=("sync", "queue")):
    path = folder / "small.toml"
    path.write_text(PLAN.format(rate=rate, seed=seed, measure_s=measure_s, mode=json.dumps(mode)))
    return path


def measure(folder, predictions=None, **plan):
    sealed = ["--predictions", predictions] if predictions else []
    return run("loadtests", "run", write_plan(folder, **plan), "--results", folder / "results", *sealed)


def measure_overload(folder):
    """Both modes with one worker at 12 uploads a second, about which a class has made its guess: with 250 ms of delay
    it cannot do more than 4. For the shelf: whoever goes on with it takes a copy."""
    folder.mkdir(parents=True)
    (folder / "predictions.json").write_text(GUESSED)
    done = measure(folder, folder / "predictions.json")
    assert done.returncode == 0, done.stderr


def start(folder, **plan):
    arguments = [sys.executable, "-m", "loadtests", "run", str(write_plan(folder, **plan))]
    return subprocess.Popen(
        [*arguments, "--results", str(folder / "results")],
        cwd=ROOT,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(folder, pattern):
    until(lambda: list(folder.glob(pattern)))


def interrupt(process):
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    return told


def punctual(trial):
    """Let every upload of a trial have left when it was due: of a dozen, one that a busy machine holds up would decide
    the verdict."""
    requests = pd.read_csv(trial / "requests.csv", dtype={"status": "Int64"})
    requests.assign(sent_at=requests["due_at"]).to_csv(trial / "requests.csv", index=False)
    return trial


def stack_of(folder):
    (path,) = (folder / "results").glob("*.partial/stack/stack.json")
    return json.loads(path.read_text())
