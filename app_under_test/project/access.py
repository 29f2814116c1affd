"""Restricts the harness's views to requests with the export token."""

import functools
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from project.problems import problem

View = Callable[..., HttpResponseBase]


def token_required(view: View) -> View:
    """Require the export token; without one configured, refuse every request."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not _has_token(request):
            return problem(403, "token_required", "Send the export token as 'Authorization: Bearer TOKEN'.")
        return view(request, *args, **kwargs)

    return guarded


def _has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.EXPORT_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.EXPORT_TOKEN) and hmac.compare_digest(given, expected)
