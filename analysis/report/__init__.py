"""`report.html`, the replay in it, `summary.csv`, and what the terminal prints.

It imports `charts` and what stands before it.
"""
