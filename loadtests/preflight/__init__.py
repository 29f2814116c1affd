"""Checks whether this machine is ready for a lesson, and predicts what it will show.

It imports everything but the calibration and the exercises.
"""
