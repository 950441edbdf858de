"""What can go wrong in the composer, and whose turn it is then.

    DigestsError                  base; its text is a whole sentence fit to be shown
    └── InputError                the user's turn: what, where, and what to do
        ├── UnreadableInput       a file or line that cannot be read as text
        └── UsageError            a verb, option or value that does not exist

Anything else that leaves this package is a defect of ours: the developer's turn.
"""


class DigestsError(Exception):
    """Base of every error that the composer raises on purpose."""


class InputError(DigestsError):
    """The input is at fault; the message says what to do about it."""


class UnreadableInput(InputError):
    """A file, folder or line that holds no readable text."""


class UsageError(InputError):
    """A verb, an option or a value that the interface does not know."""
