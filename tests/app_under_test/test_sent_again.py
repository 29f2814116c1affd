"""The same key a second time, through the same endpoint or the other one: who gets the work, and what is promised."""

from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from pictures import services
from pictures.models import Endpoint, Picture, State
from pictures.reasons import PictureError
from project import clock
from tests.app_under_test.picture_files import encode, jpeg, quarters

pytestmark = pytest.mark.django_db

OTHER = encode(quarters(), "PNG")
LONG_AGO_S = services.ABANDONED_AFTER_S + 1


def accept(endpoint: Endpoint, key: UUID, data: bytes = jpeg()) -> tuple[Picture, bool]:
    file = ContentFile(data, "a.jpg")
    return services.accept(services.Upload(key=key, trial="", endpoint=endpoint, received_at=clock.now(), file=file))


def stored(endpoint: Endpoint, **values: object) -> Picture:
    """A picture that came to an endpoint, long ago, as it is now."""
    picture, _ = accept(endpoint, uuid4())
    Picture.objects.update(**{"received_at": clock.now() - LONG_AGO_S} | values)
    return picture


@pytest.mark.parametrize("first", Endpoint)
@pytest.mark.parametrize("second", Endpoint)
def test_what_may_be_sent_again_belongs_to_the_endpoint_of_the_second_time(first: Endpoint, second: Endpoint) -> None:
    """The sweeper looks after what came through the queue's."""
    failed = stored(first, state=State.FAILED, reason="external_resource_failed")
    before = clock.now()

    again, is_ours = accept(second, failed.id)

    assert (is_ours, again.endpoint, again.state, again.reason) == (True, second, State.QUEUED, "")
    assert again.received_at >= before


@pytest.mark.parametrize("endpoint", Endpoint)
def test_of_two_at_the_same_moment_one_gets_the_work(endpoint: Endpoint) -> None:
    failed = stored(endpoint, state=State.FAILED, reason="storage_failed")

    assert [accept(endpoint, failed.id)[1], accept(endpoint, failed.id)[1]] == [True, False]


@pytest.mark.parametrize("state", services.UNFINISHED)
def test_the_queue_does_not_promise_what_the_other_endpoint_is_working_on(state: State) -> None:
    picture, _ = accept(Endpoint.SYNC, uuid4())
    Picture.objects.update(state=state, started_at=clock.now())

    with pytest.raises(PictureError) as refused:
        accept(Endpoint.QUEUE, picture.id)

    assert refused.value.reason == "still_processing"


def test_what_ended_its_process_three_times_is_given_up_though_it_is_sent_again() -> None:
    dead = stored(Endpoint.SYNC, state=State.PROCESSING, executions=3, started_at=clock.now() - LONG_AGO_S)

    again, is_ours = accept(Endpoint.SYNC, dead.id)
    services.process(again.id)

    again.refresh_from_db()
    assert (is_ours, again.state, again.reason) == (True, State.FAILED, "gave_up")


def test_what_failed_may_be_begun_three_times_again(external_resource: str) -> None:
    failed = stored(Endpoint.SYNC, state=State.FAILED, reason="took_too_long", executions=3)

    again, _ = accept(Endpoint.SYNC, failed.id)
    services.process(again.id)

    again.refresh_from_db()
    assert (again.state, again.executions) == (State.READY, 1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("reason", ["", "storage_failed", "unreadable_image"])
def test_a_key_belongs_to_its_first_picture_whatever_became_of_it(media, state: State, reason: str) -> None:
    picture = stored(Endpoint.SYNC, state=state, reason=reason, started_at=clock.now() - LONG_AGO_S)
    before = Picture.objects.filter(id=picture.id).values().get()

    with pytest.raises(PictureError) as refused:
        accept(Endpoint.SYNC, picture.id, OTHER)

    assert refused.value.reason == "key_of_another_picture"
    assert Picture.objects.filter(id=picture.id).values().get() == before
    assert (media / "originals" / str(picture.id)).read_bytes() == jpeg()


def test_the_same_picture_is_the_same_under_whatever_name_and_size_of_its_pieces(settings) -> None:
    key, large = uuid4(), encode(Image.effect_noise((500, 500), 80))
    accept(Endpoint.SYNC, key, large)

    file = SimpleUploadedFile("another name.jpg", large)
    again = services.accept(
        services.Upload(key=key, trial="", endpoint=Endpoint.SYNC, received_at=clock.now(), file=file)
    )

    assert again[1] is False and len(large) > 2 * 64 * 1024


def test_a_row_that_knows_no_content_takes_the_next_one_s() -> None:
    """An older version made it. What is only asked for stays as it is."""
    old = stored(Endpoint.QUEUE, sha256="")
    assert accept(Endpoint.QUEUE, old.id, OTHER)[0].sha256 == ""

    Picture.objects.update(state=State.FAILED, reason="storage_failed")
    again, is_ours = accept(Endpoint.QUEUE, old.id, OTHER)

    assert is_ours and again.sha256
    with pytest.raises(PictureError):
        accept(Endpoint.QUEUE, old.id)
