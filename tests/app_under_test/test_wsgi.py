"""What reaches the app before any middleware."""

import pytest
from django.test import RequestFactory

from project.wsgi import application

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content_type", "query"),
    [
        ("multipart/form-data; boundary*=nope''x", ""),
        ("multipart/form-data; boundary=x; charset*=utf-8''%00", ""),
        ("multipart/form-data; boundary=x; charset*=idna''%41", ""),
        ("multipart/form-data; boundary=x; charset=hex", "a=b"),
    ],
)
@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_a_content_type_that_cannot_be_read_is_the_client_s_error(endpoint, content_type, query):
    path = f"/pictures/{endpoint}/"
    environ = RequestFactory().post(path, b"x", content_type="text/plain").environ
    answers: list[str] = []

    body = application(
        environ | {"CONTENT_TYPE": content_type, "QUERY_STRING": query}, lambda status, _: answers.append(status)
    )

    assert answers[0][:4] in ("400 ", "415 ") and b"reason" in b"".join(body)
