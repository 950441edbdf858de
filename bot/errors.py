"""What can go wrong around the composer, and whose turn it is then.

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

What an error says is written as for `Texts.say`: an English sentence with {places}, and
their values by name. `str(error)` is English; `Texts.error` says it in any language.
"""

from collections.abc import Mapping

from bot.sentences import filled


class BotError(Exception):
    """Base of every error that the bot raises on purpose."""

    #: The English sentence, its places open; and what belongs in them.
    sentence: str
    values: Mapping[str, object]

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        super().__init__(filled(sentence, values))
        self.sentence = sentence
        self.values = values


class UserError(BotError):
    """Somebody can mend this; the message says how."""


class ConfigurationError(UserError):
    """A setting, a configuration file or the database is not as it must be."""


class UnknownName(UserError):
    """Something was named that does not exist; the message offers what does."""


class Forbidden(UserError):
    """The person may not do this here; the message says who may."""


class SendError(BotError):
    """A platform did not (clearly) take an operation."""


class Refused(SendError):
    """For good. `whole_workspace` when the platform refuses everything of it.

    `message_only` when it refuses this message, and would take another. `may_return`
    when somebody may mend it on the platform (a permission): it is tried again now
    and then; otherwise a person has to say so here.
    """

    def __init__(
        self,
        sentence: str,
        /,
        *,
        whole_workspace: bool = False,
        message_only: bool = False,
        may_return: bool = False,
        **values: object,
    ) -> None:
        super().__init__(sentence, **values)
        self.whole_workspace = whole_workspace
        self.message_only = message_only
        self.may_return = may_return


class Gone(Refused):
    """The message that it is about is not there any more."""


class Limited(SendError):
    """Not now; `retry_after` is in seconds."""

    def __init__(
        self, sentence: str, /, *, retry_after: float, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class Unreached(SendError):
    """The operation certainly had no effect; it can be sent again."""


class Unclear(SendError):
    """The operation may have had its effect: read back before sending again."""
