"""Whether the app can do its work, and which part cannot."""

import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from pictures import external

#: How long one part may take to answer.
PART_TIMEOUT_S = 1.0


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Ready or not, and what each part says."""
    parts = _ask_all()
    ready = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _ask_all() -> dict[str, str]:
    """The answer of every part. They are asked in threads because not every client has a timeout."""
    pool = ThreadPoolExecutor(max_workers=len(_PARTS))
    asked = {name: pool.submit(ask) for name, ask in _PARTS.items()}
    answers = {name: _answer(future) for name, future in asked.items()}
    pool.shutdown(wait=False)
    return answers


def _answer(future: Future[None]) -> str:
    """What to tell the world: never the error's text, which may hold a URL with a password."""
    try:
        future.result(timeout=PART_TIMEOUT_S)
    except TimeoutError:
        return "no answer in time"
    except Exception as error:
        return type(error).__name__
    return "ok"


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()  # This thread's own, which would be left open.


def _ask_storage() -> None:
    name = default_storage.save(f"healthz/{uuid.uuid4()}", ContentFile(b"ok"))
    default_storage.delete(name)


def _ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=PART_TIMEOUT_S) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def _ask_external_resource() -> None:
    if not external.is_healthy(timeout_s=PART_TIMEOUT_S):
        raise OSError("unwell")


_PARTS: dict[str, Callable[[], None]] = {
    "database": _ask_database,
    "storage": _ask_storage,
    "broker": _ask_broker,
    "external_resource": _ask_external_resource,
}
