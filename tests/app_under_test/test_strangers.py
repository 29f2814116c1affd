"""Row 57: what somebody can do who is not logged in, has no token, or knows another's picture."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from pictures import services
from pictures.models import Picture
from tests.app_under_test.picture_files import BLUE, RED, encode, stripes

pytestmark = pytest.mark.django_db

EXPORTS = ("/pictures.csv", "/external_writes.csv", "/counts/", "/config/")
ADMIN = ("/admin/", "/admin/pictures/picture/", "/admin/auth/user/", f"/admin/pictures/picture/{UUID(int=7)}/change/")


def upload(client, endpoint: str, colour: tuple[int, int, int], key: str):
    file = SimpleUploadedFile("a.jpg", encode(stripes(colour)))
    return client.post(f"/pictures/{endpoint}/", {"image": file}, headers={"Idempotency-Key": key})


def contents(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("path", EXPORTS)
@pytest.mark.parametrize("query", ["", "?token=secret", "?trial=t&Authorization=Bearer+secret"])
def test_57_exports_are_closed_to_whoever_lacks_the_token_and_a_login_is_none(client, settings, path, query):
    settings.EXPORT_TOKEN = "secret"
    client.force_login(User.objects.create_superuser("teacher"))

    answer = client.get(path + query)

    assert (answer.status_code, answer.json()["reason"]) == (403, "token_required")


@pytest.mark.parametrize("path", ADMIN)
def test_57_the_admin_asks_strangers_to_log_in_and_lets_no_other_user_in(client, path):
    login = f"/admin/login/?next={path}"

    assert client.get(path).headers["Location"] == login
    client.force_login(User.objects.create_user("ada"))
    assert client.get(path).headers["Location"] == login


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_57_with_another_s_key_nothing_of_the_picture_can_be_changed(client, external_resource, media, endpoint):
    key = str(uuid4())
    upload(client, "sync", RED, key)
    before, row = contents(media), Picture.objects.values().get()

    answer = upload(client, endpoint, BLUE, key)

    assert (answer.status_code, answer.json()["reason"]) == (422, "key_of_another_picture")
    assert contents(media) == before
    assert Picture.objects.values().get() == row


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_57_a_waiting_picture_is_not_changed_by_another_with_its_key(client, media, endpoint):
    key = uuid4()
    file = SimpleUploadedFile("a.jpg", encode(stripes(RED)))
    services.accept(services.Upload(key=key, trial="", endpoint="queue", received_at=1.0, file=file))
    before = contents(media)

    upload(client, endpoint, BLUE, str(key))

    assert contents(media) == before


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_57_nobody_can_change_or_remove_a_picture_by_its_address(client, external_resource, media, method):
    key = str(uuid4())
    upload(client, "sync", RED, key)
    before = contents(media)

    for path in (f"/pictures/{key}/", f"/pictures/{key}/large.jpg"):
        assert getattr(client, method)(path).status_code == 405

    assert contents(media) == before


def test_57_nobody_is_told_which_pictures_there_are(client, external_resource):
    key = str(uuid4())
    upload(client, "sync", RED, key)

    for path in ("/", "/pictures/", "/accounts/signup/", "/healthz"):
        assert key not in client.get(path).content.decode()
