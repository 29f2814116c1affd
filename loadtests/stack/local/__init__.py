"""Runs the stack as processes of this machine.

It imports every other package of the stack but compose.
"""
