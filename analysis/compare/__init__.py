"""Puts several experiments side by side, and refuses where that is unfair.

It imports `report` and what stands before it, and neither `pool` nor `lesson`.
"""
