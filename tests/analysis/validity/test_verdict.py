import dataclasses
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hand_made import crowded_door, trial
from synthetic_experiment import Made, write_trial

from analysis import api
from analysis.data.model import Cell
from analysis.validity.verdict import (
    INVALID_ACCOUNTS,
    INVALID_CLIENT,
    OVERLOADED,
    UNDECIDED,
    VALID,
    verdict_on,
    worst,
)

Change = Callable[[pd.DataFrame], pd.DataFrame]


def _judged(tmp_path: Path, made: Made, file: str = "requests.csv", change: Change | None = None) -> api.Verdict:
    folder = write_trial(tmp_path / made.name, made)
    if change:
        path = folder / file
        pd.read_csv(path).pipe(change).to_csv(path, index=False)
    return api.judge(folder)


@pytest.mark.parametrize("mode", ["sync", "queue"])
@pytest.mark.parametrize(("workers", "verdict"), [(1, OVERLOADED), (2, OVERLOADED), (4, VALID), (8, VALID)])
def test_a_simulated_queue_gets_its_verdict(tmp_path: Path, mode: str, workers: int, verdict: str) -> None:
    assert _judged(tmp_path, Made(mode=mode, workers=workers)).name == verdict


def test_clear_overload_and_clear_ease_are_told_apart_for_many_seeds(tmp_path: Path) -> None:
    """Utilisation 1.45 must never pass, 0.48 must never be refused."""
    for seed in range(15):
        heavy = write_trial(tmp_path / f"heavy{seed}", Made(workers=2, seed=seed))
        light = write_trial(tmp_path / f"light{seed}", Made(workers=6, seed=seed))

        assert api.judge(heavy).name == OVERLOADED
        assert api.judge(light).name == VALID


def test_an_overloaded_trial_says_how_fast_the_backlog_grows_and_what_to_try(tmp_path: Path) -> None:
    (reason,) = _judged(tmp_path, Made(workers=1)).words

    assert "the backlog grows by 6.6 pictures/s" in reason
    assert "Add workers or offer less load" in reason


def test_slow_growth_without_leftovers_is_undecided() -> None:
    """100 arrivals/s for 10 s, 95 % of them done at once: 5 pictures/s stay in work until after the window."""
    requests, pictures = [], []
    for n in range(1000):
        due = 10 + n / 100
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.01})
        finished = 21.0 if n % 20 == 0 else due + 0.01
        pictures.append({"id": str(n), "received_at": due, "started_at": due, "finished_at": finished})

    cell = Cell(mode="queue", workers=60, workload="io", offered_rate=100.0)
    verdict = verdict_on(trial(requests, pictures, cell=cell))

    assert verdict.name == UNDECIDED
    assert verdict.words == (
        "100.0 uploads/s arrived and 94.9 uploads/s were finished, 5 % less.",
        "A window of 10 s is too short to decide near saturation: measure longer.",
    )


def test_slow_growth_with_leftovers_is_overload() -> None:
    requests, pictures = [], []
    for n in range(1000):
        due = 10 + n / 100
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.01})
        done = {"started_at": due, "finished_at": due + 0.01} if n % 20 else {"state": "queued", "finished_at": None}
        pictures.append({"id": str(n), "received_at": due} | {"started_at": due} | done)

    assert verdict_on(trial(requests, pictures, broker_remaining=50)).name == OVERLOADED


MUTATIONS: dict[str, tuple[str, str, Change]] = {
    "a client row is dropped": ("queue", "requests.csv", lambda rows: rows.drop(index=60)),
    "a client row is doubled": ("queue", "requests.csv", lambda rows: pd.concat([rows, rows.iloc[[60]]])),
    "a server row is dropped": ("queue", "pictures.csv", lambda rows: rows.drop(index=60)),
    "a server row is doubled": ("queue", "pictures.csv", lambda rows: pd.concat([rows, rows.iloc[[60]]])),
    "the server's clock is 20 ms behind": (
        "queue",
        "pictures.csv",
        lambda rows: rows.assign(**{name: rows[name] - 0.02 for name in rows if name.endswith("_at")}),
    ),
    "the server's clock is 20 ms ahead": (
        "sync",
        "pictures.csv",
        lambda rows: rows.assign(**{name: rows[name] + 0.02 for name in rows if name.endswith("_at")}),
    ),
    "one stamp is out of order": (
        "queue",
        "pictures.csv",
        lambda rows: rows.assign(finished_at=rows["finished_at"].where(rows.index != 60, rows["started_at"] - 0.1)),
    ),
    "a failure is counted as success by the client": (
        "sync",
        "pictures.csv",
        lambda rows: rows.assign(state=rows["state"].where(rows.index != 60, "failed")),
    ),
    "a failure is counted as success by the server": (
        "queue",
        "pictures.csv",
        lambda rows: rows.assign(reason=rows["reason"].astype(object).where(rows.index != 60, "not_an_image")),
    ),
    "a success is refused to the client": (
        "queue",
        "requests.csv",
        lambda rows: rows.assign(status=rows["status"].where(rows.index != 60, 503)),
    ),
    "a picture is worked on twice": (
        "queue",
        "pictures.csv",
        lambda rows: rows.assign(executions=rows["executions"].where(rows.index != 60, 2)),
    ),
    "a message is lost": (
        "queue",
        "pictures.csv",
        lambda rows: rows.assign(
            state=rows["state"].where(rows.index != 60, "queued"),
            started_at=rows["started_at"].where(rows.index != 60),
            finished_at=rows["finished_at"].where(rows.index != 60),
        ),
    ),
    "a row changes its phase": (
        "queue",
        "requests.csv",
        lambda rows: rows.assign(phase=rows["phase"].where(rows.index != 60, "drain")),
    ),
}


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_fault_in_the_books_is_caught(tmp_path: Path, what: str) -> None:
    mode, file, change = MUTATIONS[what]

    verdict = _judged(tmp_path, Made(mode=mode), file, change)

    assert verdict.name == INVALID_ACCOUNTS, what
    assert verdict.invalid
    assert verdict.words


def test_a_late_load_generator_makes_the_trial_invalid(tmp_path: Path) -> None:
    def late(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(due_at=rows["due_at"] - 0.03)

    verdict = _judged(tmp_path, Made(workers=8), change=late)

    assert verdict.name == INVALID_CLIENT
    assert "left 31 ms or more after it was due (limit 25 ms)" in verdict.words[0]


def test_requests_that_were_never_sent_make_the_trial_invalid() -> None:
    requests = [{"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10} for n in range(100)]
    for row in requests:
        row["answered_at"] = row["sent_at"] + 0.1
    for row in requests[50:54]:
        row |= {"sent_at": None, "answered_at": None, "status": None}
    pictures = [
        {"id": row["id"], "received_at": row["due_at"], "started_at": row["due_at"], "finished_at": row["due_at"]}
        for row in requests
        if row["sent_at"] is not None
    ]

    verdict = verdict_on(trial(requests, pictures))

    assert verdict.name == INVALID_CLIENT
    assert "96 requests were sent inside the window, but 100 were planned" in verdict.words[0]


def test_a_window_without_requests_is_invalid() -> None:
    assert verdict_on(trial([], [])).name == INVALID_CLIENT


def test_a_refused_request_is_no_fault_of_the_books() -> None:
    """A 400 has no picture on the server and does not stay in the system."""
    assert verdict_on(trial([{"id": "a"}, {"id": "b", "status": 400.0}], [{"id": "a"}])).name == VALID


def test_waiting_pictures_need_a_broker_that_was_asked() -> None:
    """Without its count nobody can say that none is lost."""
    waiting = {"state": "queued", "started_at": None, "finished_at": None}

    assert verdict_on(trial([{}], [waiting], broker_remaining=1)).name != INVALID_ACCOUNTS
    assert verdict_on(trial([{}], [waiting], broker_remaining=None)).name == INVALID_ACCOUNTS
    assert verdict_on(trial([{}], [{}], broker_remaining=None)).name == VALID


def test_the_worst_verdict_wins() -> None:
    assert worst([VALID, OVERLOADED, UNDECIDED]) == OVERLOADED
    assert worst([INVALID_CLIENT, INVALID_ACCOUNTS, VALID]) == INVALID_ACCOUNTS


def test_judging_loads_no_drawing_library() -> None:
    """The harness judges between trials and should not pay for matplotlib."""
    code = "import sys; from analysis import api; api.judge; sys.exit('matplotlib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("mode", ["sync", "queue"])
def test_uploads_that_fail_leave_the_verdict_and_add_a_reason(tmp_path: Path, mode: str) -> None:
    verdict = _judged(tmp_path, Made(mode=mode, workers=8, fails_every=10))

    assert verdict.name == VALID
    assert "of 111 uploads failed: 12 unreadable_image. Failed uploads cost less" in verdict.words[0]


def test_a_front_door_that_cannot_keep_up_is_told_from_its_workers() -> None:
    verdict = verdict_on(crowded_door())

    assert verdict.name == OVERLOADED
    (reason,) = verdict.words
    assert reason.startswith("10.0 uploads/s arrive and the unanswered ones grow by 5.0 uploads/s")
    assert "the web process cannot keep up" in reason


def test_workers_that_cannot_keep_up_behind_such_a_door_are_told_too() -> None:
    made = crowded_door()
    waiting = made.pictures.assign(state="queued", finished_at=math.nan)

    verdict = verdict_on(dataclasses.replace(made, pictures=waiting, broker_remaining=len(waiting)))

    door, workers = verdict.words
    assert "the web process cannot keep up" in door
    assert "1 worker cannot keep up" in workers


def with_uploads_from_elsewhere(count):
    """A trial of a hundred uploads, and others that somebody sent to the same stack meanwhile."""
    made = trial(
        [
            {"id": str(n), "due_at": 10 + n / 10, "sent_at": 10 + n / 10, "answered_at": 10.01 + n / 10}
            for n in range(100)
        ],
        [
            {"id": str(n), "received_at": 10 + n / 10, "started_at": 10 + n / 10, "finished_at": 10.01 + n / 10}
            for n in range(100)
        ],
    )
    others = made.pictures.head(count).assign(id=[f"else-{n}" for n in range(count)])
    others[["received_at", "started_at", "finished_at"]] += 0.05
    return dataclasses.replace(made, elsewhere=others)


@pytest.mark.parametrize(("count", "name"), [(0, VALID), (3, VALID), (4, INVALID_CLIENT)])
def test_a_few_uploads_by_hand_beside_the_load_change_nothing_and_many_are_another_load(count, name):
    verdict = verdict_on(with_uploads_from_elsewhere(count))

    assert verdict.name == name
    assert ("4 uploads came from elsewhere" in " ".join(verdict.words)) == (name == INVALID_CLIENT)


def test_uploads_that_the_load_generator_failed_are_its_own_failure_and_not_the_app_s() -> None:
    """Of 100 uploads every fourth found no open file; the app took all others."""
    requests, pictures = [], []
    for n in range(100):
        due = 10 + n / 10
        answered = {"id": str(n), "due_at": due, "answered_at": due + 0.01}
        if n % 4:
            requests.append(answered | {"sent_at": due})
            pictures.append({"id": str(n), "received_at": due, "started_at": due, "finished_at": due + 0.01})
        else:
            requests.append(
                answered | {"sent_at": math.nan, "status": math.nan, "error": "client: too many open files"}
            )

    verdict = verdict_on(
        trial(requests, pictures, cell=Cell(mode="queue", workers=1, workload="io", offered_rate=10.0))
    )

    assert verdict.name == INVALID_CLIENT
    assert verdict.words == (
        "The load generator itself failed 25 of 100 uploads (25 too many open files), which says nothing about the "
        "server. Allow a process more of them (ulimit -n), or offer less load.",
    )


def test_a_server_that_speaks_of_its_client_is_not_taken_for_it(tmp_path: Path) -> None:
    def refused(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(status=503, error="client: too many open files")

    assert "load generator itself" not in " ".join(_judged(tmp_path, Made(), change=refused).words)
