"""Writes the files of a trial after its load."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loadtests.errors import TrialError
from loadtests.files import PARTIAL
from loadtests.format import amount
from loadtests.machine.provenance import versions
from loadtests.recording import result_folder
from loadtests.scenarios import observations
from loadtests.scenarios.observations import Phases
from loadtests.scenarios.request_log import write_requests
from loadtests.scenarios.session import Session
from loadtests.scenarios.stack_lookup import known_machine
from loadtests.scenarios.upload_client import Request
from loadtests.stack.app_client import get
from loadtests.stack.process.process_group import restarts_since
from loadtests.stack.stack_file import StackInfo
from loadtests.workload.arrivals import Arrival, plan, plan_hash

BACKLOG_COLUMNS = ("sampled_at", "waiting", "unacked", "in_database", "done", "counted_by")


def collect_server_side(directory: Path, info: StackInfo, trial: str, phases: Phases) -> None:
    """Write pictures.csv, elsewhere.csv, external_writes.csv and backlog.csv."""
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0, trial=trial)
    (directory / "pictures.csv").write_bytes(rows)
    write_elsewhere(directory / "elsewhere.csv", info, trial, phases)
    writes = get(f"{info.control_url}/external_writes.csv", token=info.token, timeout_s=60.0)
    (directory / "external_writes.csv").write_bytes(writes)
    samples = [row for row in observations.observations(info) if phases.started_at <= float(row["sampled_at"])]
    with (directory / "backlog.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, BACKLOG_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(samples)


def write_elsewhere(path: Path, info: StackInfo, trial: str, phases: Phases) -> None:
    """One row for every picture that the stack worked on since the load began and that somebody else had sent."""
    text = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0, not_trial=trial).decode()
    rows = csv.DictReader(text.splitlines())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows(row for row in rows if row["trial"] != trial and not _finished_before(row, phases.started_at))


def _finished_before(row: dict[str, str], at: float) -> bool:
    return bool(row["finished_at"]) and float(row["finished_at"]) < at


#: How far a due time may be from the plan's: less than anybody measures.
DUE_TOLERANCE_S = 1e-6


def refuse_unplanned(
    requests: Sequence[Request], planned: Sequence[Arrival], *, started_at: float, length_s: float
) -> None:
    """Raise unless exactly the planned uploads are in the record, each with the due time of the plan.

    What was never taken up would be in no account, and a due time that was put off would hide a wait.
    """
    due_at = {arrival.id: started_at + arrival.offset_s for arrival in planned}
    recorded = {one.id: one.due_at for one in requests if one.id in due_at or one.due_at < started_at + length_s}
    if differing := recorded.keys() ^ due_at.keys():
        raise TrialError(f"Plan and record differ by {amount(len(differing), 'upload')}: each is in one of them alone.")
    if moved := sum(abs(recorded[name] - due) > DUE_TOLERANCE_S for name, due in due_at.items()):
        raise TrialError(f"Plan and record differ in the due time of {amount(moved, 'upload')}.")


def keep(session: Session, *, offered_rate: float) -> tuple[Path, str]:
    """Write the trial's files; returns its folder and its verdict.

    A trial by hand is finished here; that of a planned experiment is finished by whoever planned it.
    """
    folder = session.options.results
    by_hand = session.options.trial is None
    partial = result_folder.open_trial(folder, session.trial) if by_hand else folder / f"{session.trial}{PARTIAL}"
    requests = session.load.requests()
    write_requests(partial / "requests.csv", requests, session.phases)
    if by_hand:
        _write_head(folder)
    collect_server_side(partial, session.info, session.tag, session.phases)
    record = _record(session, requests, offered_rate)
    # What only this process knows is on the disk before anything is made of it.
    result_folder.write_json(partial / "trial.json", record)
    if not by_hand:
        return partial, "not judged yet"
    events = restarts_since(Path(session.info.directory), session.phases.started_at)
    final, record = result_folder.close_trial(partial, {"events": events})
    return final, record["verdict"]["name"]


def _write_head(folder: Path) -> None:
    if not (folder / "experiment.json").exists():
        question = "What changes with the number of workers? (measured by hand)"
        result_folder.write_experiment(folder, name=folder.name, question=question, plan=None, order=[], seed=None)


def _record(session: Session, requests: Sequence[Request], offered_rate: float) -> dict[str, Any]:
    info, options, phases = session.info, session.options, session.phases
    observed = observations.observations(info)
    used = observations.cpu_seconds(observed, session.load.cpu, phases)
    return {
        "schema": result_folder.SCHEMA,
        "name": session.trial,
        "cell": info.levels() | {"offered_rate": offered_rate},
        "repeat": result_folder.repeat_of(session.trial),
        "phases": asdict(phases),
        "cpu_seconds": used,
        "others_share": observations.others_share(observed, used, phases),
        "broker_remaining": session.broker_remaining,
        "clock": {"offset_ns": info.clock_offset_ns},
        "seed": options.seed,
        "plan_sha256": _checked_plan(session, requests, offered_rate),
        "pictures_sha256": session.pictures_sha256,
        "code_sha256": session.code_sha256,
        "machine": known_machine(),
        "versions": versions(),
        "settings": info.settings,
        "outcome": "finished",
    }


def _checked_plan(session: Session, requests: Sequence[Request], offered_rate: float) -> str | None:
    """The hash of what was planned up to the end of the measurement; None if a person decided the length.

    Raises unless the record is of exactly this plan.
    """
    options, phases = session.options, session.phases
    if options.measure_s is None or options.trial is None:
        return None
    length_s = options.warmup_s + options.measure_s
    planned = plan(rate=offered_rate, seed=options.seed, weights=session.weights, length_s=length_s)
    refuse_unplanned(requests, planned, started_at=phases.started_at, length_s=length_s)
    return plan_hash(planned)
