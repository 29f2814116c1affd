"""The sign-up page."""

import logging

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import SignUpForm
from accounts.tasks import send_welcome_email
from project.broker import BROKER_ERRORS

log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and let a worker send the welcome."""
    form = SignUpForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/sign_up.html", {"form": form})
    with transaction.atomic():
        user = form.save()
        # After the commit, or a quick worker would not find the user.
        transaction.on_commit(lambda: _welcome(user))
    return redirect("welcome")


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Show the page after signing up."""
    return render(request, "accounts/welcome.html")


def _welcome(user: User) -> None:
    """Queue the welcome e-mail; without a broker, log the failure and keep the account."""
    try:
        send_welcome_email.delay(user.id)
    except BROKER_ERRORS:
        log.exception("The welcome e-mail for user %s could not be queued.", user.id)
