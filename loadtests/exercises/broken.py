"""What is wrong in each exercise, as edits of the app's files. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One passage of a file of the app: as it is there, and as the exercise has it."""

    file: str
    right: str
    wrong: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What is wrong, and the scene in which it shows; the scene alone does no harm and stays.

    look: where somebody who mends it has to look.
    """

    story: str
    fault: tuple[Edit, ...]
    scene: tuple[Edit, ...]
    look: str


DISCOVERY = Exercise(
    story="A welcome is queued for every new user, but the worker knows no such task.",
    fault=(
        Edit(
            file="project/celery.py",
            right="app.autodiscover_tasks()\n",
            wrong="# Here nobody says where the tasks are.\n",
        ),
    ),
    # With the import at the top the fault would not show: Django's checks import every view in the worker, too.
    scene=(
        Edit(
            file="accounts/views.py",
            right="from accounts.forms import SignUpForm\nfrom accounts.tasks import send_welcome_email\n",
            wrong="from accounts.forms import SignUpForm\n",
        ),
        Edit(
            file="accounts/views.py",
            right="    try:\n        send_welcome_email.delay(user.id)\n",
            wrong="    from accounts.tasks import send_welcome_email\n\n"
            "    try:\n        send_welcome_email.delay(user.id)\n",
        ),
    ),
    look="the list [tasks] at the start of the worker's log, and project/celery.py",
)

TIMEZONE = Exercise(
    story="The welcome is to come three seconds after the sign-up, and does not come before tomorrow.",
    fault=(
        Edit(file="project/settings.py", right="USE_TZ = True\n", wrong="USE_TZ = False\n"),
        Edit(file="project/settings.py", right='TIME_ZONE = "UTC"\n', wrong='TIME_ZONE = "Asia/Tokyo"\n'),
        Edit(
            file="project/settings.py",
            right='CELERY_TIMEZONE = "UTC"\n',
            wrong='CELERY_TIMEZONE = "Asia/Tokyo"\n',
        ),
    ),
    scene=(
        Edit(
            file="accounts/views.py",
            right="import logging\n\n",
            wrong="import logging\nfrom datetime import timedelta\n\n",
        ),
        Edit(
            file="accounts/views.py",
            right="from django.shortcuts import redirect, render\n",
            wrong="from django.shortcuts import redirect, render\nfrom django.utils import timezone\n",
        ),
        Edit(
            file="accounts/views.py",
            right="send_welcome_email.delay(user.id)",
            wrong="send_welcome_email.apply_async((user.id,), eta=timezone.now() + timedelta(seconds=3))",
        ),
    ),
    look="what the worker says of the task's ETA, and USE_TZ, TIME_ZONE and CELERY_TIMEZONE in project/settings.py",
)

EXERCISES: Mapping[str, Exercise] = {"discovery": DISCOVERY, "timezone": TIMEZONE}


def broken(text: str, edit: Edit) -> str:
    """The file's text with the passage as the exercise has it; refused if the app has changed there."""
    if text.count(edit.right) != 1:
        raise ValueError(f"{edit.file} holds this {text.count(edit.right)} times and not once:\n{edit.right}")
    return text.replace(edit.right, edit.wrong)


def mended(text: str, edit: Edit) -> str:
    """The text with the passage as the app has it; what somebody has mended already stays as it is.

    Refused if somebody has made something else of it.
    """
    if edit.wrong not in text and edit.right not in text:
        raise ValueError(f"{edit.file} holds neither this nor what was to be mended:\n{edit.right}")
    return text.replace(edit.wrong, edit.right)
