"""What happened inside trials over time, as the tables that a chart of them draws.

It imports `summary` and what stands before it.
"""
