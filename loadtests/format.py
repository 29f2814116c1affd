"""How counts read for people."""


def amount(count: int, what: str) -> str:
    """A count with its noun, such as `1 trial` or `3 trials`; what ends in a hiss takes `es`."""
    plural = f"{what}es" if what.endswith(("s", "x", "z", "ch", "sh")) else f"{what}s"
    return f"{count} {what if count == 1 else plural}"


def are(count: int) -> str:
    """The verb behind a count."""
    return "is" if count == 1 else "are"
