"""The raw maximum of a queue's workers: how fast they empty a queue that was filled while they were held (R10)."""

import csv
import itertools
import os
import shutil
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.errors import TrialError
from loadtests.experiment.trial import TrialSetup, new_stack, spec_of
from loadtests.format import amount
from loadtests.recording import result_folder
from loadtests.stack.app_client import get, get_json, post
from loadtests.stack.process.process_group import wait_until
from loadtests.stack.stack_file import StackInfo
from loadtests.workload import pictures
from loadtests.workload.pictures import payloads
from loadtests.workload.presets import WORKLOADS

#: So many seconds of work are queued, and so many pictures at least for each worker.
WORK_S, ROUNDS = 10.0, 6

#: The last pictures find workers idle, so the time to the last hundredth is not counted.
COUNTED_SHARE = 0.99

LIMIT_S, UPLOAD_LIMIT_S = 120.0, 30.0


def drained_rate(setup: TrialSetup, expected_rate: float) -> float:
    """Hold the workers of a local stack, queue pictures, let go, and give the rate at which they finish [pictures/s].

    The finish stamps are kept in a file beside the trials; one that is there is not measured again.
    """
    kept = setup.folder / f"{setup.trial.name}.csv"
    if not kept.exists():
        _keep(kept, _measured(setup, max(int(WORK_S * expected_rate), ROUNDS * setup.trial.cell.workers)))
    with kept.open(newline="", encoding="utf-8") as file:
        return rate_of([float(row["finished_at"]) for row in csv.DictReader(file)], setup.trial.cell.workers)


def rate_of(finished_at: list[float], workers: int) -> float:
    """Pictures per second from the end of the first round, in which all begin at once, to the last hundredth."""
    stamps = sorted(finished_at)
    last = int(COUNTED_SHARE * len(stamps)) - 1
    if last <= workers or stamps[last] <= stamps[workers - 1]:
        few, those = amount(len(stamps), "picture"), amount(workers, "worker")
        raise TrialError(f"{few} for {those}: too few to tell how fast a queue is emptied.")
    return (last - workers + 1) / (stamps[last] - stamps[workers - 1])


def _measured(setup: TrialSetup, count: int) -> list[float]:
    partial = result_folder.open_trial(setup.folder.resolve(), setup.trial.name)
    try:
        stack = new_stack(spec_of(setup), partial / "stack", partial / "logs")
        with stack as info:
            with _held(info.pids["worker"]):
                _queue(setup, info, count)
            wait_until("The queue's end", lambda: _done(info, count), check=stack.check, timeout_s=LIMIT_S)
            rows = get(f"{info.control_url}/pictures.csv", token=info.token, trial=setup.trial.name).decode()
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [float(row["finished_at"]) for row in csv.DictReader(rows.splitlines()) if row["state"] == "ready"]


@contextmanager
def _held(group: int) -> Iterator[None]:
    """The processes of a group do nothing meanwhile."""
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _queue(setup: TrialSetup, info: StackInfo, count: int) -> None:
    bodies = payloads(pictures.photos(WORKLOADS[info.workload], setup.pictures))
    for body in itertools.islice(itertools.cycle(bodies), count):
        headers = {"Content-Type": body.content_type, "Idempotency-Key": str(uuid.uuid4())}
        post(
            f"{info.url}/pictures/queue/", body.body, headers | {"X-Trial": setup.trial.name}, timeout_s=UPLOAD_LIMIT_S
        )


def _done(info: StackInfo, count: int) -> bool | None:
    counts = get_json(f"{info.control_url}/counts/", token=info.token)
    time.sleep(0.2)  # Whoever asks all the time takes the processor from those who work.
    return True if counts["ready"] + counts["failed"] >= count else None


def _keep(path: Path, finished_at: list[float]) -> None:
    partial = path.with_name(path.name + result_folder.PARTIAL)
    partial.write_text("finished_at\n" + "".join(f"{at:.6f}\n" for at in finished_at), encoding="utf-8")
    partial.rename(path)
