"""What is said when something of ours fails in the middle of a test; Locust would write it down and go on."""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from loadtests.disk import reason
from loadtests.errors import QueuelabError

#: What a handler is told to do with its own failure.
Fail = Callable[[Exception], None]


def in_a_sentence(error: Exception) -> str:
    """What is foreseen says what it is; of all else where it happened. The whole traceback is for --loglevel DEBUG."""
    logging.debug("Where it happened:", exc_info=error)
    if isinstance(error, (QueuelabError, OSError)):
        return reason(error)
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}: {error} (the load generator's own mistake; --loglevel DEBUG tells more)."


def guarded(handler: Callable[..., None], fail: Fail) -> Callable[..., None]:
    """A handler that tells `fail` of its failure."""

    @wraps(handler)
    def handle(*args: Any, **kwargs: Any) -> None:
        try:
            handler(*args, **kwargs)
        except Exception as error:
            fail(error)

    return handle
