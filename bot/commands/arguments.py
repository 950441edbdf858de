"""Parameters that several commands share, with their converters.

A converter gets the context and the typed text without surrounding white space. It
returns the value, or raises a `UserError` whose message says what to type instead.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated

from bot.commands.context import CommandContext
from bot.commands.forms import Option
from bot.errors import FieldError, UnknownName, UserError
from bot.lookup import explanations
from bot.lookup.text_search import parse_since
from bot.model import Digest
from bot.schedules.calendar import find_zone
from digests.language.dates import WEEKDAYS
from digests.types import EditionStory

# ── digests ────────────────────────────────────────────────────────────────────


async def find_digest(context: CommandContext, typed: str) -> Digest:
    """Find the digest of this name; without a name, the digest that is posted here.

    Raises:
        AmbiguousDigest: Several may be meant.
        UserError: There is none.
    """
    return await context.archive.named(context.place, typed)


async def select_digests(context: CommandContext, typed: str) -> tuple[Digest, ...]:
    """Find the digest of this name; without a name, all digests of the workspace."""
    if typed:
        return (await find_digest(context, typed),)
    return await context.list_digests()


DIGEST_OPTION = Option(
    description="Its name; without it the one that posts here",
    completes="digest",
    implicit=True,
    convert=find_digest,
)
#: The digest that is named, or that is posted here.
DigestArgument = Annotated[Digest, DIGEST_OPTION]
#: The same, if the name is all that follows the command.
DigestNameArgument = Annotated[
    Digest,
    Option(
        description="Its name",
        rest=True,
        completes="digest",
        implicit=True,
        convert=find_digest,
    ),
]
#: The digest that is named, or every digest.
DigestsArgument = Annotated[
    tuple[Digest, ...],
    Option(
        description="Its name; without it the one that posts here",
        completes="digest",
        implicit=True,
        convert=select_digests,
    ),
]

# ── stories ────────────────────────────────────────────────────────────────────


async def find_story(context: CommandContext, typed: str) -> EditionStory:
    """Find a story by its number in the newest edition here, its id, or words.

    Raises:
        UserError: There is none.
    """
    try:
        return (await context.archive.story(context.place, typed)).story
    except UnknownName:
        found = await compose_unpublished_story(context, typed)
        if found is None:
            raise
        return found


async def compose_unpublished_story(
    context: CommandContext, typed: str
) -> EditionStory | None:
    """Compose the story with this id as an edition would show it; None if not found."""
    if not typed.startswith("s-"):
        return None
    return await explanations.compose_unpublished(
        context.db, context.publisher.engine, context.scope, typed
    )


#: A story by words, number or id, for commands that show more about it.
StoryReference = Annotated[
    str,
    Option(
        description="Its number, its id (s-…, or e-… 2), or words of it",
        rest=True,
        completes="story",
    ),
]
StoryArgument = Annotated[
    EditionStory,
    Option(
        description="Its number, its id (s-…, or e-… 2), or words of it",
        rest=True,
        completes="story",
        convert=find_story,
    ),
]
#: A story that is followed by another argument.
FollowedStoryArgument = Annotated[
    EditionStory,
    Option(
        description="Its number, its id, or a word of it",
        completes="story",
        convert=find_story,
    ),
]

#: The days that an edition can be previewed for.
PREVIEW_DAYS = ("today", "yesterday", "last 7 days")

# ── days and numbers ───────────────────────────────────────────────────────────


def _parse_since(context: CommandContext, typed: str) -> datetime | None:
    return parse_since(typed, now=context.now, zone=context.zone)


#: The instant at which a day begins.
SinceArgument = Annotated[
    datetime | None,
    Option(
        description="From this day on: yesterday, Monday, 2026-01-05, 7 days",
        convert=_parse_since,
    ),
]


def parse_zone(_: CommandContext, typed: str) -> str:
    """Parse the IANA name of a time zone."""
    return find_zone(typed)


def parse_page(_: CommandContext, typed: str) -> int:
    """Parse the number of a page; 0, which no list has, for any other text."""
    return int(typed[:6]) if typed.isdecimal() else 0


def within(least: int, most: int) -> Callable[[CommandContext, str], int]:
    """Build a converter to a number between these two, inclusive."""

    def convert(_: CommandContext, typed: str) -> int:
        if not typed.isdecimal() or not least <= int(typed[:6]) <= most:
            raise UserError(
                "Say how many, from {least} to {most}.", least=least, most=most
            )
        return int(typed)

    return convert


def at_most(most: int) -> Callable[[CommandContext, str], str]:
    """Build a converter that rejects texts of more characters."""

    def convert(_: CommandContext, typed: str) -> str:
        if len(typed) > most:
            raise UserError("That is too long: at most {most} characters.", most=most)
        return typed

    return convert


def collapse_blanks(_: CommandContext, typed: str) -> str:
    """Return the text on one line, words separated by single spaces."""
    return " ".join(typed.split())


_DAYS_AHEAD = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}


def parse_coming_day(said: str, today: date, *, field: str, earliest: int = 0) -> date:
    """Parse a coming day: «2026-12-24», «tomorrow» or «Friday».

    Args:
        said: The typed text; a weekday is the next one of its name, never today.
        today: The date in the zone of the digest.
        field: The question that an error belongs to.
        earliest: Minimum number of days ahead.

    Raises:
        FieldError: It is not a day, or one that has passed.
    """
    word = said.strip().casefold()
    if word in _DAYS_AHEAD:
        day = today + timedelta(days=_DAYS_AHEAD[word])
    elif word in WEEKDAYS:
        ahead = (WEEKDAYS[word] - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=ahead)
    else:
        day = _parse_date(said, field)
    if day < today + timedelta(days=earliest):
        raise FieldError(
            "{date} is too early: choose a later day.", date=day, field=field
        )
    return day


def _parse_date(said: str, field: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise FieldError(
            "«{said}» is not a day. Write «tomorrow», a weekday, or a date such as "
            "2026-12-24: year, month, day.",
            said=said[:40],
            field=field,
        ) from None
