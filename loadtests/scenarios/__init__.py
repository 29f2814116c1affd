"""Runs inside Locust: sends the uploads, watches both clocks, and writes the trial's files.

Only this package imports Locust; it may import everything but the packages that start it.
"""
