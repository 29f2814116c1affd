"""The highest rate that keeps a goal, from the trials of a search, and the workers that a load needs.

It imports `summary` and what stands before it.
"""
