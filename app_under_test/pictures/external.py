"""Hands finished pictures to the external resource over HTTP."""

import http.client
from urllib.parse import urlsplit

from django.conf import settings

from pictures.reasons import PictureError


def put(name: str, data: bytes) -> None:
    """Store one object at the external resource, or raise."""
    try:
        status = _request("PUT", f"/objects/{name}", data, timeout_s=settings.EXTERNAL_RESOURCE_TIMEOUT_S)
    except (OSError, http.client.HTTPException) as error:
        raise PictureError("external_resource_failed") from error
    if not 200 <= status < 300:
        raise PictureError("external_resource_failed")


def is_healthy(timeout_s: float) -> bool:
    """Whether the external resource answers that it is well."""
    return _request("GET", "/healthz", timeout_s=timeout_s) == 200


def _request(method: str, path: str, body: bytes | None = None, *, timeout_s: float) -> int:
    """The status of one answer. http.client and not urllib.request, which would obey proxy variables."""
    url = urlsplit(settings.EXTERNAL_RESOURCE_URL)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=timeout_s)
    try:
        connection.request(method, url.path.rstrip("/") + path, body)
        return connection.getresponse().status
    finally:
        connection.close()
