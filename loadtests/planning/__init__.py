"""Reads a plan and turns it into an experiment: its cells, trials, faults and length.

It starts nothing, and imports the workload.
"""
