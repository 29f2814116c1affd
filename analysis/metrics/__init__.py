"""The numbers of one trial or cell, each from raw rows: rates, percentiles, growth, utilisation, intervals.

It imports only `data` and what stands before it.
"""
