"""Reads the files of an experiment, and refuses a trial that was not measured for it."""

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.class_predictions import Guess, parse_guess
from analysis.data.machine_noise import RERUN, counted, usual_spin_s
from analysis.data.model import Cell, Experiment, Machine, Trial, Window
from analysis.data.schema import (
    BACKLOG_COLUMNS,
    BARE_COLUMNS,
    CAPACITY_COLUMNS,
    FILES_OF_SCHEMA_1,
    FIRST_LEVELS,
    LATER_BACKLOG_COLUMNS,
    LATER_CELL_KEYS,
    LATER_PICTURE_COLUMNS,
    MEMORY_COLUMNS,
    PICTURE_COLUMNS,
    PREDICTION_COLUMNS,
    REQUEST_COLUMNS,
    SCHEMAS,
    SINCE_SCHEMA_2,
    TEXT_COLUMNS,
)
from analysis.errors import AnalysisError
from analysis.format import readable

#: What tells machines apart by hand, where the load may come from a container with a Python of its own.
KNOWN_BY = ("cpu", "cores")
REPEAT = re.compile(rf"-r(\d+)(?:{'|'.join(RERUN)})?$")

#: experiment.json or a trial.json.
Record = Mapping[str, Any]


def refuse_newer(path: str, record: Record) -> None:
    """Raise unless this version reads such a file; one that does not tell its schema is older."""
    schema = record.get("schema", SCHEMAS[0])
    if schema not in SCHEMAS:
        raise AnalysisError(
            f"{path} has schema {schema}, and this version of Queuelab reads {SCHEMAS[-1]} and older: update Queuelab."
        )


def refuse_strangers(folder: str, head: Record, records: Mapping[str, Record]) -> None:
    """Raise if a trial was copied or renamed, or was not measured for this experiment.

    head: experiment.json; records: every trial.json, by the name of its folder. What an older file does not tell is not
    asked of it.
    """
    for name, record in records.items():
        if why := _misnamed(name, record) or _foreign(folder, head, record):
            raise AnalysisError(f"{folder}/{name}/trial.json {why}.")
    _refuse_twice(folder, records)
    if not head.get("plan"):
        _refuse_mixed(folder, records)


def _misnamed(name: str, record: Record) -> str:
    """What is wrong with the name of a trial's folder, and what to do; empty if nothing is."""
    if record.get("name") != name:
        return f"is the record of {record.get('name')}: remove the copy, or rename the folder back"
    found = REPEAT.search(name)
    if found and found[1] != str(record.get("repeat")):
        return f"says that it is repeat {record.get('repeat')}, but its name does not: remove the copy"
    return ""


def _foreign(folder: str, head: Record, record: Record) -> str:
    """What a trial has not in common with its experiment, and what to do; empty if it belongs there."""
    out = f"move the trial out of {folder}"
    if not head.get("plan"):
        return f"was measured for a plan, not by hand: {out}" if record.get("fingerprint") else ""
    pictures = (head.get("pictures_sha256") or {}).get((record.get("cell") or {}).get("workload"))
    compared = {
        "with other code": (head.get("code_sha256"), record.get("code_sha256")),
        "with other versions": (head.get("versions"), record.get("versions")),
        "with other pictures": (pictures, record.get("pictures_sha256")),
        "on another machine": (head.get("machine"), record.get("machine")),
        # Last, because it differs with all of them.
        "by another plan": (head.get("fingerprint"), record.get("fingerprint", head.get("fingerprint")) or "none"),
    }
    differing = [words for words, (one, another) in compared.items() if None not in (one, another) and one != another]
    return f"was measured {differing[0]} than {folder}/experiment.json says: {out}" if differing else ""


def _refuse_twice(folder: str, records: Mapping[str, Record]) -> None:
    """No repeat of a cell counts twice; the second execution of a noisy one takes the place of the first."""
    first: dict[str, str] = {}
    for name, record in records.items():
        cell = sorted((record.get("cell") or {}).items())
        which = repr((cell, record.get("repeat"), bool(record.get("control")), name.endswith(RERUN)))
        if (earlier := first.setdefault(which, name)) != name:
            raise AnalysisError(
                f"{folder}/{name}/trial.json is the same repeat of the same cell as {earlier}: remove one of them."
            )


def _refuse_mixed(folder: str, records: Mapping[str, Record]) -> None:
    """Trials by hand are pooled whatever their circumstances, so some of those must be equal."""
    first: dict[str, tuple[str, Any]] = {}
    for name, record in records.items():
        for words, value in _by_hand(record).items():
            earlier, known = first.setdefault(words, (name, value))
            if value != known:
                raise AnalysisError(
                    f"{folder}/{name}/trial.json was measured {words} than {earlier}: move one of them to a folder of "
                    "its own."
                )


def _by_hand(record: Record) -> dict[str, Any]:
    """What must be equal in all trials by hand, with words for the case that it is not."""
    workload, machine = (record.get("cell") or {}).get("workload"), record.get("machine")
    known = {
        "with other code": record.get("code_sha256"),
        f"with other pictures as workload {workload}": record.get("pictures_sha256"),
        "on another machine": machine and {key: machine.get(key) for key in KNOWN_BY},
    }
    return {words: value for words, value in known.items() if value}


PREDICTION = "prediction.csv"
GUESS = "predictions.json"
MODES = ("sync", "queue")


def read_experiment(folder: Path) -> Experiment:
    """The experiment in a folder, with every finished trial, in order of their names."""
    info = read_record(folder / "experiment.json")
    machine = read_machine(folder)
    folders = trial_folders(folder)
    trials = [read_trial(path, machine) for path in folders]
    refuse_strangers(str(folder), info, {path.name: trial.info for path, trial in zip(folders, trials, strict=True)})
    finished = tuple(trial for trial in trials if trial.info.get("outcome", "finished") == "finished")
    broken_off = [path.name for path in folder.glob("*.partial") if path.is_dir()]
    broken_off += [trial.name for trial in trials if trial not in finished]
    if all(trial.info.get("control") for trial in finished):
        raise AnalysisError(f"{folder} holds no finished trial yet. Measure at least one, then try again.")
    names = counted(trial.name for trial in finished)
    counting = [trial for trial in finished if trial.name in names]
    return Experiment(
        name=readable(str(info.get("name", folder.name))),
        info=info,
        trials=tuple(trial for trial in counting if not trial.info.get("control")),
        controls=tuple(trial for trial in counting if trial.info.get("control")),
        unfinished=tuple(sorted(broken_off)),
        replaced=tuple(trial.name for trial in finished if trial.name not in names),
        usual_spin_s=usual_spin_s(trial.info for trial in finished),
        bare=read_bare(folder),
        predicted=_read_if_there(folder, PREDICTION, PREDICTION_COLUMNS),
        capacities=_read_if_there(folder, "capacity.csv", CAPACITY_COLUMNS),
        guess=read_sealed(folder / GUESS, info.get("predictions")),
    )


def trial_folders(folder: Path) -> list[Path]:
    """Where the trials of an experiment lie that were measured to their end, in order of their names."""
    found = sorted(path.parent for path in folder.glob("*/trial.json"))
    return [path for path in found if path.suffix != ".partial"]


def read_bare(folder: Path) -> pd.DataFrame:
    """The pictures that bare processes worked on before the trials; empty if none did."""
    return _read_if_there(folder, "baseline.csv", BARE_COLUMNS)


def read_machine(folder: Path) -> Machine:
    """What the trials in a folder ran on; nothing is known of it where no experiment was written down."""
    path = folder / "experiment.json"
    facts = read_record(path).get("machine") if path.exists() else None
    return Machine(cores=int((facts or {}).get("cores") or 0) or None, bare=read_bare(folder))


def _read_if_there(folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    rows = _read_optional(folder, name, columns)
    return pd.DataFrame(columns=list(columns)) if rows is None else rows


def _read_optional(folder: Path, name: str, columns: Sequence[str], later: Sequence[str] = ()) -> pd.DataFrame | None:
    """The rows of a file, by whichever of its names it has; None if it is not there."""
    names = (name, FILES_OF_SCHEMA_1.get(name, name))
    path = next((folder / each for each in names if (folder / each).exists()), None)
    return _read_rows(path, columns, later) if path else None


def read_trial(folder: Path, machine: Machine | None = None, record: dict[str, Any] | None = None) -> Trial:
    """One trial with its rows; times in Unix seconds, missing times as NaN, missing text as ''.

    machine: what it ran on, read from the folder around it where it is not given. record: what trial.json will hold.
    """
    path = folder / "trial.json"
    info = record or read_record(path)
    try:
        return Trial(
            **_described(info),
            requests=_read_rows(folder / "requests.csv", REQUEST_COLUMNS),
            pictures=_read_rows(folder / "pictures.csv", PICTURE_COLUMNS, LATER_PICTURE_COLUMNS),
            backlog=_read_rows(folder / "backlog.csv", BACKLOG_COLUMNS, LATER_BACKLOG_COLUMNS),
            info=info,
            external_writes=_read_optional(folder, "external_writes.csv", ("id", "writes")),
            memory=_read_optional(folder, "memory.csv", MEMORY_COLUMNS),
            elsewhere=_read_optional(folder, "elsewhere.csv", PICTURE_COLUMNS, LATER_PICTURE_COLUMNS),
            machine=machine or read_machine(folder.parent),
        )
    except KeyError as error:
        raise AnalysisError(
            f"{path} lacks {error}. It was written by another version: measure the trial again."
        ) from error
    except (TypeError, ValueError) as error:
        raise AnalysisError(f"{path} contains an unusable value: {error}.") from error


def _described(info: Mapping[str, Any]) -> dict[str, Any]:
    phases = info["phases"]
    return {
        "name": str(info["name"]),
        "cell": _cell(info["cell"]),
        "repeat": int(info["repeat"]),
        "started_at": float(phases["started_at"]),
        "window": _window(phases),
        "load_stopped_at": float(phases["load_stopped_at"]),
        "cpu_seconds": {name: float(used) for name, used in (info.get("cpu_seconds") or {}).items()},
        "broker_remaining": _broker_remaining(info.get("broker_remaining")),
    }


def _cell(cell: Mapping[str, Any]) -> Cell:
    if cell["mode"] not in MODES:
        raise ValueError(f"mode is {cell['mode']!r}, not one of {', '.join(MODES)}")
    if int(cell["workers"]) < 1:
        raise ValueError(f"workers is {cell['workers']}")
    later: dict[str, Any] = {name: kind(cell[name]) for name, kind in LATER_CELL_KEYS.items() if name in cell}
    return Cell(
        mode=cell["mode"],
        workers=int(cell["workers"]),
        workload=str(cell["workload"]),
        offered_rate=float(cell["offered_rate"]),
        **later,
    )


def _window(phases: Mapping[str, Any]) -> Window:
    window = Window(start=float(phases["measure_from"]), end=float(phases["measure_until"]))
    if not window.length_s > 0:
        raise ValueError("measure_until is not after measure_from")
    return window


def _broker_remaining(left: Mapping[str, Any] | None) -> int | None:
    if left is None or left.get("waiting") is None:
        return None
    return int(left["waiting"]) + int(left.get("unacked") or 0)


def read_record(path: Path) -> dict[str, Any]:
    """What an experiment.json or trial.json says."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}). Is it a results folder?") from error
    except ValueError as error:
        raise AnalysisError(f"{path} is not JSON: {error}. Measure the trial again.") from error
    if not isinstance(content, dict):
        raise AnalysisError(f"{path} contains a list or a single value instead of an object.")
    refuse_newer(str(path), content)
    return _renamed(content)


def _renamed(record: dict[str, Any]) -> dict[str, Any]:
    """A record, or a part of one, with the keys of the newest schema."""
    found = {SINCE_SCHEMA_2.get(key, key): value for key, value in record.items()}
    left = found.get("broker_remaining")
    return found | {"broker_remaining": _renamed(left)} if isinstance(left, dict) else found


def _read_rows(path: Path, columns: Sequence[str], later: Sequence[str] = ()) -> pd.DataFrame:
    try:
        rows = _parsed(path, [name for name in (*columns, *later) if name not in TEXT_COLUMNS])
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}). Measure the trial again.") from error
    except ValueError as error:
        raise AnalysisError(f"{path} is not a table: {error}. Measure the trial again.") from error
    lacking = {name: value for name, value in FIRST_LEVELS.items() if name in columns and name not in rows}
    if "id" in rows:
        # Client and server, and the trials of one repeat, have the same ids: each is kept once.
        rows = rows.assign(id=rows["id"].map(sys.intern, na_action="ignore"))
    rows = rows.assign(**{name: value if name in TEXT_COLUMNS else float(value) for name, value in lacking.items()})
    if missing := [column for column in columns if column not in rows]:
        raise AnalysisError(
            f"{path} lacks the column {', '.join(missing)}. It was written by another version: "
            "see results/README.md for the columns, or measure the trial again."
        )
    return rows[[*columns, *(column for column in later if column in rows)]]


def _parsed(path: Path, numbers: Sequence[str]) -> pd.DataFrame:
    """The rows of a CSV file, all text but these columns; an empty number is NaN."""
    written = [*numbers, *(old for old, new in SINCE_SCHEMA_2.items() if new in numbers)]
    kinds: defaultdict[str, type] = defaultdict(lambda: str, dict.fromkeys(written, float))
    try:
        rows = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=dict.fromkeys(written, [""]))
        return rows.rename(columns=SINCE_SCHEMA_2)
    except ValueError:
        # Slower, but it names the column that holds no number.
        rows = pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns=SINCE_SCHEMA_2)
        return rows.assign(**{name: _typed(path, rows[name]) for name in numbers if name in rows})


def _typed(path: Path, values: pd.Series) -> pd.Series:
    try:
        return pd.to_numeric(values.where(values != "")).astype(float)
    except ValueError as error:
        raise AnalysisError(f"{path}, column {values.name}: {error}. Measure the trial again.") from error


def read_sealed(path: Path, seal: Mapping[str, Any] | None) -> Guess | None:
    """The guess in a file that experiment.json has a seal for; None if nothing was sealed."""
    if not seal:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"{path} was sealed in experiment.json and cannot be read ({error.strerror}).") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != seal.get("sha256"):
        raise AnalysisError(
            f"{path} was changed after it was sealed at {seal.get('sealed_at')}. "
            "Restore the sealed file, or remove `predictions` from experiment.json to continue without it."
        )
    text = content.decode("utf-8-sig", errors="replace")
    try:
        return parse_guess(text, sealed_at=str(seal.get("sealed_at")), sha256=digest)
    except AnalysisError as error:
        raise AnalysisError(f"{path}: {error}") from None
