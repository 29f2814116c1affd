import time
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile

from loadtests.stack.process.ports import free_port
from pictures import services
from pictures.models import Endpoint, Picture, State
from pictures.reasons import RETRYABLE, PictureError
from project import clock
from tests.app_under_test.picture_files import damaged_jpeg, jpeg
from tests.app_under_test.running_app import fetch

pytestmark = pytest.mark.django_db


def upload(data: bytes = jpeg(), *, key: UUID | None = None, trial: str = "") -> services.Upload:
    return services.Upload(
        key=key or uuid4(),
        trial=trial,
        endpoint=Endpoint.SYNC,
        received_at=clock.now(),
        file=ContentFile(data, "a.jpg"),
    )


def accepted(data: bytes = jpeg()) -> Picture:
    picture, _ = services.accept(upload(data))
    return picture


def processed(picture: Picture) -> Picture:
    services.process(picture.id)
    picture.refresh_from_db()
    return picture


def times_put(url: str, picture: Picture) -> int:
    """How often the external resource got a picture."""
    rows = fetch(f"{url}/objects.csv").body.decode().splitlines()[1:]
    return int(dict(row.split(",") for row in rows).get(str(picture.id), 0))


def test_an_accepted_picture_is_queued_and_its_original_stored(media):
    key = uuid4()

    picture, is_ours = services.accept(upload(jpeg(), key=key, trial="t"))

    assert is_ours
    assert (picture.id, picture.trial, picture.state, picture.executions) == (key, "t", State.QUEUED, 0)
    assert (media / "originals" / str(key)).read_bytes() == jpeg()


def test_a_refused_picture_leaves_nothing(media):
    with pytest.raises(PictureError, match="not a picture"):
        services.accept(upload(b"words"))

    assert not Picture.objects.exists()
    assert not media.exists()


def test_a_picture_left_behind_by_a_dead_process_is_taken_up_again():
    picture = accepted()
    Picture.objects.update(state=State.PROCESSING, started_at=clock.now() - services.ABANDONED_AFTER_S - 1)

    _, is_ours = services.accept(upload(key=picture.id))

    assert is_ours


def test_a_picture_that_only_waits_in_the_queue_is_left_there():
    """Its message is on the way; a second one would have the work done twice."""
    picture = accepted()
    long_ago = clock.now() - services.ABANDONED_AFTER_S - 1
    Picture.objects.update(endpoint=Endpoint.QUEUE, received_at=long_ago)

    assert services.accept(upload(key=picture.id))[1] is False


@pytest.mark.parametrize("reason", RETRYABLE)
def test_what_failed_for_a_passing_reason_may_be_sent_again_and_once(reason):
    picture = accepted()
    Picture.objects.update(state=State.FAILED, reason=reason, finished_at=clock.now())

    again, is_ours = services.accept(upload(key=picture.id))
    _, is_a_third_one_s = services.accept(upload(key=picture.id))

    assert (again.state, again.reason, again.finished_at) == (State.QUEUED, "", None)
    assert (is_ours, is_a_third_one_s) == (True, False)


def test_a_storage_that_fails_is_told_and_the_upload_may_be_sent_again(settings, tmp_path, media):
    (tmp_path / "a file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "a file")
    key = uuid4()

    with pytest.raises(PictureError) as error:
        services.accept(upload(key=key))
    settings.MEDIA_ROOT = str(media)
    picture, is_ours = services.accept(upload(key=key))

    assert error.value.reason == "storage_failed"
    assert is_ours
    assert (media / picture.original.name).read_bytes() == jpeg()


def test_a_processed_picture_is_stored_and_with_the_external_resource(external_resource, media):
    before = clock.now()

    picture = processed(accepted())

    assert (picture.state, picture.reason, picture.executions) == (State.READY, "", 1)
    assert picture.started_at and picture.finished_at
    assert before < picture.received_at < picture.started_at < picture.finished_at < clock.now()
    names = {path.name for path in (media / "pictures" / str(picture.id)).iterdir()}
    assert names == {"large.jpg", "medium.jpg", "small.jpg"}
    assert times_put(external_resource, picture) == 1


def test_a_second_execution_of_a_ready_picture_does_nothing(external_resource):
    picture = processed(accepted())
    finished_at = picture.finished_at

    processed(picture)

    assert (picture.state, picture.executions, picture.finished_at) == (State.READY, 1, finished_at)
    assert times_put(external_resource, picture) == 1


def test_a_picture_whose_worker_died_is_done_by_the_next_execution(external_resource):
    picture = accepted()
    Picture.objects.update(state=State.PROCESSING, executions=1, started_at=clock.now())

    processed(picture)

    assert (picture.state, picture.executions) == (State.READY, 2)


def test_a_damaged_picture_fails_with_its_reason_and_is_not_handed_on(external_resource):
    picture = processed(accepted(damaged_jpeg()))

    assert (picture.state, picture.reason) == (State.FAILED, "unreadable_image")
    assert picture.finished_at is not None
    assert times_put(external_resource, picture) == 0


def test_a_failed_picture_stays_failed(external_resource):
    picture = processed(accepted(damaged_jpeg()))

    processed(picture)

    assert (picture.state, picture.executions) == (State.FAILED, 1)


def test_no_external_resource_fails_the_picture(settings):
    settings.EXTERNAL_RESOURCE_URL = f"http://127.0.0.1:{free_port()}"

    picture = processed(accepted())

    assert (picture.state, picture.reason) == (State.FAILED, "external_resource_failed")


def test_an_external_resource_that_refuses_fails_the_picture(settings, external_resource):
    settings.EXTERNAL_RESOURCE_URL = f"{external_resource}/nowhere"

    assert processed(accepted()).reason == "external_resource_failed"


@pytest.mark.quiet
def test_an_external_resource_that_hangs_fails_the_picture_in_time(settings, deaf_address):
    settings.EXTERNAL_RESOURCE_URL = f"http://{deaf_address}"
    settings.EXTERNAL_RESOURCE_TIMEOUT_S = 0.2
    picture, began = accepted(), time.monotonic()

    assert processed(picture).reason == "external_resource_failed"
    assert time.monotonic() - began < 1.0


def test_the_row_says_when_the_external_resource_was_called_if_it_took_the_picture(settings, external_resource):
    ready = processed(accepted())
    assert ready.started_at <= ready.external_at <= ready.finished_at

    settings.EXTERNAL_RESOURCE_URL = f"{external_resource}/nowhere"
    assert processed(accepted()).external_at is None


def test_a_lost_original_fails_the_picture(external_resource, media):
    picture = accepted()
    (media / "originals" / str(picture.id)).unlink()

    assert processed(picture).state == State.FAILED
    assert picture.reason == "storage_failed"


def test_a_message_for_a_picture_that_is_gone_does_no_harm():
    services.process(uuid4())

    assert not Picture.objects.exists()
