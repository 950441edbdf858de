"""Errors of the bot, and whose turn it is to act on each.

    BotError                      base; its text is a whole sentence fit to be shown
    ├── UserError                 the user's turn: what, where, and what to do
    │   ├── ConfigurationError    setting, file or database not as it must be (exit 3)
    │   ├── UnknownName           a digest, destination, command … that does not exist
    │   └── Forbidden             the person may not do this here
    └── SendError                 a platform did not take a message
        ├── Refused               for good: the destination (or workspace) stops
        │   └── Gone              the message is not there any more
        ├── Limited               not now: try again after `retry_after` seconds
        ├── Unreached             it certainly did not arrive: try again
        └── Unclear               it may have arrived: read back before anything else

Anything else is a defect of ours: the developer's turn.

Each carries a `Message`. A `SendError` is stored as the reason of its delivery, so it
names a code of a `messages.toml` file; the others are only shown, and are written as
for `Texts.say`: an English sentence with {places}, and their values by name.
`str(error)` is English; `Texts.error` gives the text in any language.
"""

from pathlib import Path
from typing import Self

from digests.messages import Message, add_sentences, as_message

add_sentences(Path(__file__).parent)


class BotError(Exception):
    """Base of every error that the bot raises on purpose."""

    message: Message

    def __init__(self, message: str | Message = "", /, **params: object) -> None:
        self.message = as_message(message, **params)
        super().__init__(self.message)


class UserError(BotError):
    """Somebody can mend this; the message says how."""


class FieldError(UserError):
    """An answer that cannot be: the sentence belongs to the question `field`."""

    def __init__(
        self, message: str | Message, /, *, field: str, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.field = field

    @classmethod
    def of(cls, error: UserError, *, field: str) -> Self:
        """What `error` says, as a mistake in this answer."""
        return cls(error.message, field=field)


class ConfigurationError(UserError):
    """A setting, a configuration file or the database is not as it must be."""


class UnknownName(UserError):
    """Something was named that does not exist; the message offers what does."""


class Forbidden(UserError):
    """The person may not do this here; the message says who may."""


class SendError(BotError):
    """A platform did not (clearly) take an operation."""


class SendRefused(SendError):
    """For good. `whole_workspace` when the platform refuses everything of it.

    `message_only` when it refuses this message, and would take another. `may_return`
    when somebody may mend it on the platform (a permission): it is tried again now
    and then; otherwise a person has to say so here.
    """

    def __init__(
        self,
        message: str | Message,
        /,
        *,
        whole_workspace: bool = False,
        message_only: bool = False,
        may_return: bool = False,
        **params: object,
    ) -> None:
        super().__init__(message, **params)
        self.whole_workspace = whole_workspace
        self.message_only = message_only
        self.may_return = may_return


class MessageGone(SendRefused):
    """The message that it is about is not there any more."""


class SendRateLimited(SendError):
    """Not now; `retry_after` is in seconds."""

    def __init__(
        self, message: str | Message, /, *, retry_after: float, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class SendNotReceived(SendError):
    """The operation certainly had no effect; it can be sent again."""


class SendUnclear(SendError):
    """The operation may have had its effect: read back before sending again."""
