"""Misleading charts of the class's own data, each with the one that is right.

It imports `lesson.content`, and neither slides nor worksheets.
"""
