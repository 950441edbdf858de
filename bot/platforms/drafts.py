"""Keeps forms that wait to be opened again, for an hour; it asks nothing."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.types import Form

#: Forms that wait, and for how many seconds.
MOST: Final = 500
LIFE: Final = 3_600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    user: str
    form: Form
    until: float


class Drafts:
    """Forms by a word that only their message holds; the oldest give way."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, user: str, form: Form) -> str:
        """Keep the form for this person; the word to ask for it with."""
        word = secrets.token_urlsafe(9)
        until = self._now() + LIFE
        self._kept[word] = _Kept(user=user, form=form, until=until)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return word

    def find(self, user: str, word: str) -> Form | None:
        """The form, if it is this person's and was not kept for too long."""
        kept = self._kept.get(word)
        if kept is None or kept.user != user or kept.until < self._now():
            return None
        return kept.form
