"""What the numbers say, as sentences: findings, warnings and caveats.

It imports `series` and what stands before it, and it draws nothing.
"""
