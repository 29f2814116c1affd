"""The page in a real browser, with a real worker behind it."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from playwright.sync_api import Page, expect

from pictures.workers import ANSWER_HOLDS_S, _is_any_alive
from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, wait_for, web_server
from tests.pages import SIZES, serious_findings

pytestmark = pytest.mark.stack

PICTURE = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
TROUBLE = re.compile("trouble")
BUTTONS = {"sync": "Send and wait", "queue": "Send to the queue"}


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """Processes that do nothing for a while."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def node(app: RunningApp) -> tuple[int, ...]:
    """A worker's process that talks to the broker, and those that work on pictures."""
    (worker,) = app.get("/config/?workers=1").json["workers"]
    return worker["pid"], *worker["pids"]


def send(page: Page, endpoint: str) -> None:
    page.get_by_label("Choose a picture").set_input_files(PICTURE)
    page.get_by_role("button", name=BUTTONS[endpoint]).click()


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_a_person_sends_a_picture_and_sees_both_clocks_and_three_pictures(page, endpoint):
    card = page.locator(f"[data-endpoint={endpoint}]")

    send(page, endpoint)

    expect(card.get_by_role("status")).to_have_text("Ready.")
    expect(card.get_by_role("img")).to_have_count(3)
    wait_for(lambda: card.get_by_role("img").evaluate_all("all => all.every(one => one.naturalWidth > 0)"))
    answered, ready = (float(text.removesuffix(" s")) for text in card.locator("dd").all_inner_texts())
    assert 0 <= answered <= ready


def test_a_person_who_chose_nothing_is_told_so(page):
    page.get_by_role("button", name=BUTTONS["sync"]).click()

    expect(page.get_by_role("alert")).to_have_text("Choose a picture first.")


def test_a_refused_file_is_explained_in_words(page):
    page.get_by_label("Choose a picture").set_input_files({**PICTURE, "buffer": b"words"})
    page.get_by_role("button", name=BUTTONS["queue"]).click()

    expect(page.locator("[data-endpoint=queue]").get_by_role("status")).to_have_text("The file is not a picture.")


def test_a_picture_that_waits_behind_others_says_how_many_and_asks_for_no_worker(page, app):
    """The worker is alive, and all of its processes have more to do than they can."""
    card = page.locator("[data-endpoint=queue]")
    _, *pool = node(app)

    with frozen(*pool):
        for _ in range(3):
            app.upload("queue", jpeg())
        send(page, "queue")
        expect(card.locator(".place")).to_have_text("3 before yours")
        wait_for(lambda: app.get(f"{sent_to(page)}place/").json["has_workers"])
        expect(card.get_by_role("status")).to_have_text("Waiting in the queue …")
        expect(card.get_by_role("status")).not_to_have_class(TROUBLE)

    expect(card.get_by_role("status")).to_have_text("Ready.", timeout=20_000)
    expect(card.locator(".place")).to_be_empty()


def test_a_picture_that_no_worker_takes_says_so_and_becomes_ready_later(page, app):
    status = page.locator("[data-endpoint=queue]").get_by_role("status")

    with frozen(*node(app)):
        send(page, "queue")
        expect(status).to_contain_text("No worker is running", timeout=20_000)
        expect(status).to_have_class(TROUBLE)

    expect(status).to_have_text("Ready.", timeout=20_000)
    expect(status).not_to_have_class(TROUBLE)


def test_pages_that_wait_ask_the_workers_once_in_a_while_and_never_wait_for_them(app):
    """Each of the two web processes may ask once; and a worker that does not answer holds nobody up."""
    with frozen(*node(app)), redis.Redis.from_url(app.env["CELERY_BROKER_URL"]) as broker:
        place = f"/pictures/{app.upload('queue', jpeg()).json['id']}/place/"
        questions = broker.pubsub()
        questions.psubscribe("*pidbox*")
        began = time.monotonic()
        for _ in range(50):
            assert app.get(place).status == 200
        took_s = time.monotonic() - began
        heard = list(iter(lambda: questions.get_message(timeout=0.5), None))

    assert took_s < ANSWER_HOLDS_S
    assert len([one for one in heard if one["type"] == "pmessage"]) <= 2


def test_nobody_has_a_place_in_the_queue_at_an_address_of_no_picture(app):
    assert app.get("/pictures/3f1d4a0e-5c7b-4f0c-9d67-0b8f6f2a7c11/place/").status == 404


def test_without_a_broker_nothing_is_said_of_workers(no_broker):
    assert _is_any_alive() is None


def test_in_a_stack_of_mode_sync_the_queue_endpoint_says_that_nobody_works_behind_it_and_is_not_offered(app, browser):
    """Its settings are those that a local stack of mode sync gives to its app."""
    with web_server(app.env | {"QUEUE_HAS_WORKERS": "False"}) as (url, _), browser.new_page() as page:
        page.goto(url)
        send(page, "sync")
        expect(page.locator("[data-endpoint=sync]").get_by_role("status")).to_have_text("Ready.")
        expect(page.locator("[data-endpoint=queue]")).to_contain_text("No worker serves this queue")
        expect(page.locator("[data-endpoint=queue]").get_by_role("button")).to_have_count(0)
        expect(page.get_by_text("a worker sends you")).to_have_count(0)


def sent_to(page: Page) -> str:
    """The address of the picture that the page waits for."""
    with page.expect_request(lambda request: "/pictures/" in request.url and request.method == "GET") as asked:
        pass
    return f"/{'/'.join(asked.value.url.split('/')[3:5])}/"


def test_the_page_needs_nothing_from_elsewhere(page, app):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.reload()

    assert len(asked) >= 3
    assert all(url.startswith((app.url, "data:")) for url in asked)


@pytest.mark.parametrize("size", SIZES)
def test_the_page_fits_a_projector_and_a_phone_and_axe_finds_nothing_serious(page, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})

    send(page, "queue")
    expect(page.locator("[data-endpoint=queue]").get_by_role("status")).to_have_text("Ready.")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_findings(page) == []


def test_a_new_user_gets_a_real_e_mail_from_the_worker(page, mailbox):
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password", exact=False).first.fill("difference engine")
    page.get_by_label("Password confirmation").fill("difference engine")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading")).to_have_text("Welcome")

    wait_for(lambda: mailbox.received)
    [message] = mailbox.received
    assert (message["To"], message["Subject"]) == ("ada@example.org", "Welcome")
    assert "Hello ada" in message.get_payload()
