"""Handles a repeated Idempotency-Key: is it the same picture, and may the work start over?"""

import hashlib
import re

from django.core.files import File
from django.db.models import Q

from pictures.models import Endpoint, Picture, State
from pictures.reasons import RETRYABLE, PictureError
from project import clock
from project.profiles import TASK_TIME_LIMIT_S

#: After this time the work on a picture was left behind by a process that died: a worker would have been
#: stopped by its time limit.
ABANDONED_AFTER_S = TASK_TIME_LIMIT_S

#: A string of RFC 8941, as the header's draft standard asks for. A key needs none of the characters that are escaped.
_QUOTED = re.compile(r'"([^"\\]+)"')


def unquote_key(header: str) -> str:
    """Return the key in a header, without quotes."""
    quoted = _QUOTED.fullmatch(header.strip())
    return quoted[1] if quoted else header


def sha256(file: "File[bytes]") -> str:
    """Hash a file's content and rewind it."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def claim_retry(picture: Picture, *, endpoint: Endpoint, received_at: float, content: str) -> bool:
    """Whether an upload of a picture that is known may start over: what came before failed for a passing reason, or
    its process died. Raises if it is another picture.

    One statement decides, so that of two uploads at the same moment one gets the work. A picture that merely
    waits in the queue is left there. Executions that died still count: sent again and again, a picture that kills
    its process is given up all the same.
    """
    long_ago = clock.now() - ABANDONED_AFTER_S
    # A row of an older version knows no content until it is taken up again.
    rows = Picture.objects.filter(id=picture.id, sha256__in=("", content))
    failed = rows.filter(state=State.FAILED, reason__in=RETRYABLE)
    left_behind = Q(state=State.PROCESSING, started_at__lt=long_ago)
    never_begun = Q(endpoint=Endpoint.SYNC, state=State.QUEUED, received_at__lt=long_ago)
    anew = {"state": State.QUEUED, "endpoint": endpoint, "received_at": received_at, "reason": "", "sha256": content}
    anew |= dict.fromkeys(("enqueued_at", "republished_at", "started_at", "external_at", "finished_at"))
    taken = failed.update(**anew, executions=0) or rows.filter(left_behind | never_begun).update(**anew)
    picture.refresh_from_db()
    if picture.sha256 not in ("", content):
        raise PictureError("key_of_another_picture")
    return bool(taken)
