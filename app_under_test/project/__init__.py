"""The Django project under test. Importing it sets Celery up, so that `@shared_task` finds its app."""

from project.celery import app as celery_app

__all__ = ["celery_app"]
