"""Seals what a class has predicted in its experiment, before the first trial."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from loadtests.errors import PlanError, QueuelabError
from loadtests.format import amount
from loadtests.planning.experiment_merged import Experiment
from loadtests.recording import result_folder
from loadtests.recording.analysis_bridge import check_guess

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
    head = result_folder.read_head(folder)
    digest = hashlib.sha256(content).hexdigest()
    if sealed := head.get("predictions"):
        if sealed["sha256"] == digest:
            return
        raise QueuelabError(
            f"Another prediction is sealed in {folder} since {sealed['sealed_at']}. "
            "Go on without --predictions, or take another folder: --results."
        )
    if result_folder.finished_trials(folder):
        raise QueuelabError(
            f"A trial of {folder} was measured already, so nothing can be predicted any more. "
            "Go on without --predictions, or take another folder: --results."
        )
    (folder / PREDICTIONS).write_bytes(content)
    head["predictions"] = {"sha256": digest, "sealed_at": datetime.now(UTC).isoformat(timespec="seconds")}
    result_folder.write_json(folder / "experiment.json", head)


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
