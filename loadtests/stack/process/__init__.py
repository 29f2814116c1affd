"""Starts child processes in groups of their own, restarts those that die, and ends all of them.

It knows nothing of Queuelab's components and imports only the floor.
"""
