"""Checks what a client sent before anything looks at the picture."""

from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from pictures.models import Door
from pictures.reasons import PictureError
from pictures.services import Upload

#: Boundaries and part headers come on top of the file.
MULTIPART_ALLOWANCE_BYTES = 64 * 1024


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

    def reason(self) -> str:
        """Why the form is not valid."""
        field, errors = next(iter(self.errors.as_data().items()))
        if field == "image":
            code = errors[0].code or ""
            return {"required": "missing_file", "invalid": "missing_file", "empty": "empty_file"}.get(code, code)
        return {"key": "bad_idempotency_key", "trial": "bad_trial"}[field]


def read_upload(request: HttpRequest, *, door: Door, received_at: float) -> Upload:
    """The upload in a request, or raise."""
    # By the announced length, before a byte of the body is read.
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + MULTIPART_ALLOWANCE_BYTES:
        raise PictureError("too_large")
    headers = {"key": request.headers.get("Idempotency-Key"), "trial": request.headers.get("X-Trial", "")}
    form = UploadForm(headers, request.FILES)
    if not form.is_valid():
        raise PictureError(form.reason())
    key: UUID = form.cleaned_data["key"] or uuid4()
    return Upload(
        key=key,
        trial=form.cleaned_data["trial"],
        door=door,
        received_at=received_at,
        file=form.cleaned_data["image"],
    )
