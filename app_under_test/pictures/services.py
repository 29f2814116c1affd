"""Processes an uploaded picture: the same work in the request and in a worker."""

import logging
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q

from pictures import external
from pictures.idempotency import ABANDONED_AFTER_S, claim_retry, sha256
from pictures.models import Endpoint, Picture, State
from pictures.processing import check_header, make_variants
from pictures.reasons import PictureError
from pictures.retrying import retry
from project import clock
from project.identity import process_id

log = logging.getLogger(__name__)

UNFINISHED = (State.QUEUED, State.PROCESSING)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An upload as a client sent it."""

    key: UUID
    trial: str
    endpoint: Endpoint
    received_at: float
    file: "File[bytes]"


def accept(upload: Upload) -> tuple[Picture, bool]:
    """Store an upload; return its row and whether the caller must start the work on it.

    The same key with the same picture gives the same row, and with another one is refused. The database decides which
    of two uploads at the same moment is the first; the other one finds the row and nothing to do. A promise of the
    queue cannot be given for what the other endpoint is working on.
    """
    check_header(upload.file, max_pixels=settings.UPLOAD_MAX_PIXELS)
    content = sha256(upload.file)
    picture, created = Picture.objects.get_or_create(
        id=upload.key,
        defaults={
            "trial": upload.trial,
            "endpoint": upload.endpoint,
            "received_at": upload.received_at,
            "original": original_path(upload.key),
            "sha256": content,
        },
    )
    is_ours = created or claim_retry(picture, endpoint=upload.endpoint, received_at=upload.received_at, content=content)
    if is_ours:
        _store_original(picture, upload.file)
    elif upload.endpoint == Endpoint.QUEUE and picture.endpoint == Endpoint.SYNC and picture.state in UNFINISHED:
        raise PictureError("still_processing")
    return picture, is_ours


def process(picture_id: UUID, node: str = "") -> None:
    """Make the variants of a stored picture, store them and hand the large one to the external resource.

    node: the Celery node that does it; in the request nothing is tried again. The outcome is in the row. A picture
    that is finished already is left alone, so a message that is delivered twice does no harm.
    """
    if not _start(picture_id, node):
        return
    try:
        work = partial(_once, picture_id)
        external_at = retry(work) if node and settings.RELIABLE_DELIVERY else work()
    except PictureError as error:
        _finish(picture_id, State.FAILED, error.reason)
    except SoftTimeLimitExceeded:
        _finish(picture_id, State.FAILED, "took_too_long")
    except MemoryError:
        _finish(picture_id, State.FAILED, "took_too_much_memory")
    except Exception:
        _finish(picture_id, State.FAILED, "internal_error")
        log.exception("Processing picture %s failed.", picture_id)
    else:
        _finish(picture_id, State.READY, external_at=external_at)


def deliver(name: str, data: bytes) -> float:
    """Do the whole work on a picture: make and store its variants, then send the large one to the external resource.

    Gives when the external resource was called.
    """
    variants = make_variants(data, max_pixels=settings.UPLOAD_MAX_PIXELS)
    try:
        for variant in variants:
            default_storage.save(variant_path(name, variant.name), ContentFile(variant.data))
    except OSError as error:
        raise PictureError("storage_failed") from error
    external_at = clock.now()
    external.put(name, variants[0].data)
    return external_at


def mark_failed(picture: Picture, reason: str) -> None:
    """Mark a picture failed that nobody works on; the client may send the same upload again."""
    Picture.objects.filter(id=picture.id, state=State.QUEUED).update(
        state=State.FAILED, reason=reason, finished_at=clock.now()
    )


def requeue_orphaned(node: str) -> int:
    """Requeue the pictures that a dead node of this name was working on; return how many.

    For a node that has just begun: it cannot be working on any yet, and no two live nodes have one name.
    """
    return Picture.objects.filter(state=State.PROCESSING, node=node).update(state=State.QUEUED, started_at=None)


def original_path(picture_id: UUID) -> str:
    """Return the storage path of an original."""
    return f"originals/{picture_id}"


def variant_path(picture_id: UUID | str, variant: str) -> str:
    """Return the storage path of a variant."""
    return f"pictures/{picture_id}/{variant}.jpg"


def _store_original(picture: Picture, file: "File[bytes]") -> None:
    try:
        default_storage.save(original_path(picture.id), file)
    except OSError as error:
        mark_failed(picture, "storage_failed")
        raise PictureError("storage_failed") from error


def _start(picture_id: UUID, node: str) -> bool:
    """Claim a picture for this execution. A row in state processing may belong to a dead worker."""
    unfinished = Picture.objects.filter(id=picture_id, state__in=UNFINISHED)
    allowed = unfinished.filter(executions__lt=settings.MOST_EXECUTIONS) if settings.RELIABLE_DELIVERY else unfinished
    now = clock.now()
    who = {"node": node, "process_id": process_id()}
    if allowed.update(state=State.PROCESSING, started_at=now, executions=F("executions") + 1, **who):
        return True
    # One that was begun a moment ago may still be worked on, and this is a copy of its message.
    dead = unfinished.filter(Q(state=State.QUEUED) | Q(started_at__lt=now - ABANDONED_AFTER_S))
    if dead.update(state=State.FAILED, reason="gave_up", finished_at=now):
        log.error("Picture %s failed: all of its %d executions died.", picture_id, settings.MOST_EXECUTIONS)
    else:
        log.info("Nothing to do for picture %s: it is finished, deleted, or being processed.", picture_id)
    return False


def _once(picture_id: UUID) -> float:
    return deliver(str(picture_id), _original(picture_id))


def _original(picture_id: UUID) -> bytes:
    try:
        with Picture.objects.get(id=picture_id).original.open("rb") as file:
            data: bytes = file.read()
    except OSError as error:
        raise PictureError("storage_failed") from error
    return data


def _finish(picture_id: UUID, state: State, reason: str = "", external_at: float | None = None) -> None:
    """Set the outcome, unless another execution has set one. What is done is done, also if it was taken back since,
    or if another execution has failed."""
    rows = Picture.objects.filter(id=picture_id)
    open_to_it = rows.exclude(state=State.READY) if state == State.READY else rows.filter(state=State.PROCESSING)
    open_to_it.update(state=state, reason=reason, external_at=external_at, finished_at=clock.now())
