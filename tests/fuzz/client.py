"""Sends one case and tells what came back."""

import http.client
import json
import socket
import struct
from contextlib import suppress
from urllib.parse import urlsplit

from tests.fuzz.cases import Case

#: Longer than any request may take to come, and than any picture of a case takes to make.
PATIENCE_S = 60.0

#: An answer is told by its status and reason; these are no answers.
CLOSED, LEFT, SILENT = "closed without an answer", "left", f"no answer in {PATIENCE_S:g} s"


def send(url: str, case: Case) -> tuple[str, str]:
    """Status and reason of the answer, or one of the words above and nothing."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE_S) as client:
        if case.leaves:
            # So that closing resets the connection, as when a phone loses its network.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(ConnectionError):  # It may have been answered before all is sent.
            client.sendall(case.data)
            if case.leaves:
                return LEFT, ""
            client.shutdown(socket.SHUT_WR)
        try:
            return _answer(client)
        except TimeoutError:
            return SILENT, ""


def _answer(client: socket.socket) -> tuple[str, str]:
    try:
        response = http.client.HTTPResponse(client)
        response.begin()
        content = response.read()
    except http.client.IncompleteRead as error:
        content = error.partial  # The answer to a HEAD has no body.
    except (http.client.HTTPException, ConnectionError):
        return CLOSED, ""
    with suppress(ValueError, AttributeError):
        return str(response.status), str(json.loads(content).get("reason", ""))
    return str(response.status), ""
