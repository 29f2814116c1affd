"""Takes the final account of a trial: what the broker holds, and which unfinished pictures it does not hold.

One check is not enough. A worker takes a message off a Redis list and writes it down as unacknowledged a moment
later. A check in that moment finds it in neither place, though it is not lost. The workers go on between the checks,
so only what every check misses is missing.
"""

import csv
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.files import complete
from loadtests.stack.app_client import get
from loadtests.stack.services.queue_depth import Queue, QueuedPictures

#: How the load process asks for an account, and where it finds it, in the stack's directory.
REQUEST, ACCOUNT = "account.request", "account.json"

#: How long to check again while something is missing, and how often. The longest hand-over that `make bench-accounts`
#: has seen is far shorter.
LOOK_FOR_S, LOOK_EVERY_S = 5.0, 0.1

UNFINISHED = ("queued", "processing")


@dataclass(frozen=True, kw_only=True)
class FinalAccount:
    """waiting, unacked: messages at the last check. missing: unfinished pictures that no check found at the broker.

    missing_ids, unacked_ids: which pictures these are; None where a broker shows no messages. looks: how many
    checks were made, in looked_for_s. first_missing: what the first check alone would have called missing.
    """

    waiting: int
    unacked: int
    missing: int
    missing_ids: list[str] | None
    unacked_ids: list[str] | None
    looks: int
    looked_for_s: float
    first_missing: int


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the broker held, and then which pictures the database called unfinished."""

    waiting: int
    unacked: int
    held: QueuedPictures | None
    unfinished: frozenset[str]

    @property
    def missing_ids(self) -> frozenset[str] | None:
        return None if self.held is None else self.unfinished - self.held.waiting - self.held.unacked

    @property
    def missing(self) -> int:
        ids = self.missing_ids
        return max(0, len(self.unfinished) - self.waiting - self.unacked) if ids is None else len(ids)


def summarise_looks(looks: Sequence[Look], looked_for_s: float) -> FinalAccount:
    """What all checks together say; there is at least one."""
    last, ids = looks[-1], [look.missing_ids for look in looks if look.missing_ids is not None]
    missing_ids = frozenset.intersection(*ids) if ids else None
    return FinalAccount(
        waiting=last.waiting,
        unacked=last.unacked,
        missing=min(look.missing for look in looks) if missing_ids is None else len(missing_ids),
        missing_ids=None if missing_ids is None else sorted(missing_ids),
        unacked_ids=sorted(last.held.unacked) if last.held else None,
        looks=len(looks),
        looked_for_s=round(looked_for_s, 3),
        first_missing=looks[0].missing,
    )


class Accountant:
    """Looks at a broker and at the app's control listener."""

    def __init__(self, queue: Queue, control_url: str, token: str, clock: Clock) -> None:
        self._queue, self._control_url, self._token, self._clock = queue, control_url, token, clock

    def account(self, stopped: threading.Event) -> FinalAccount:
        """Check until nothing is missing or the time is over; raises StackError if no check succeeded."""
        began, looks = self._clock.now(), list[Look]()
        while True:
            failure: StackError | None = None
            try:
                looks.append(self._look())
            except StackError as error:
                failure = error
            account = summarise_looks(looks, self._clock.now() - began) if looks else None
            if account and not account.missing:
                return account
            if self._clock.now() > began + LOOK_FOR_S or stopped.wait(LOOK_EVERY_S):
                if account:
                    return account
                assert failure, "no check was made"
                raise failure

    def _look(self) -> Look:
        """The broker first: a picture that is finished in between is then missing from neither."""
        began = self._clock.now()
        held = self._queue.pictures()
        length = self._queue.length()
        rows = [row for row in self._unfinished() if _published_before(row, began)]
        # A broker that tells only what waits leaves what the app says of the rest.
        at_work = sum(row["state"] == "processing" for row in rows)
        return Look(
            waiting=length.waiting,
            unacked=at_work if length.unacked is None else length.unacked,
            held=held,
            unfinished=frozenset(row["id"] for row in rows),
        )

    def _unfinished(self) -> list[dict[str, str]]:
        rows = get(f"{self._control_url}/pictures.csv", token=self._token, timeout_s=60.0, unfinished="yes").decode()
        return [row for row in csv.DictReader(rows.splitlines()) if row["state"] in UNFINISHED]


def answer_request(directory: Path, accountant: Accountant, stopped: threading.Event) -> None:
    """Take the account that the load process has asked for, if it has; one that cannot be taken is null."""
    try:
        request = (directory / REQUEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    (directory / REQUEST).unlink(missing_ok=True)
    account: dict[str, Any] | None = None
    try:
        account = asdict(accountant.account(stopped))
    finally:
        _write_whole(directory / ACCOUNT, json.dumps({"request": request, "account": account}))


def request_account(directory: Path, request: str) -> None:
    """Ask whoever observes the stack for an account; request tells it from others."""
    _write_whole(directory / REQUEST, request)


def read_account(directory: Path, request: str) -> tuple[bool, dict[str, Any] | None]:
    """Whether this request is answered, and the account if it could be taken."""
    try:
        answer = json.loads((directory / ACCOUNT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False, None
    return answer["request"] == request, answer["account"]


def _published_before(row: dict[str, str], at: float) -> bool:
    """Whether the message of a picture was published before a time; without a stamp it was not published at all."""
    return bool(row["enqueued_at"]) and float(row["enqueued_at"]) < at


def _write_whole(path: Path, text: str) -> None:
    with complete(path) as partial:
        partial.write_text(text, encoding="utf-8")
