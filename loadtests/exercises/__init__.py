"""Breaks a copy of the app in the ways that beginners with Celery know, so that a class can repair it.

It imports the stack.
"""
