"""Errors as JSON: a stable reason and a sentence."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

#: What programs talk to; people see Django's pages elsewhere.
_PROGRAM_PATHS = ("/pictures", "/counts", "/config", "/healthz")
_REASONS = {
    400: ("bad_request", "The request is malformed."),
    404: ("not_found", "There is nothing at this URL."),
    405: ("method_not_allowed", "This method is not allowed here."),
    500: ("internal_error", "The server failed. Its log says why."),
}


def problem(status: int, reason: str, detail: str) -> JsonResponse:
    """The answer to a request that cannot be met."""
    return JsonResponse({"reason": reason, "detail": detail}, status=status)


class JsonErrorsMiddleware:
    """Puts Django's own errors, such as a bad multipart body or a wrong method, into the same words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _needs_words(request, response):
            answer = problem(response.status_code, *_REASONS[response.status_code])
            if "Allow" in response:
                answer["Allow"] = response["Allow"]
            return answer
        return response


class LengthRequiredMiddleware:
    """Refuses a body that comes in chunks, of which Django would read nothing: it takes the length from the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return problem(411, "length_required", "Send a Content-Length. Chunked requests are not accepted.")
        return self.get_response(request)


class ClientErrorsInOneLine(logging.Filter):
    """Takes the traceback from what Django logs of a request that was malformed: it is not our own error."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


def _needs_words(request: HttpRequest, response: HttpResponse) -> bool:
    is_error = response.status_code in _REASONS and request.path.startswith(_PROGRAM_PATHS)
    return is_error and not settings.DEBUG and response.get("Content-Type") != "application/json"
