"""The same key a second time, through the same door or the other one: who gets the work, and what is promised."""

from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile

from pictures import services
from pictures.models import Door, Picture, State
from pictures.reasons import PictureError
from project import clock
from tests.app_under_test.picture_files import jpeg

pytestmark = pytest.mark.django_db

LONG_AGO_S = services.ABANDONED_AFTER_S + 1


def accept(door: Door, key: UUID) -> tuple[Picture, bool]:
    file = ContentFile(jpeg(), "a.jpg")
    return services.accept(services.Upload(key=key, trial="", door=door, received_at=clock.now(), file=file))


def stored(door: Door, **values: object) -> Picture:
    """A picture that came through a door, long ago, as it is now."""
    picture, _ = accept(door, uuid4())
    Picture.objects.update(**{"received_at": clock.now() - LONG_AGO_S} | values)
    return picture


@pytest.mark.parametrize("first", Door)
@pytest.mark.parametrize("second", Door)
def test_what_may_be_sent_again_belongs_to_the_door_of_the_second_time(first: Door, second: Door) -> None:
    """The sweeper looks after what came through the queue's."""
    failed = stored(first, state=State.FAILED, reason="external_resource_failed")
    before = clock.now()

    again, is_ours = accept(second, failed.id)

    assert (is_ours, again.door, again.state, again.reason) == (True, second, State.QUEUED, "")
    assert again.received_at >= before


@pytest.mark.parametrize("door", Door)
def test_of_two_at_the_same_moment_one_gets_the_work(door: Door) -> None:
    failed = stored(door, state=State.FAILED, reason="storage_failed")

    assert [accept(door, failed.id)[1], accept(door, failed.id)[1]] == [True, False]


@pytest.mark.parametrize("state", services.UNFINISHED)
def test_the_queue_does_not_promise_what_the_other_door_is_working_on(state: State) -> None:
    picture, _ = accept(Door.SYNC, uuid4())
    Picture.objects.update(state=state, started_at=clock.now())

    with pytest.raises(PictureError) as refused:
        accept(Door.QUEUE, picture.id)

    assert refused.value.reason == "still_processing"


def test_what_ended_its_process_three_times_is_given_up_though_it_is_sent_again() -> None:
    dead = stored(Door.SYNC, state=State.PROCESSING, executions=3, started_at=clock.now() - LONG_AGO_S)

    again, is_ours = accept(Door.SYNC, dead.id)
    services.process(again.id)

    again.refresh_from_db()
    assert (is_ours, again.state, again.reason) == (True, State.FAILED, "gave_up")


def test_what_failed_may_be_begun_three_times_again(external_resource: str) -> None:
    failed = stored(Door.SYNC, state=State.FAILED, reason="took_too_long", executions=3)

    again, _ = accept(Door.SYNC, failed.id)
    services.process(again.id)

    again.refresh_from_db()
    assert (again.state, again.executions) == (State.READY, 1)
