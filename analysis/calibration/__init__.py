"""Compares what the harness measured of reference servers with their known response times.

It imports `models` and what stands before it.
"""
