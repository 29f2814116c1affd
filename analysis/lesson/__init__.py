"""Slides, hand-out, prediction page and quiz of one experiment, in `FOLDER/lesson`.

It imports `report` and what stands before it, and neither `compare` nor `pool`.
"""
