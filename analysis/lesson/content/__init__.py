"""What a lesson is about: its slides as values, its numbers, its questions and its pages' templates.

It imports `report` and what stands before it.
"""
