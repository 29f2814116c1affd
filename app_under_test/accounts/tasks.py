"""The lesson's task: a worker sends an e-mail after the request."""

from celery import shared_task
from django.contrib.auth.models import User
from django.core.mail import send_mail


@shared_task
def send_welcome_email(user_id: int) -> None:
    """Greet a new user."""
    user = User.objects.get(id=user_id)
    send_mail(
        subject="Welcome",
        message=f"Hello {user.username},\n\nyour account is ready. Now give it a picture.\n",
        from_email=None,
        recipient_list=[user.email],
    )
