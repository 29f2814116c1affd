"""The page in a real browser, with a real worker behind it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import wait_for
from tests.pages import SIZES, serious_findings

pytestmark = pytest.mark.stack

PICTURE = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
BUTTONS = {"sync": "Send and wait", "queue": "Send to the queue"}


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A worker that takes nothing for a while."""
    os.killpg(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)


@pytest.mark.parametrize("door", ["sync", "queue"])
def test_a_person_sends_a_picture_and_sees_both_clocks_and_three_pictures(page, door):
    card = page.locator(f"[data-door={door}]")

    page.get_by_label("Choose a picture").set_input_files(PICTURE)
    page.get_by_role("button", name=BUTTONS[door]).click()

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

    expect(page.locator("[data-door=queue]").get_by_role("status")).to_have_text("The file is not a picture.")


def test_a_picture_that_no_worker_takes_says_so_and_becomes_ready_later(page, app):
    status = page.locator("[data-door=queue]").get_by_role("status")

    with frozen(app.worker.pid):
        page.get_by_label("Choose a picture").set_input_files(PICTURE)
        page.get_by_role("button", name=BUTTONS["queue"]).click()
        expect(status).to_contain_text("no worker has taken the picture", timeout=10_000)

    expect(status).to_have_text("Ready.", timeout=10_000)


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

    page.get_by_label("Choose a picture").set_input_files(PICTURE)
    page.get_by_role("button", name=BUTTONS["queue"]).click()
    expect(page.locator("[data-door=queue]").get_by_role("status")).to_have_text("Ready.")

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
