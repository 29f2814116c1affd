"""A worker tries again what may be back in a moment; the person who uploads is told at once."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from loadtests.stack.process.ports import free_port
from pictures import retrying, services
from pictures.models import Endpoint, Picture, State
from project import clock
from tests.app_under_test.picture_files import damaged_jpeg, jpeg

pytestmark = pytest.mark.django_db

NODE = "a@here"


@pytest.fixture(autouse=True)
def moments(monkeypatch) -> None:
    """Shorter ones, as many."""
    monkeypatch.setattr(retrying, "TRY_AGAIN_AFTER_S", (0.4, 0.4))


@pytest.fixture
def tries(monkeypatch) -> list[float]:
    """When each try began."""
    begun, once = [], services._once

    def counted(picture_id):
        begun.append(clock.now())
        return once(picture_id)

    monkeypatch.setattr(services, "_once", counted)
    return begun


def picture(data: bytes = jpeg()) -> Picture:
    file = ContentFile(data, "a.jpg")
    upload = services.Upload(key=uuid4(), trial="", endpoint=Endpoint.QUEUE, received_at=clock.now(), file=file)
    return services.accept(upload)[0]


def outcome(made: Picture, node: str) -> tuple[str, str, int]:
    services.process(made.id, node=node)
    made.refresh_from_db()
    return made.state, made.reason, made.executions


def test_a_picture_is_made_when_the_storage_comes_back_within_the_tries(
    external_resource, media: Path, tries, monkeypatch
) -> None:
    made, away, once = picture(), media.with_name("away"), services._once

    def and_it_comes_back(picture_id):
        try:
            return once(picture_id)
        finally:
            if away.exists():
                away.rename(media)

    monkeypatch.setattr(services, "_once", and_it_comes_back)
    media.rename(away)

    assert outcome(made, NODE) == (State.READY, "", 1)
    assert len(tries) == 2


def test_what_does_not_come_back_is_told_after_three_tries(settings, tries) -> None:
    settings.EXTERNAL_RESOURCE_URL = f"http://127.0.0.1:{free_port()}"

    assert outcome(picture(), NODE) == (State.FAILED, "external_resource_failed", 1)
    assert len(tries) == 3


@pytest.mark.parametrize(("data", "node"), [(damaged_jpeg(), NODE), (jpeg(), "")], ids=["for good", "in the request"])
def test_what_fails_for_good_or_in_the_request_is_tried_once(settings, tries, data: bytes, node: str) -> None:
    settings.EXTERNAL_RESOURCE_URL = f"http://127.0.0.1:{free_port()}"

    assert outcome(picture(data), node)[0] == State.FAILED
    assert len(tries) == 1


def test_as_celery_comes_nothing_is_tried_again(settings, tries) -> None:
    settings.RELIABLE_DELIVERY = False
    settings.EXTERNAL_RESOURCE_URL = f"http://127.0.0.1:{free_port()}"

    assert outcome(picture(), NODE)[0] == State.FAILED
    assert len(tries) == 1
