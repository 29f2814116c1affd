"""Breaks a copy of the app in the ways that beginners with Celery know, for the lesson to mend."""
