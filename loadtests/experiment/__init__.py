"""Runs the trials of a plan in order: baseline, trial, capacity search, and the stack that a person starts by hand.

It imports all of the above but the scenarios, which it starts in a process of their own.
"""
