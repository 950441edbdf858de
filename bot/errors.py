"""Errors of the bot, grouped by who can act on them.

    BotError                      base; its text is a whole sentence fit to be shown
    ├── UserError                 a person can fix it; says what, where and how
    │   ├── ConfigurationError    setting, file or database is invalid (exit 3)
    │   ├── UnknownName           a digest, destination, command … that does not exist
    │   └── Forbidden             the person may not do this here
    └── SendError                 a platform did not accept a message
        ├── SendRefused           permanent: the destination (or workspace) stops
        │   └── MessageGone       the message does not exist any more
        ├── SendRateLimited       try again after `retry_after` seconds
        ├── SendNotReceived       it certainly did not arrive: try again
        └── SendUnclear           it may have arrived: read back before anything else

    Any other exception is a bug.

Each has a `Message`. A `SendError` is stored as the reason of its delivery, so it
names a code of a `messages.toml` file; the others are only shown, and are written as
for `Texts.say`: an English sentence with {placeholders}, and their values by name.
`str(error)` is English; `Texts.error` returns the text in any language.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from digests.errors import DigestsError
from digests.messages import Message, as_message


class BotError(Exception):
    """Base of every error that the bot raises on purpose."""

    #: Of the process that it ends.
    exit_code: ClassVar = 1
    message: Message

    def __init__(self, message: str | Message = "", /, **params: object) -> None:
        self.message = as_message(message, **params)
        super().__init__(self.message)


class UserError(BotError):
    """A person can fix this; the message says how."""

    exit_code = 2


class FieldError(UserError):
    """Invalid answer to the question `field` of a form; "" = to no single one."""

    def __init__(
        self, message: str | Message, /, *, field: str = "", **params: object
    ) -> None:
        super().__init__(message, **params)
        self.field = field

    @classmethod
    def of(cls, error: UserError, *, field: str) -> Self:
        """Convert another error to one about the question `field`."""
        return cls(error.message, field=field)


class ConfigurationError(UserError):
    """A setting, a configuration file or the database is invalid or unusable."""

    exit_code = 3


class UnknownName(UserError):
    """Unknown name; the message lists the names that exist."""


class Forbidden(UserError):
    """The person may not do this here; the message says who may."""


class SendError(BotError):
    """A platform did not (clearly) perform an operation."""


class SendRefused(SendError):
    """The platform refuses the operation permanently.

    Attributes:
        whole_workspace: It refuses everything in the workspace.
        message_only: It refuses this message, and would accept another.
        may_return: Somebody may fix it on the platform (a permission), so it is
            probed now and then; otherwise a person has to resume posting here.
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
    """The message to edit or delete does not exist any more."""


class SendRateLimited(SendError):
    """Rate limit; `retry_after` is in seconds."""

    def __init__(
        self, message: str | Message, /, *, retry_after: float, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class SendNotReceived(SendError):
    """The operation certainly had no effect; it can be sent again."""


class SendUnclear(SendError):
    """The operation may have had its effect: read back before sending again."""


@contextmanager
def report_at_field(field: str) -> Iterator[None]:
    """Report an error of the block as an error of the question `field`."""
    try:
        yield
    except UserError as error:
        raise FieldError.of(error, field=field) from None
    except DigestsError as error:
        raise FieldError("{problem}", problem=error, field=field) from None


def quote_names(names: Iterable[str]) -> str:
    """List names for a message: «Evening», «Morning brief»."""
    return ", ".join(f"«{name}»" for name in names)
