"""A small WSGI app for tests of the web worker: tells who served and how much came, and takes as long as asked."""

import json
import os
import time
from urllib.parse import parse_qs


def application(environ, start_response):
    asked = parse_qs(environ["QUERY_STRING"])
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(float(asked.get("sleep", ["0"])[0]))
    answer = json.dumps({"pid": os.getpid(), "bytes": len(body)}).encode()
    answer += b" " * int(asked.get("pad", ["0"])[0])
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
