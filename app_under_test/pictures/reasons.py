"""The reasons why a picture is refused or fails: a stable code with an HTTP status and a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorSpec:
    """The HTTP response of a reason."""

    status: int
    detail: str
    retry_after_s: int | None = None


ERRORS = {
    "missing_file": ErrorSpec(400, "Send one picture in the multipart field 'image'."),
    "too_many_files": ErrorSpec(400, "Send one picture at a time."),
    "bad_idempotency_key": ErrorSpec(400, "The header Idempotency-Key must be a UUID, quoted or not."),
    "bad_trial": ErrorSpec(400, "The header X-Trial must be at most 100 printable characters."),
    "still_processing": ErrorSpec(409, "A request with this key is still being processed. Try again.", retry_after_s=1),
    "too_large": ErrorSpec(413, "The file is larger than this server accepts."),
    "too_many_pixels": ErrorSpec(413, "The picture has more pixels than this server accepts."),
    "took_too_much_memory": ErrorSpec(413, "Processing this picture took more memory than allowed."),
    "not_multipart": ErrorSpec(415, "Send the picture as multipart/form-data."),
    "not_an_image": ErrorSpec(415, "The file is not a picture."),
    "unsupported_format": ErrorSpec(415, "Only JPEG, PNG and WEBP pictures are accepted."),
    "aspect": ErrorSpec(422, "The picture is far too long for its width, or too wide for its height."),
    "key_of_another_picture": ErrorSpec(422, "This Idempotency-Key belongs to another picture. Use a new key."),
    "empty_file": ErrorSpec(422, "The file is empty."),
    "unreadable_image": ErrorSpec(422, "The picture is damaged and cannot be read."),
    "gave_up": ErrorSpec(500, "Processing this picture was started several times and never finished."),
    "took_too_long": ErrorSpec(500, "Processing this picture took too long."),
    "internal_error": ErrorSpec(500, "The server failed while working on this picture."),
    "external_resource_failed": ErrorSpec(502, "The external resource did not accept the finished picture."),
    "database_unavailable": ErrorSpec(503, "The database cannot be reached. Try again.", retry_after_s=2),
    "queue_full": ErrorSpec(503, "Too many pictures are waiting. Try again later.", retry_after_s=10),
    "queue_unavailable": ErrorSpec(503, "The queue cannot be reached. Try again.", retry_after_s=2),
    "storage_failed": ErrorSpec(503, "The picture could not be stored. Try again.", retry_after_s=2),
}

#: Reasons that may not hold the next time, so that the same upload may be tried again.
RETRYABLE = (
    "took_too_long",
    "took_too_much_memory",
    "internal_error",
    "external_resource_failed",
    "queue_full",
    "queue_unavailable",
    "storage_failed",
)


class PictureError(Exception):
    """A picture was refused or could not be finished."""

    def __init__(self, reason: str) -> None:
        super().__init__(ERRORS[reason].detail)
        self.reason = reason

    def __reduce__(self) -> tuple[type["PictureError"], tuple[str]]:
        """Pickle by the reason code."""
        return type(self), (self.reason,)
