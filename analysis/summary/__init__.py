"""Tables of one row per cell or per trial, groups of cells to compare, and ratios of paired trials.

It imports `models` and what stands before it.
"""
