"""Hands finished pictures to the external resource over HTTP."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from pictures.reasons import PictureError

#: The answer to a condition that does not hold.
ALREADY_THERE = 412


def put(name: str, data: bytes) -> None:
    """Store one object at the external resource, or raise.

    To keep the promise it is stored on condition that it is not there yet, so that work that is done twice has one
    effect outside.
    """
    condition = {"If-None-Match": "*"} if settings.RELIABLE_DELIVERY else {}
    try:
        status, _ = _request("PUT", f"/objects/{name}", data, condition, timeout_s=settings.EXTERNAL_RESOURCE_TIMEOUT_S)
    except (OSError, http.client.HTTPException) as error:
        raise PictureError("external_resource_failed") from error
    if not 200 <= status < 300 and status != ALREADY_THERE:
        raise PictureError("external_resource_failed")


def is_healthy(timeout_s: float) -> bool:
    """Return whether the external resource answers its health check."""
    return _request("GET", "/healthz", timeout_s=timeout_s)[0] == 200


def writes(timeout_s: float) -> bytes:
    """Return how often the external resource stored each picture, as CSV with the columns id and writes."""
    try:
        status, body = _request("GET", "/objects.csv", timeout_s=timeout_s)
    except (OSError, http.client.HTTPException) as error:
        raise PictureError("external_resource_failed") from error
    if status != 200:
        raise PictureError("external_resource_failed")
    return body


def _request(
    method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, *, timeout_s: float
) -> tuple[int, bytes]:
    """The status and the body of one answer. http.client and not urllib.request, which would obey proxy variables."""
    url = urlsplit(settings.EXTERNAL_RESOURCE_URL)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=timeout_s)
    try:
        connection.request(method, url.path.rstrip("/") + path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
