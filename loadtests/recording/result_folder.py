"""The folder of one experiment: its trials, and how one gets in completely or not at all."""

import hashlib
import json
import math
import re
import shlex
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtests.errors import PlanError, QueuelabError, TrialError, reason, refuse_full
from loadtests.files import PARTIAL, complete
from loadtests.format import amount
from loadtests.machine import provenance
from loadtests.machine.provenance import circumstances, last_calibration
from loadtests.planning.experiment import Experiment
from loadtests.recording.analysis_bridge import check_guess, conclude, refuse_strangers
from loadtests.workload import pictures as corpus
from loadtests.workload.presets import WORKLOADS

#: Of the files that are written here; older ones are read as well.
SCHEMA = 2

#: What tells machines apart; a container has a Python and a name of the system of its own.
KNOWN_BY = ("cpu", "cores")

#: The name of a trial; the rerun of a noisy one says so, in schema 1 as "again".
TRIAL_NAME = re.compile(r"(?P<cell>.+)-r(?P<repeat>\d+)(-rerun|-again)?")


def finished_trials(results: Path) -> set[str]:
    """Return the names of the finished trials."""
    return {path.parent.name for path in results.glob("*/trial.json") if path.parent.suffix != PARTIAL}


def is_step(results: Path, name: str, rate: float, measure_s: float) -> bool:
    """Whether the trial of that name is there, at that rate [1/s] and of that length."""
    if name not in finished_trials(results):
        return False
    record = read_record(results / name)
    length_s = record["phases"]["measure_until"] - record["phases"]["measure_from"]
    return math.isclose(record["cell"]["offered_rate"], rate) and math.isclose(length_s, measure_s, abs_tol=0.01)


def to_draw(results: Path) -> str:
    """Return the shell command that draws these results."""
    return f"make charts RESULTS={shlex.quote(str(results))}"


def discard(results: Path, name: str) -> None:
    """Set aside a trial that must be measured again."""
    if (results / name).exists():
        shutil.rmtree(results / f"{name}{PARTIAL}", ignore_errors=True)
        (results / name).rename(results / f"{name}{PARTIAL}")


def repeat_of(name: str) -> int:
    """Return the repeat number in a trial's name."""
    found = TRIAL_NAME.fullmatch(name)
    if not found:
        raise TrialError(f'A trial cannot be called "{name}": its name must end like -r1.')
    return int(found["repeat"])


def next_trial(results: Path, *, mode: str, workers: int) -> str:
    """The name of the next repeat of a cell that is measured by hand."""
    cell = f"{mode}-w{workers}"
    taken = [TRIAL_NAME.fullmatch(name) for name in finished_trials(results)]
    repeats = [int(found["repeat"]) for found in taken if found and found["cell"] == cell]
    return f"{cell}-r{max(repeats, default=0) + 1}"


def refuse_mixing(
    results: Path, *, workload: str, pictures_sha256: str, code_sha256: str, machine: dict[str, Any] | None = None
) -> None:
    """Raise if a trial by hand in this folder would be pooled with what it cannot be compared with.

    machine: this one; None in a container, which does not know it.
    """
    elsewhere = "Use another folder for these trials: --results results/NAME."
    head = results / "experiment.json"
    if head.exists() and read_head(results).get("plan"):
        raise TrialError(f"{results} belongs to a plan. {elsewhere}")
    for name in finished_trials(results):
        earlier = read_record(results / name)
        if earlier.get("name", name) != name:
            raise TrialError(f"{results / name} is a copy of {earlier['name']}. Remove it, then try again.")
        if machine and earlier.get("machine") and any(machine[key] != earlier["machine"][key] for key in KNOWN_BY):
            raise TrialError(f"{results} has trials of another machine. {elsewhere}")
        if earlier.get("code_sha256") != code_sha256:
            raise TrialError(f"{results} has trials measured by another version of Queuelab. {elsewhere}")
        if earlier["cell"]["workload"] == workload and earlier.get("pictures_sha256") != pictures_sha256:
            raise TrialError(f"{results} has trials with other pictures. {elsewhere}")


def refuse_unwritable(results: Path) -> None:
    """Raise before a test, and not after it, if its trial could not be kept."""
    try:
        results.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=results):
            refuse_full(results)
    except OSError as error:
        raise TrialError(
            f"Trials cannot be saved in {results}: {error.strerror}. From containers, only what lies in "
            "results/by-hand reaches the host."
        ) from error


def read_head(results: Path) -> dict[str, Any]:
    path = results / "experiment.json"
    try:
        head: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TrialError(f"{path} cannot be read ({error}). Move the folder away and start again.") from error
    _refuse_newer(path, head)
    return head


def open_trial(results: Path, name: str) -> Path:
    """An empty folder for a trial that is about to be measured; what an interrupted one left is removed."""
    partial = results / f"{name}{PARTIAL}"
    try:
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(parents=True)
    except OSError as error:
        raise TrialError(f"{partial} cannot be prepared for a trial. {reason(error)}") from error
    return partial


def close_trial(partial: Path, also: dict[str, Any] | None = None) -> tuple[Path, dict[str, Any]]:
    """Judge a measured trial, write its record and give it its name; from here on it counts.

    also: what the load process cannot know: noise (of the machine meanwhile, None if nobody listened), control (whether
    it is an A/A control), events (what happened to the stack) and files (that its storage holds). Returns the trial's
    folder, and its record with the ledger, which trial.json does not keep.
    """
    unknown: dict[str, Any] = {"noise": None, "control": False, "events": [], "files": None}
    record = read_record(partial)
    record |= {"fingerprint": _fingerprint(partial, record)} | unknown | (also or {})
    concluded, ledger = conclude(partial, record)
    record |= concluded
    write_json(partial / "trial.json", record)
    final = partial.with_name(partial.name.removesuffix(PARTIAL))
    partial.rename(final)
    return final, record | {"ledger": ledger}


def _fingerprint(partial: Path, record: dict[str, Any]) -> str | None:
    """That of the experiment that a trial is measured for; None by hand."""
    head = read_head(partial.parent) if (partial.parent / "experiment.json").exists() else {}
    found: str | None = head.get("fingerprint")
    if found and head.get("code_sha256") != record.get("code_sha256"):
        raise TrialError("Queuelab's code was changed since the experiment began, so the trial does not belong to it.")
    return found


def read_record(directory: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((directory / "trial.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TrialError(f"Locust left no record in {directory} ({error}). See its logs.") from error
    _refuse_newer(directory / "trial.json", record)
    return record


def _refuse_newer(path: Path, content: dict[str, Any]) -> None:
    found = content.get("schema", SCHEMA)
    if found not in range(1, SCHEMA + 1):
        raise TrialError(
            f"{path} has schema {found}, and this version of Queuelab reads {SCHEMA} and older: update Queuelab."
        )


def write_experiment(results: Path, **what: Any) -> None:
    """Write experiment.json: what was asked, under which circumstances, and how near this machine comes to a truth."""
    results.mkdir(parents=True, exist_ok=True)
    head = {"schema": SCHEMA} | what | circumstances() | {"calibration": last_calibration()}
    write_json(results / "experiment.json", head)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file, complete or not at all."""
    with complete(path) as partial:
        partial.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def prepare(experiment: Experiment, folder: Path, pictures: Path | None) -> Path | None:
    """Make the folder one for this experiment; returns where an earlier one of that name is now."""
    corpus_hashes = {
        name: corpus.content_hash(corpus.photos(WORKLOADS[name], pictures)) for name in experiment.factors.workload
    }
    fingerprint = _plan_fingerprint(experiment, corpus_hashes)
    set_aside = _set_aside_if_other(folder, fingerprint)
    _write_head(experiment, folder, fingerprint, corpus_hashes)
    return set_aside


def _plan_fingerprint(experiment: Experiment, corpus_hashes: dict[str, str]) -> str:
    """One hash over all that must be equal for trials to belong together."""
    what: dict[str, Any] = {
        "plan": experiment.as_dict(),
        "pictures": corpus_hashes,
        "machine": provenance.machine(),
        "versions": provenance.versions(),
        "code": provenance.code_hash(),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _set_aside_if_other(folder: Path, fingerprint: str) -> Path | None:
    """Rename a folder whose trials were measured otherwise; they must never mix with new ones. Raise if somebody
    has put others among them."""
    head = folder / "experiment.json"
    if not head.exists():
        if finished_trials(folder):
            raise QueuelabError(f"{folder} holds trials but no experiment.json. Move it away and start again.")
        return None
    if read_head(folder).get("fingerprint") == fingerprint:
        if finished_trials(folder):
            refuse_strangers(folder)
        return None
    moved = folder.with_name(f"{folder.name}-until-{datetime.now():%Y%m%d-%H%M%S}")
    folder.rename(moved)
    return moved


def _write_head(experiment: Experiment, folder: Path, fingerprint: str, corpus_hashes: dict[str, str]) -> None:
    if (folder / "experiment.json").exists():
        return
    write_experiment(
        folder,
        name=experiment.name,
        question=experiment.question,
        plan=experiment.as_dict(),
        fingerprint=fingerprint,
        order=[trial.name for trial in experiment.trials()],
        seed=experiment.seed,
        pictures_sha256=corpus_hashes,
    )


PREDICTIONS = "predictions.json"
MOST_BYTES = 65_536


def read_predictions(given: str, experiment: Experiment) -> bytes:
    """The content of a file of predictions, or the line itself; raises if it does not suit the plan."""
    content = given.encode(errors="replace") if given.lstrip().startswith("{") else _read(Path(given).expanduser())
    counts = check_guess(content.decode("utf-8-sig", errors="replace"))
    if strange := sorted(counts - set(experiment.factors.workers)):
        planned = ", ".join(map(str, experiment.factors.workers))
        predicted = amount(strange[0], "worker")
        raise PlanError(f"The prediction is about {predicted}, and the plan has {planned}: predict those.")
    return content


def seal(folder: Path, content: bytes) -> None:
    """Keep the predictions in an experiment's folder; raises if a trial was measured, or others are sealed there."""
    head = read_head(folder)
    digest = hashlib.sha256(content).hexdigest()
    if sealed := head.get("predictions"):
        if sealed["sha256"] == digest:
            return
        raise QueuelabError(
            f"Another prediction was sealed in {folder} at {sealed['sealed_at']}. "
            "Continue without --predictions, or choose another folder: --results."
        )
    if finished_trials(folder):
        raise QueuelabError(
            f"{folder} already holds a trial, so it is too late for predictions. "
            "Continue without --predictions, or choose another folder: --results."
        )
    (folder / PREDICTIONS).write_bytes(content)
    head["predictions"] = {"sha256": digest, "sealed_at": datetime.now(UTC).isoformat(timespec="seconds")}
    write_json(folder / "experiment.json", head)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanError(
            f"The predictions {path} cannot be read ({error.strerror}). Save them with predict.html."
        ) from None
    if len(content) > MOST_BYTES:
        raise PlanError(f"{path} has more than {MOST_BYTES} bytes, so it is no prediction. Save one with predict.html.")
    return content
