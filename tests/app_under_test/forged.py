"""Messages as somebody could put them into the broker who has its password, or found it open."""

import json
import os
import pickle
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

PICTURE = "pictures.tasks.process_picture"


class Opened:
    """What makes a folder as soon as it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def message(body: bytes = b'[[], {}, {"chain": null}]', *, kind: str = "application/json", **parts: Any) -> bytes:
    """A message as Celery's Redis broker keeps it, with parts put in place of its own."""
    delivery = {"exchange": "", "routing_key": "celery"}
    whole = {
        "body": b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": kind,
        "headers": header(),
        "properties": {"body_encoding": "base64", "delivery_info": delivery, "delivery_tag": str(uuid4())},
    }
    return json.dumps(whole | parts).encode()


def header(task: Any = PICTURE, **more: Any) -> dict[str, Any]:
    return {"lang": "py", "task": task, "id": str(uuid4()), **more}


def arguments(*given: Any) -> bytes:
    return json.dumps([given, {}, {"chain": None}]).encode()


def forged_messages(folder: Path) -> dict[str, bytes]:
    """By what is wrong with them; folder is where the first would make one."""
    pickled = pickle.dumps(Opened(folder))
    return {
        "a pickle that does something": message(pickled, kind="application/x-python-serialize"),
        "a pickle that claims to be JSON": message(pickled),
        "a kind that nobody knows": message(kind="application/x-nothing"),
        "a task that nobody knows": message(headers=header("os.system")),
        "a path for an id": message(arguments("../../etc/passwd")),
        "an id of no picture": message(arguments(str(uuid4()))),
        "no arguments": message(),
        "too many arguments": message(arguments(1, 2, 3)),
        "half a body": message(b'[["'),
        "a body that is a word": message(b'"word"'),
        "a body of nothing": message(b"null"),
        "a body that is a number": json.dumps(json.loads(message()) | {"body": 5}).encode(),
        "no headers": message(headers=None),
        "a list of headers": message(headers=[1]),
        "a list for a task": message(headers=header(["x"])),
        "a time limit in words": message(headers=header(timelimit="soon")),
        "an end that is no time": message(headers=header(expires={})),
        "a start that is no time": message(headers=header(eta="tomorrow")),
        "no properties": message(properties={}),
        "a list for a tag": message(properties={"delivery_tag": ["x"]}),
        "bytes": b"\xff\xfe\0rubbish",
        "nothing at all": b"",
        "a number": b"5",
        "a list": b"[1, 2]",
        "a hundred thousand brackets": b"[" * 100_000,
    }
