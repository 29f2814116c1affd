"""Checks what a client sent before anything looks at the picture."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from pictures import multipart
from pictures.idempotency import unquote_key
from pictures.models import Endpoint
from pictures.reasons import PictureError
from pictures.services import Upload
from project.connection import MULTIPART_ALLOWANCE_BYTES

multipart.take_any_file_name()


class UploadForm(forms.Form):
    """One picture with the headers that go with it. An error's code is the reason that the client gets."""

    image = forms.FileField()
    key = forms.UUIDField(required=False)
    trial = forms.CharField(required=False, max_length=100)

    def clean_image(self) -> "UploadedFile[bytes]":
        image: UploadedFile[bytes] = self.cleaned_data["image"]
        if len(self.files.getlist("image")) > 1:
            raise forms.ValidationError("more than one file", code="too_many_files")
        if (image.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError("too large", code="too_large")
        return image

    def clean_trial(self) -> str:
        trial: str = self.cleaned_data["trial"]
        if not trial.isprintable():
            raise forms.ValidationError("not printable")
        return trial

    def reason(self) -> str:
        """Why the form is not valid."""
        field, errors = next(iter(self.errors.as_data().items()))
        if field == "image":
            code = errors[0].code or ""
            return {"required": "missing_file", "invalid": "missing_file", "empty": "empty_file"}.get(code, code)
        return {"key": "bad_idempotency_key", "trial": "bad_trial"}[field]


class SmallFileHandler(MemoryFileUploadHandler):
    """Keeps a small file in memory."""

    def discard(self) -> None:
        """Forget the file of a body that cannot be read; Django would leave that to the garbage collector."""
        if hasattr(self, "file"):
            self.file.close()


class WholeFileHandler(TemporaryFileUploadHandler):
    """Keeps a large file on disk under a name of our own, and refuses a body that ends inside a file."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        # Django would give the temporary file the ending of the client's, which may be too long for a file name.
        super().new_file(field_name, "picture", *args, **kwargs)

    def upload_interrupted(self) -> None:
        raise MultiPartParserError("The body ends in the middle of a file.")

    def discard(self) -> None:
        """Remove the file of a body that cannot be read; Django would leave that to the collector, too."""
        super().upload_interrupted()


def read_upload(request: HttpRequest, *, endpoint: Endpoint, received_at: float) -> Upload:
    """Return the upload in a request, or raise."""
    if request.content_type != "multipart/form-data":
        raise PictureError("not_multipart")
    _check_announced_length(request)
    key_header = request.headers.get("Idempotency-Key", "")
    headers = {"key": unquote_key(key_header), "trial": request.headers.get("X-Trial", "")}
    form = UploadForm(headers, _files(request))
    if not form.is_valid():
        raise PictureError(form.reason())
    key: UUID = form.cleaned_data["key"] or uuid4()
    return Upload(
        key=key,
        trial=form.cleaned_data["trial"],
        endpoint=endpoint,
        received_at=received_at,
        file=form.cleaned_data["image"],
    )


def _check_announced_length(request: HttpRequest) -> None:
    """Refuse what is too large before a byte of the body is read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise BadRequest("The Content-Length is not a number.") from error
    if length > settings.UPLOAD_MAX_BYTES + MULTIPART_ALLOWANCE_BYTES:
        raise PictureError("too_large")


def _files(request: HttpRequest) -> "MultiValueDict[str, UploadedFile[bytes]]":
    """Return the files in the body, or raise."""
    request.encoding = "utf-8"  # The client may claim one that is not for text, such as base64.
    small, whole = SmallFileHandler(request), WholeFileHandler(request)
    request.upload_handlers = [small, whole]
    try:
        return request.FILES
    except Exception as error:
        small.discard()
        whole.discard()
        if isinstance(error, UnreadablePostError):
            raise BadRequest("The client went away.") from error
        raise
