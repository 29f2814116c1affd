"""The harness's own questions to the app, over HTTP."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from loadtests.errors import StackError

#: Proxies of the environment are not asked: everything here is on loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str, *, token: str = "", timeout_s: float = 10.0, **query: object) -> bytes:
    """The body of an answer; raises on any other status than 200."""
    full = f"{url}?{urllib.parse.urlencode(query)}" if query else url
    request = urllib.request.Request(full, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with _OPENER.open(request, timeout=timeout_s) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise StackError(f"GET {full} answered {error.code}: {error.read(300).decode(errors='replace')}") from error
    except OSError as error:
        raise StackError(f"GET {full} failed: {error}") from error


def get_json(url: str, *, token: str = "", timeout_s: float = 10.0, **query: object) -> Any:
    return json.loads(get(url, token=token, timeout_s=timeout_s, **query))


def reachable(url: str) -> bool | None:
    """True once the address answers 200, None until then."""
    try:
        get(url, timeout_s=5.0)
    except StackError:
        return None
    return True
