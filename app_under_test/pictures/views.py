"""The two upload endpoints, the state of a picture, and the upload page."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from pictures import services
from pictures.forms import read_upload
from pictures.models import Endpoint, Picture, State
from pictures.processing import SIZES
from pictures.publishing import enqueue, refuse_if_full, waiting_before
from pictures.reasons import ERRORS, PictureError
from pictures.workers import presence
from project import clock
from project.problems import problem

log = logging.getLogger(__name__)
P = ParamSpec("P")

#: What the page says about each endpoint.
_ENDPOINTS = (
    {
        "name": Endpoint.SYNC.value,
        "url": reverse_lazy("upload-sync"),
        "title": "While you wait",
        "explanation": "The web server does the work, then answers.",
        "action": "Send and wait",
    },
    {
        "name": Endpoint.QUEUE.value,
        "url": reverse_lazy("upload-queue"),
        "title": "Through the queue",
        "explanation": "The web server answers at once; a worker does the work.",
        "action": "Send to the queue",
    },
)


def _refuse_without_database(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Answer 503 where the view fails because the database is unreachable or locked."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except (InterfaceError, OperationalError) as error:
            log.error("The database cannot be reached: %s", error)
            return _refusal("database_unavailable")

    return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page where a person uploads to either endpoint."""
    without_workers = [] if settings.QUEUE_HAS_WORKERS else [Endpoint.QUEUE.value]
    return render(request, "pictures/page.html", {"endpoints": _ENDPOINTS, "without_workers": without_workers})


# The endpoints read no cookie, session or login, so a forged cross-site request gains nothing.
@csrf_exempt
@require_POST
@_refuse_without_database
def upload_sync(request: HttpRequest) -> HttpResponse:
    """Process the picture, then respond."""
    received_at = clock.now()
    try:
        upload = read_upload(request, endpoint=Endpoint.SYNC, received_at=received_at)
        picture, is_ours = services.accept(upload)
    except PictureError as error:
        return _refusal(error.reason)
    if is_ours:
        services.process(picture.id)
        picture.refresh_from_db()
    if picture.state == State.READY:
        return JsonResponse(_description(picture), status=201)
    return _refusal(picture.reason or "still_processing")


@csrf_exempt
@require_POST
@_refuse_without_database
def upload_queue(request: HttpRequest) -> HttpResponse:
    """Respond at once and let a worker process the picture."""
    received_at = clock.now()
    try:
        refuse_if_full()
        upload = read_upload(request, endpoint=Endpoint.QUEUE, received_at=received_at)
        picture, is_ours = services.accept(upload)
        if is_ours:
            enqueue(picture)
    except PictureError as error:
        return _refusal(error.reason)
    location = reverse("picture", args=[picture.id])
    return JsonResponse(_description(picture), status=202, headers={"Location": location})


@require_safe
@_refuse_without_database
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """The state of a picture."""
    found = Picture.objects.filter(id=picture_id).first()
    return JsonResponse(_description(found)) if found else _no_such_picture()


@require_safe
@_refuse_without_database
def place(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """Return how many pictures are ahead of one, and whether a worker is alive (null while unknown)."""
    found = Picture.objects.filter(id=picture_id).first()
    if not found:
        return _no_such_picture()
    return JsonResponse({"before": waiting_before(found), "has_workers": presence.has_workers()})


@require_safe
def variant(request: HttpRequest, picture_id: UUID, name: str) -> HttpResponse | FileResponse:
    """Return a finished variant as a file."""
    if name not in SIZES:
        return _no_such_picture()
    try:
        file = default_storage.open(services.variant_path(picture_id, name))
    except FileNotFoundError:
        return _no_such_picture()
    except OSError:
        return _refusal("storage_failed")
    return FileResponse(file, content_type="image/jpeg")


def _description(picture: Picture) -> dict[str, Any]:
    """Describe a picture for a client."""
    about: dict[str, Any] = {"id": str(picture.id), "endpoint": picture.endpoint, "state": picture.state}
    if picture.state == State.READY:
        about["variants"] = [
            {"name": name, "width": size, "height": size, "url": reverse("variant", args=[picture.id, name])}
            for name, size in SIZES.items()
        ]
    if picture.state == State.FAILED:
        about |= {"reason": picture.reason, "detail": ERRORS[picture.reason].detail}
    return about


def _refusal(reason: str) -> JsonResponse:
    answer = ERRORS[reason]
    response = problem(answer.status, reason, answer.detail)
    if answer.retry_after_s:
        response["Retry-After"] = str(answer.retry_after_s)
    return response


def _no_such_picture() -> JsonResponse:
    return problem(404, "no_such_picture", "There is no picture at this URL.")
