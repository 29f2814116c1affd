"""Starts the services that the app needs, and counts the messages in the broker's queue.

It imports stack and stack.process.
"""
