import pytest
from django.contrib.auth.models import User

from accounts.tasks import send_welcome_email

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
    assert "No welcome was queued" in caplog.text


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
