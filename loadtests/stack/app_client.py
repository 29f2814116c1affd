"""The harness's own questions to the app, over HTTP."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from loadtests.errors import StackError

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
        raise StackError(f"GET {url} answered what is not JSON: {error}") from error


def reachable(url: str, *, timeout_s: float = 5.0) -> bool | None:
    """True once the address answers that all is well, None until then."""
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
