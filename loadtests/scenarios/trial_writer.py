"""Keeps a test that Locust has run as a trial."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loadtests.machine.provenance import versions
from loadtests.recording import result_folder
from loadtests.scenarios import observations, recorder
from loadtests.scenarios.host import known_machine
from loadtests.scenarios.planned import refuse_unplanned
from loadtests.scenarios.session import Session
from loadtests.scenarios.upload_client import Request
from loadtests.stack.process.supervisor import restarts_since
from loadtests.workload.arrivals import plan, plan_hash


def keep(session: Session, *, offered_rate: float) -> tuple[Path, str]:
    """Write the trial's files; returns its folder and its verdict.

    A trial by hand is finished here; that of a planned experiment is finished by whoever planned it.
    """
    folder = session.options.results
    by_hand = session.options.trial is None
    partial = (
        result_folder.open_trial(folder, session.trial)
        if by_hand
        else folder / f"{session.trial}{result_folder.PARTIAL}"
    )
    requests = session.load.requests()
    recorder.write_requests(partial / "requests.csv", requests, session.phases)
    if by_hand:
        _write_head(folder)
    recorder.collect_server_side(partial, session.info, session.tag, session.phases)
    result_folder.write_json(partial / "trial.json", _record(session, requests, offered_rate))
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
    return {
        "schema": result_folder.SCHEMA,
        "name": session.trial,
        "cell": info.levels() | {"offered_rate": offered_rate},
        "repeat": result_folder.repeat_of(session.trial),
        "phases": asdict(phases),
        "achieved_rate": round(recorder.achieved_rate(requests, phases), 4),
        "send_lag": recorder.send_lag(requests, phases),
        "cpu_seconds": observations.cpu_seconds(observed, session.load.cpu, phases),
        "others_share": observations.others_share(observed, session.load.cpu, phases),
        "broker_left": session.broker_left,
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
