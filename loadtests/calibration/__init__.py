"""Runs the harness against reference servers with known response times, and compares what it measures with them.

It imports everything but the preflight and the exercises.
"""
