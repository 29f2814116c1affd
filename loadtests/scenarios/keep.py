"""Keeps a test that Locust has run as a trial."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from loadtests import results
from loadtests.scenarios import recorder
from loadtests.scenarios.arrivals import plan, plan_hash
from loadtests.scenarios.session import Session


def keep(session: Session, *, offered_rate: float) -> tuple[Path, str]:
    """Write the trial's files; returns its folder and its verdict.

    A trial by hand is finished here; that of a planned experiment is finished by whoever planned it.
    """
    folder = session.options.results
    by_hand = session.options.trial is None
    partial = results.open_trial(folder, session.trial) if by_hand else folder / f"{session.trial}{results.PARTIAL}"
    requests = list(session.requests.values())
    recorder.write_requests(partial / "requests.csv", requests, session.phases)
    if by_hand:
        _write_head(folder)
    left = recorder.collect_server_side(partial, session.info, session.tag, session.phases)
    results.write_json(partial / "trial.json", _record(session, offered_rate) | {"broker_left": left})
    if not by_hand:
        return partial, "not judged yet"
    final, record = results.close_trial(partial)
    return final, record["verdict"]["name"]


def _write_head(folder: Path) -> None:
    if not (folder / "experiment.json").exists():
        question = "What changes with the number of workers? (measured by hand)"
        results.write_experiment(folder, name=folder.name, question=question, plan=None, order=[], seed=None)


def _record(session: Session, offered_rate: float) -> dict[str, Any]:
    info, options, phases = session.info, session.options, session.phases
    requests = list(session.requests.values())
    return {
        "schema": 1,
        "name": session.trial,
        "cell": {
            "mode": info.mode,
            "workers": info.workers,
            "workload": info.workload,
            "offered_rate": offered_rate,
        },
        "repeat": int(session.trial.rpartition("-r")[2]),
        "phases": asdict(phases),
        "offered_rate": offered_rate,
        "achieved_rate": round(recorder.achieved_rate(requests, phases), 4),
        "send_lag": recorder.send_lag(requests),
        "cpu_seconds": recorder.cpu_seconds(recorder.observations(info), session.own_cpu, phases),
        "clock": {"offset_ns": info.clock_offset_ns},
        "seed": options.seed,
        "plan_sha256": _plan_hash(session, offered_rate),
        "settings": info.settings,
        "outcome": "finished",
    }


def _plan_hash(session: Session, offered_rate: float) -> str | None:
    """The hash of what was planned up to the end of the measurement; None if a person decided the length."""
    options = session.options
    if options.measure_s is None or options.trial is None:
        return None
    length_s = options.warmup_s + options.measure_s
    weights = session.weights
    return plan_hash(plan(rate=offered_rate, seed=options.seed, weights=weights, length_s=length_s))
