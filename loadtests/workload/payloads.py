"""Request bodies, encoded once: an upload must not cost the sender time that would count as the server's."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from loadtests.workload.pictures import Photo

#: What would end the name of a file in a form, as browsers write it (WHATWG, multipart/form-data).
ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True, slots=True)
class Payload:
    """A whole multipart body with its content type."""

    picture: str
    content_type: str
    body: bytes
    weight: float


def payloads(photos: Sequence[Photo]) -> list[Payload]:
    return [_payload(photo) for photo in photos]


def multipart(name: str, content_type: str, data: bytes) -> tuple[str, bytes]:
    """Content type and body of a form with the one field `image` (RFC 7578)."""
    boundary = uuid.uuid5(uuid.NAMESPACE_URL, name).hex
    for character, escape in ESCAPES.items():
        name = name.replace(character, escape)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="image"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return (
        f"multipart/form-data; boundary={boundary}",
        head.encode() + data + f"\r\n--{boundary}--\r\n".encode(),
    )


def _payload(photo: Photo) -> Payload:
    content_type, body = multipart(photo.name, photo.content_type, photo.path.read_bytes())
    return Payload(photo.name, content_type, body, photo.weight)
