"""Runs the stack in containers, or attaches to containers that somebody else has started.

It imports every other package of the stack.
"""
