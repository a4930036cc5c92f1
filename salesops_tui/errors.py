"""The errors that a person may see: one line that says what is wrong, where, and what to do."""

from __future__ import annotations


class SalesopsError(Exception):
    """A refusal or failure with a message for people; never shown with a traceback.

    Attributes:
        exit_code: what the command line ends with (1 refused or failed, 2 wrong usage).
    """

    exit_code = 1


class Refused(SalesopsError):
    """The request is understood and not allowed: by a rule, a permission or the state of things."""


class NotFound(SalesopsError):
    """A deal, person, call or file that was named does not exist."""


class WrongUsage(SalesopsError):
    """The request itself makes no sense (a moment that cannot be read, reversed moments)."""

    exit_code = 2


class BadInput(SalesopsError):
    """A file that cannot be taken in. The message names the file and, where known, line and column."""


class StoreProblem(SalesopsError):
    """The store cannot be opened, read or written; the message says why and what to do."""


class Conflict(SalesopsError):
    """Somebody else was faster: both values are in the message, and nothing was overwritten.

    Attributes:
        theirs: the value that stands, in words.
        yours: the value that was not taken, in words.
    """

    def __init__(self, message: str, *, theirs: str, yours: str) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.yours = yours
