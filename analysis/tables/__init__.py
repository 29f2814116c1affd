"""Summaries, ratios and predictions as tables of text for people.

It imports `findings` and what stands before it.
"""
