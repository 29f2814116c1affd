"""How a count that does not agree with its noun is found in any words."""

import re

#: A one, and not the end of a longer number, before a noun in the plural.
ONE_OF_MANY = re.compile(r"(?<![\d.,–] )(?<![\d.,–])\b1 (?!is |in |of )[a-z]+s\b(?!/)")
