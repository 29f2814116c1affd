"""HTTP requests of the harness to the app."""

import csv
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loadtests.errors import StackError
from loadtests.stack.stack_file import StackInfo

#: Proxies of the environment are not asked: everything here is on loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


#: What an exchange can raise beyond an answer with an error status.
_FAILURES = (OSError, http.client.HTTPException)


def get(url: str, *, token: str = "", timeout_s: float = 10.0, **query: object) -> bytes:
    """The body of an answer; raises on any status that is not a success."""
    full = f"{url}?{urllib.parse.urlencode(query)}" if query else url
    return _exchange(
        urllib.request.Request(full, headers={"Authorization": f"Bearer {token}"} if token else {}), timeout_s
    )


def post(url: str, body: bytes, headers: dict[str, str], *, timeout_s: float) -> bytes:
    """The body of an answer; raises on any status that is not a success."""
    return _exchange(urllib.request.Request(url, data=body, headers=headers), timeout_s)


def get_json(url: str, *, token: str = "", timeout_s: float = 10.0, **query: object) -> Any:
    try:
        return json.loads(get(url, token=token, timeout_s=timeout_s, **query))
    except ValueError as error:
        raise StackError(f"GET {url} did not answer with JSON: {error}") from error


def reachable(url: str, *, timeout_s: float = 5.0) -> bool | None:
    """True once the URL answers that all is well, None until then."""
    try:
        get(url, timeout_s=timeout_s)
    except StackError:
        return None
    return True


def _exchange(request: urllib.request.Request, timeout_s: float) -> bytes:
    what = f"{request.get_method()} {request.full_url}"
    try:
        with _OPENER.open(request, timeout=timeout_s) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise StackError(f"{what} answered {error.code}: {error.read(300).decode(errors='replace')}") from error
    except _FAILURES as error:
        raise StackError(f"{what} failed: {error}") from error


#: How soon an idle stack answers at its web server.
WEB_SERVER_S = 2.0


def refuse_busy(info: StackInfo) -> None:
    """Raise if the stack still works on pictures of an earlier test: this one would be measured with them."""
    counts = get_json(f"{info.control_url}/counts/", token=info.token)
    # What waits at the web server is in no row yet; a query there waits in the same line.
    if counts["queued"] + counts["processing"] or not reachable(f"{info.url}/healthz", timeout_s=WEB_SERVER_S):
        raise StackError(
            "The stack is still processing pictures of an earlier test. "
            "Wait until they are done, or restart it: make down, make up."
        )


#: What a ready picture has: a large, a medium and a small one.
VARIANTS = 3


def stored_files(info: StackInfo) -> dict[str, Any]:
    """How many files a local stack's storage holds, and how many ready pictures are not there whole."""
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0).decode().splitlines()
    media = Path(info.directory) / "media"
    files = [path.relative_to(media).parts for path in media.rglob("*") if path.is_file()]
    return classify_files(files, {row["id"]: row["state"] for row in csv.DictReader(rows)})


def classify_files(files: Iterable[tuple[str, ...]], states: Mapping[str, str]) -> dict[str, int]:
    """How many files are whose, each given by the parts of its path: originals/ID, pictures/ID/VARIANT, partial/ANY.

    states: that of each picture by its id. incomplete counts the ready ones that lack a variant.
    """
    counts = {"of_pictures": 0, "of_none": 0, "half_written": 0}
    variants: Counter[str] = Counter()
    for folder, *rest in files:
        variants.update(rest[:1] if folder == "pictures" else ())
        if folder == "partial":
            counts["half_written"] += 1
        else:
            counts["of_pictures" if rest and rest[0] in states else "of_none"] += 1
    ready = (name for name, state in states.items() if state == "ready")
    return counts | {"incomplete": sum(variants[name] < VARIANTS for name in ready)}
