"""Breaks a running stack as planned, and reports what became of the accepted pictures.

It imports the stack and planning.
"""
