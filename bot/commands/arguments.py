"""Parameters that several commands share, with their converters.

A converter gets the context and the typed text without surrounding white space. It
returns the value, or raises a `UserError` whose message says what to type instead.

An attached file is fetched from the platform's own file host and from nowhere else, up
to a maximum size. Its content is not interpreted here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

from bot.commands.context import CommandContext, Option
from bot.errors import FieldError, UnknownName, UserError, report_at_field
from bot.lookup import explanations
from bot.lookup.archive import load_story_articles
from bot.lookup.text_search import parse_since
from bot.model import ATTACHMENT_LIMIT, PREVIEW_ID, Digest
from bot.publishing.full_texts import PERSON_SECONDS
from digests.language.dates import WEEKDAYS
from digests.language.normalization import parse_whole_number
from digests.types import EditionStory

# ── digests ────────────────────────────────────────────────────────────────────


async def find_digest(context: CommandContext, typed: str) -> Digest:
    """Find the digest of this name; without a name, the digest that is posted here.

    Raises:
        AmbiguousDigest: Several may be meant.
        UserError: There is none.
    """
    return await context.archive.named(context.place, typed)


#: An option for a digest that has to be named, unless it is `implicit`.
named_digest = partial(Option, completes="digest", convert=find_digest)
#: The digest that is named by all that follows the command, or that is posted here.
DigestNameArgument = Annotated[
    Digest, named_digest("Its name", rest=True, implicit=True)
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
        if found := await find_unpublished_story(context, typed):
            return found
        raise


async def find_unpublished_story(
    context: CommandContext, typed: str
) -> EditionStory | None:
    """Compose the story with this id as an edition would show it; None if not found.

    A choice below a preview names it the same way: «preview:s-7k3m9q».
    """
    story = typed.removeprefix(f"{PREVIEW_ID}:")
    if not story.startswith("s-"):
        return None
    articles = await context.query(load_story_articles, story)
    await read_full_texts(context, [a.id for a in articles if a.excerpt])
    return await explanations.compose_unpublished(
        context.db, context.publisher.engine, context.scope, story
    )


async def read_full_texts(context: CommandContext, articles: Iterable[str]) -> int:
    """Read the pages behind articles (ids) that a person asks for; return how many."""
    keys = [int(article) for article in articles]
    read = context.publisher.full_texts.read_articles
    return await read(context.scope, keys, seconds=PERSON_SECONDS) if keys else 0


#: An option for a story.
named_story = partial(Option, completes="story")
#: A story by words, number or id, for commands that show more about it.
StoryReference = Annotated[
    str, named_story("Its number, its id (s-…, or e-… 2), or words of it", rest=True)
]
#: A story that is followed by another argument.
FollowedStoryArgument = Annotated[
    EditionStory, named_story("Its number, its id, or a word of it", convert=find_story)
]

#: The days that an edition can be previewed for.
PREVIEW_DAYS = ("today", "yesterday", "last 7 days")

# ── days and numbers ───────────────────────────────────────────────────────────


#: The instant at which a day begins.
SinceArgument = Annotated[
    datetime | None,
    Option(
        "From this day on: yesterday, Monday, 2026-01-05, 7 days",
        convert=lambda context, typed: parse_since(
            typed, now=context.now, zone=context.zone
        ),
    ),
]


def within(least: int, most: int) -> Callable[[CommandContext, str], int]:
    """Build a converter to a number between these two, inclusive."""

    def convert(_: CommandContext, typed: str) -> int:
        number = parse_whole_number(typed, most, least=least)
        if number is None:
            raise UserError(
                "Say how many, from {least} to {most}.", least=least, most=most
            )
        return number

    return convert


def at_most(most: int) -> Callable[[CommandContext, str], str]:
    """Build a converter that rejects texts of more characters."""

    def convert(_: CommandContext, typed: str) -> str:
        if len(typed) > most:
            raise UserError("That is too long: at most {most} characters.", most=most)
        return typed

    return convert


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


#: Seconds that fetching a file may take.
DOWNLOAD_SECONDS = 20.0
#: The option that takes a file.
FILE = "file"


async def read_given_text(context: CommandContext, typed: str) -> str:
    """Return the text of the option `file`, decoded as UTF-8 with or without a BOM.

    Raises:
        FieldError: It cannot be fetched, or it is not UTF-8.
    """
    attached = context.invocation.file
    if attached is None and not _is_address(typed):
        return context.invocation.args[FILE].removeprefix("\ufeff")
    body = await read_given_bytes(context, typed)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FieldError(
            "The file is not UTF-8 text. Save it as UTF-8 and give it again.",
            field=FILE,
        ) from None


async def read_given_bytes(context: CommandContext, typed: str) -> bytes:
    """Return the bytes of the file that was attached, linked or typed.

    Raises:
        FieldError: It cannot be fetched.
    """
    source_reader = context.publisher.ingestor.source_reader
    attached = context.invocation.file
    if attached is None:
        if _is_address(typed):
            return await _download(source_reader.fetch_file(typed))
        return context.invocation.args[FILE].encode("utf-8", "replace")
    if typed:
        raise FieldError("Give the text or a file, not both.", field=FILE)
    if attached.size > ATTACHMENT_LIMIT:
        raise FieldError(
            "A file may have at most {most} KB; «{name}» has {size} KB. Give it in "
            "several parts.",
            most=ATTACHMENT_LIMIT // 1_000,
            name=attached.name[:80],
            size=-(-attached.size // 1_000),
            field=FILE,
        )
    body = await _download(
        source_reader.fetch_attachment(attached, most=ATTACHMENT_LIMIT)
    )
    if len(body) != attached.size:
        # Platforms also respond with another page if the file may not be read.
        raise FieldError("The file arrived incomplete. Give it again.", field=FILE)
    return body


async def read_given_address(context: CommandContext, address: str) -> bytes:
    """Return the bytes of the file at an address.

    Raises:
        FieldError: It cannot be fetched.
    """
    source_reader = context.publisher.ingestor.source_reader
    return await _download(source_reader.fetch_file(address))


def _is_address(typed: str) -> bool:
    """Check whether the text is one URL and nothing else."""
    return typed.lower().startswith(("https://", "http://")) and len(typed.split()) == 1


async def _download(work: Awaitable[bytes]) -> bytes:
    try:
        with report_at_field(FILE):
            return await asyncio.wait_for(work, DOWNLOAD_SECONDS)
    except TimeoutError:
        raise FieldError(
            "It did not arrive within {n} seconds. Try again, or give its text.",
            n=round(DOWNLOAD_SECONDS),
            field=FILE,
        ) from None
