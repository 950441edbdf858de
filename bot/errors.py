"""Errors of the bot and translatable messages: an English sentence and its values.

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

It must not raise, whatever the sentence or the values: a sentence with a fault in it is
shown as it is. Not `str.format`, which would reach into values by attribute and index.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self


class BotError(Exception):
    """Base of every error that the bot raises on purpose."""

    #: The English sentence, its places open; and what belongs in them.
    sentence: str
    values: Mapping[str, object]

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        super().__init__(fill_placeholders(sentence, values))
        self.sentence = sentence
        self.values = values


class UserError(BotError):
    """Somebody can mend this; the message says how."""


class FieldError(UserError):
    """An answer that cannot be: the sentence belongs to the question `field`."""

    def __init__(self, sentence: str, /, *, field: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field

    @classmethod
    def of(cls, error: UserError, *, field: str) -> Self:
        """What `error` says, as a mistake in this answer."""
        return cls(error.sentence, field=field, **error.values)


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


class MessageGone(SendRefused):
    """The message that it is about is not there any more."""


class SendRateLimited(SendError):
    """Not now; `retry_after` is in seconds."""

    def __init__(
        self, sentence: str, /, *, retry_after: float, **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.retry_after = retry_after


class SendNotReceived(SendError):
    """The operation certainly had no effect; it can be sent again."""


class SendUnclear(SendError):
    """The operation may have had its effect: read back before sending again."""


_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, init=False, slots=True)
class Message:
    """Words that are not said yet: an English sentence, and values for its {places}.

    For what is worded where no language is known, and belongs in a place of another
    sentence. A value may be a phrase too. `str` says it in English; an error that has
    it among its values says it in any language.
    """

    sentence: str
    values: Mapping[str, object]

    def __init__(self, sentence: str, /, **values: object) -> None:
        """Keep both apart."""
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """In English."""
        return fill_placeholders(self.sentence, self.values)


def fill_placeholders(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its places filled; a place without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def find_placeholders(sentence: str) -> frozenset[str]:
    """The names in {braces} of a sentence."""
    return frozenset(_PLACEHOLDER.findall(sentence))
