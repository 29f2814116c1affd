"""Starts, checks and stops the app under test with everything that it needs; a subpackage is one way to run it.

The modules at this level are common to every kind of stack and import planning and stack.process.
"""
