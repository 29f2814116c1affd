import pytest
from django.contrib.auth.models import User

from accounts.tasks import send_welcome_email
from pictures.tasks import process_picture
from project.celery import app as celery_app

FORM = {
    "username": "ada",
    "email": "ada@example.org",
    "password1": "difference engine",
    "password2": "difference engine",
}


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_account_is_made_all_the_same(client, no_broker, caplog):
    answer = client.post("/accounts/signup/", FORM)

    assert answer.status_code == 302
    assert User.objects.get(username="ada").email == "ada@example.org"
    assert "could not be queued" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_nor_does_a_broker_that_refuses_access_cost_the_account(client, refusing_broker, caplog):
    test_without_a_broker_the_account_is_made_all_the_same(client, None, caplog)


@pytest.mark.django_db
def test_an_account_needs_an_address(client):
    answer = client.post("/accounts/signup/", FORM | {"email": "nobody"})

    assert b"Enter a valid email address" in answer.content
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_welcome_goes_to_the_new_user(mailoutbox):
    user = User.objects.create_user("ada", "ada@example.org")

    send_welcome_email(user.id)

    [message] = mailoutbox
    assert message.to == ["ada@example.org"]
    assert "Hello ada" in message.body


def test_a_mail_whose_worker_dies_does_not_come_back_for_ever():
    """No row counts how often it was begun; a picture's does, so its message may come back."""
    mail, picture = celery_app.tasks[send_welcome_email.name], celery_app.tasks[process_picture.name]

    assert (mail.acks_late, mail.reject_on_worker_lost) == (False, False)
    assert (picture.acks_late, picture.reject_on_worker_lost) == (True, True)
