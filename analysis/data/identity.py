"""Whether what lies in the folder of an experiment was measured for it. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from analysis.data.machine_noise import AGAIN
from analysis.errors import AnalysisError

#: Of experiment.json and trial.json.
SCHEMA = 1
#: What tells machines apart by hand, where the load may come from a container with a Python of its own.
KNOWN_BY = ("cpu", "cores")
REPEAT = re.compile(rf"-r(\d+)(?:{AGAIN})?$")

#: experiment.json or a trial.json.
Record = Mapping[str, Any]


def refuse_newer(path: str, record: Record) -> None:
    """Raise unless this version reads such a file; one that does not tell its schema is older."""
    schema = record.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise AnalysisError(
            f"{path} has schema {schema}, and this version of Queuelab reads {SCHEMA}: update Queuelab."
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
        return f"is the record of {record.get('name')}: remove the copy, or give its folder that name back"
    found = REPEAT.search(name)
    if found and found[1] != str(record.get("repeat")):
        return f"says that it is repeat {record.get('repeat')}, which its name denies: remove the copy"
    return ""


def _foreign(folder: str, head: Record, record: Record) -> str:
    """What a trial has not in common with its experiment, and what to do; empty if it belongs there."""
    out = f"move the trial out of {folder}"
    if not head.get("plan"):
        return f"was measured for a plan and not by hand: {out}" if record.get("fingerprint") else ""
    pictures = (head.get("pictures_sha256") or {}).get((record.get("cell") or {}).get("workload"))
    told = {
        "with other code": (head.get("code_sha256"), record.get("code_sha256")),
        "with other versions": (head.get("versions"), record.get("versions")),
        "with other pictures": (pictures, record.get("pictures_sha256")),
        "on another machine": (head.get("machine"), record.get("machine")),
        # Last, because it differs with all of them.
        "by another plan": (head.get("fingerprint"), record.get("fingerprint", head.get("fingerprint")) or "none"),
    }
    differing = [words for words, (one, another) in told.items() if None not in (one, another) and one != another]
    return f"was measured {differing[0]} than {folder}/experiment.json says: {out}" if differing else ""


def _refuse_twice(folder: str, records: Mapping[str, Record]) -> None:
    """No repeat of a cell counts twice; the second execution of a noisy one takes the place of the first."""
    first: dict[str, str] = {}
    for name, record in records.items():
        cell = sorted((record.get("cell") or {}).items())
        which = repr((cell, record.get("repeat"), bool(record.get("control")), name.endswith(AGAIN)))
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
    told = {
        "with other code": record.get("code_sha256"),
        f"with other pictures as workload {workload}": record.get("pictures_sha256"),
        "on another machine": machine and {key: machine.get(key) for key in KNOWN_BY},
    }
    return {words: value for words, value in told.items() if value}
