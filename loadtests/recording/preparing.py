"""The folder of an experiment before its first trial: one plan, one machine, one state of the code."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from loadtests.errors import QueuelabError
from loadtests.machine import provenance
from loadtests.planning.experiment_merged import Experiment
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import refuse_strangers
from loadtests.workload import pictures as corpus
from loadtests.workload.presets import WORKLOADS


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
        if result_folder.finished_trials(folder):
            raise QueuelabError(f"{folder} holds trials but no experiment.json. Move it away and start again.")
        return None
    if result_folder.read_head(folder).get("fingerprint") == fingerprint:
        if result_folder.finished_trials(folder):
            refuse_strangers(folder)
        return None
    moved = folder.with_name(f"{folder.name}-until-{datetime.now():%Y%m%d-%H%M%S}")
    folder.rename(moved)
    return moved


def _write_head(experiment: Experiment, folder: Path, fingerprint: str, corpus_hashes: dict[str, str]) -> None:
    if (folder / "experiment.json").exists():
        return
    result_folder.write_experiment(
        folder,
        name=experiment.name,
        question=experiment.question,
        plan=experiment.as_dict(),
        fingerprint=fingerprint,
        order=[trial.name for trial in experiment.trials()],
        seed=experiment.seed,
        pictures_sha256=corpus_hashes,
    )
