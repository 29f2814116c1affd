"""What can go wrong while reading a result."""


class AnalysisError(Exception):
    """A result cannot be read; the message says which file, what is wrong and what to do."""
