"""Reads the class's predictions that were sealed in an experiment, and sees whether the seal is whole."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.data.class_predictions import Guess, parse_guess
from analysis.errors import AnalysisError

GUESS = "predictions.json"


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
            f"{path} was changed after it was sealed: it is not the prediction of {seal.get('sealed_at')} any more. "
            "Put the sealed file back, or remove `predictions` from experiment.json to go on without it."
        )
    text = content.decode("utf-8-sig", errors="replace")
    try:
        return parse_guess(text, sealed_at=str(seal.get("sealed_at")), sha256=digest)
    except AnalysisError as error:
        raise AnalysisError(f"{path}: {error}") from None
