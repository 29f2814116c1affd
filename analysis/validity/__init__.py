"""Whether a trial can be trusted: its accounts, its ledger, the bounds on its counts, and the verdict.

It imports `metrics` and what stands before it.
"""
