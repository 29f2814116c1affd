"""The task of the lesson: an e-mail is sent by a worker, not while a person waits."""

from celery import shared_task
from django.contrib.auth.models import User
from django.core.mail import send_mail


# No row counts how often it was begun, so with late acknowledgement a message that kills its worker would never end.
@shared_task(acks_late=False, reject_on_worker_lost=False)
def send_welcome_email(user_id: int) -> None:
    """Greet a new user."""
    user = User.objects.get(id=user_id)
    send_mail(
        subject="Welcome",
        message=f"Hello {user.username},\n\nyour account is ready. Now give it a picture.\n",
        from_email=None,
        recipient_list=[user.email],
    )
