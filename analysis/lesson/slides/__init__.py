"""The slides: their story, reveal.js, and PowerPoint.

It imports `lesson.content`, and neither worksheets nor gallery.
"""
