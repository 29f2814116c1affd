"""Queueing models that say what a cell should show: M/G/c, and the universal scalability law.

It imports `validity` and what stands before it.
"""
