"""Fills the lesson in docs/lesson/ with the numbers of one experiment."""
