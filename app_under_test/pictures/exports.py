"""Exports for the harness: the rows of a trial, and the number of pictures per state."""

import csv
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from pictures import external
from pictures.models import Picture, State
from pictures.reasons import PictureError
from pictures.services import UNFINISHED
from project.access import token_required
from project.problems import problem

COLUMNS = (
    "id",
    "trial",
    "endpoint",
    "received_at",
    "enqueued_at",
    "started_at",
    "finished_at",
    "state",
    "executions",
    "reason",
    "external_at",
    "process_id",
)


@require_safe
@token_required
def pictures_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Export one row per picture, in order of arrival.

    trial and not_trial choose by the name of the trial, unfinished leaves out what is ready or failed.
    """
    pictures = _of_trial(request).order_by("received_at")
    if "not_trial" in request.GET:
        pictures = pictures.exclude(trial=request.GET["not_trial"])
    if "unfinished" in request.GET:
        pictures = pictures.filter(state__in=UNFINISHED)
    since = request.GET.get("finished_since")
    if since is not None:
        try:
            pictures = pictures.filter(finished_at__gte=float(since))
        except ValueError:
            return problem(400, "bad_finished_since", "finished_since must be Unix seconds.")
    return StreamingHttpResponse(_lines(pictures), content_type="text/csv; charset=utf-8")


@require_safe
@token_required
def counts(request: HttpRequest) -> JsonResponse:
    """Count pictures per state."""
    found = _of_trial(request).values_list("state").annotate(Count("id")).order_by()
    return JsonResponse(dict.fromkeys(State.values, 0) | dict(found))


def _of_trial(request: HttpRequest) -> QuerySet[Picture]:
    """Select the pictures of the requested trial, or of all trials."""
    trial = request.GET.get("trial")
    return Picture.objects.all() if trial is None else Picture.objects.filter(trial=trial)


@require_safe
@token_required
def external_writes_csv(request: HttpRequest) -> HttpResponse:
    """Export how often the external resource has stored each picture, by its own count."""
    try:
        return HttpResponse(external.writes(timeout_s=settings.EXTERNAL_RESOURCE_TIMEOUT_S), content_type="text/csv")
    except PictureError:
        return problem(502, "external_resource_failed", "The external resource does not answer.")


class _Line:
    """A file whose write() gives the line back, so that rows can be streamed one by one."""

    def write(self, line: str) -> str:
        return line


def _lines(pictures: QuerySet[Picture]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(COLUMNS)
    for row in pictures.values_list(*COLUMNS).iterator():
        yield writer.writerow(_text(value) for value in row)


def _text(value: object) -> str:
    """Format a cell: times to the microsecond, missing values as empty text."""
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
