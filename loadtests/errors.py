"""What can go wrong in a set-up; a failed request is a row in the data and never an exception."""


class QueuelabError(Exception):
    """Says in one sentence what is wrong, where, and what to do."""


class PlanError(QueuelabError):
    """A plan that cannot be run as it is written."""


class StackError(QueuelabError):
    """A stack that did not start, is not what was asked for, or did not stay up."""


class TrialError(QueuelabError):
    """A trial that could not be measured."""
