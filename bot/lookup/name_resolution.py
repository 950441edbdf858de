"""Resolve names, numbers and words to digests, destinations and stories. Pure.

A unique prefix of a name is enough; otherwise the error lists the existing names.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.errors import UnknownName, UserError, quote_names
from bot.ingest import addresses
from bot.model import (
    Destination,
    Digest,
    Location,
    Source,
    StoredEdition,
    Workspace,
)
from bot.storage.edition_store import PastStory
from digests.language.normalization import normalize_text, parse_whole_number
from digests.messages import Message
from digests.types import EditionStory, frozen

#: How people name the channel in which they are.
HERE: Final = "here"
_HERE_NAMES = frozenset({HERE, "this channel", "hier", "hierher"})
#: The first channel of the local page.
FIRST_LOCAL_CHANNEL = "news"


class AmbiguousDigest(UserError):
    """Several digests may be meant; their names are the ones to choose from."""

    def __init__(
        self, sentence: str, /, *, digests: Sequence[Digest], **values: object
    ) -> None:
        listed = ", ".join(f"«{digest.name}»" for digest in digests)
        super().__init__(sentence, names=listed, **values)
        self.digests = tuple(digests)
        self.names = tuple(digest.name for digest in digests)


@frozen
class ResolvedStory:
    """A story as it is in an edition."""

    stored_edition: StoredEdition
    #: Its number in the edition, from 1.
    number: int
    story: EditionStory


def list_resolved(stored_edition: StoredEdition) -> list[ResolvedStory]:
    """List the stories of an edition with their numbers."""
    return [
        ResolvedStory(stored_edition=stored_edition, number=number, story=story)
        for number, story in enumerate(stored_edition.edition.stories, 1)
    ]


def resolve_digest(known: Sequence[Digest], name: str) -> Digest:
    """Find the digest of that name, or the only one whose name begins with it.

    Raises:
        UserError: The name matches none, or several; the message lists the names.
    """
    if not known:
        raise UserError(
            "No digest is set up here yet. /newsdesk setup makes one; so does a file: "
            "standfirst apply FILE.toml"
        )
    if not name and len(known) == 1:
        return known[0]
    if not name:
        raise AmbiguousDigest("Choose a digest: {names}.", digests=known)
    wanted = normalize_text(name).strip()
    exact = [digest for digest in known if normalize_text(digest.name) == wanted]
    near = exact or [d for d in known if normalize_text(d.name).startswith(wanted)]
    if len(near) == 1:
        return near[0]
    if near:
        raise AmbiguousDigest(
            "«{name}» matches several digests: {names}. Choose one.",
            name=name[:60],
            digests=near,
        )
    raise UnknownName(
        "There is no digest «{name}» here. There are: {names}.",
        name=name[:60],
        names=", ".join(f"«{digest.name}»" for digest in known),
    )


#: More stories than any edition has.
MAX_NUMBER = 999
#: «2. Harbour bridge closes …»: a story as suggested by completion.
_SUGGESTION = re.compile(r"#?(\d{1,3})\. (\S.*)", re.DOTALL)
#: Characters of a suggestion; platforms accept at most 100.
_MAX_SUGGESTION = 90


def format_suggestion(number: int, story: EditionStory) -> str:
    """Format the story's number and headline, as `resolve_suggestion` parses them."""
    line = f"{number}. {' '.join(story.headline.text.split())}"
    return line[:_MAX_SUGGESTION].rstrip()


def is_suggestion(which: str) -> bool:
    """Check whether the text looks like a suggested story."""
    return _SUGGESTION.fullmatch(which.strip()) is not None


def resolve_suggestion(
    stored_edition: StoredEdition, which: str
) -> ResolvedStory | None:
    """Find the story that was suggested with these words; None for any other words.

    Raises:
        UnknownName: There is a newer edition, which does not contain it.
    """
    said = _SUGGESTION.fullmatch(which.strip())
    if said is None:
        return None
    for found in list_resolved(stored_edition):
        if format_suggestion(found.number, found.story) == which.strip().lstrip("#"):
            return found
    return find_worded_story(stored_edition, said[2])


#: «e-7k3m9q», and perhaps a story of it: «e-7k3m9q 2», «e-7k3m9q:s-3fk2p9».
EDITION_ID = re.compile(r"(e-[0-9a-z]{1,20})(?:[\s/#:]+(\d{1,3}|s-[0-9a-z]{1,20}))?")


def is_story_reference(which: str) -> bool:
    """Check whether the text is a story's number or id, and not words of it."""
    is_id = which.startswith("s-") or EDITION_ID.fullmatch(which) is not None
    return is_id or is_story_number(which)


def is_story_number(which: str) -> bool:
    """Check whether the text is a story's number, alone or before its headline."""
    return which.strip().lstrip("#").isdecimal() or is_suggestion(which)


def get_numbered_story(stored_edition: StoredEdition, typed: str) -> ResolvedStory:
    """Return the story of the edition with this number (from 1), as it was typed.

    Raises:
        UnknownName: The edition has no such story.
    """
    stories = list_resolved(stored_edition)
    number = parse_whole_number(typed, len(stories), least=1)
    if number is not None:
        return stories[number - 1]
    raise UnknownName(
        "There is no story {number}: the edition ends with story {stories}.",
        stories=len(stories),
        number=typed[:20],
    )


def get_referenced_story(stored_edition: StoredEdition, typed: str) -> ResolvedStory:
    """Return the story of the edition with this number or public id.

    Raises:
        UnknownName: The edition has no such story.
    """
    if not typed.startswith("s-"):
        return get_numbered_story(stored_edition, typed)
    for found in list_resolved(stored_edition):
        if found.story.id == typed:
            return found
    raise UnknownName(
        "The edition {edition} has no story {id}.",
        edition=stored_edition.public_id,
        id=typed,
    )


def find_typed_story(stored_edition: StoredEdition, typed: str) -> ResolvedStory:
    """Find the story of the edition that a number, a suggestion or words name.

    Raises:
        UnknownName: The edition has no such story.
    """
    if typed.lstrip("#").isdecimal():
        return get_numbered_story(stored_edition, typed.lstrip("#"))
    suggested = resolve_suggestion(stored_edition, typed)
    return suggested or find_worded_story(stored_edition, typed)


def find_past_story(listed: Sequence[PastStory], typed: str) -> PastStory | None:
    """Find the newest story with this number, or with all of the words as headline.

    Args:
        listed: Stories of earlier editions, the newest first.
        typed: «2», «2. Harbour bridge closes …», or words.
    """
    if typed.lstrip("#").isdecimal():
        number = parse_whole_number(typed.lstrip("#"), MAX_NUMBER)
        return next((one for one in listed if one.number == number), None)
    wanted = _normalize_words(typed)
    for one in listed if wanted else ():
        headline = normalize_text(one.headline)
        if all(word in headline for word in wanted):
            return one
    return None


def _normalize_words(typed: str) -> list[str]:
    """Return the normalized words, without the number of a suggestion."""
    said = _SUGGESTION.fullmatch(typed.strip())
    return normalize_text(said[2] if said is not None else typed).split()


def find_worded_story(stored_edition: StoredEdition, words: str) -> ResolvedStory:
    """Find the first story of the edition that contains all of the words.

    Raises:
        UnknownName: No story contains them.
    """
    wanted = normalize_text(words).split()
    for found in list_resolved(stored_edition):
        story = found.story
        shown = (story.headline.text, *(sentence.text for sentence in story.summary))
        text = normalize_text(" ".join(shown))
        if wanted and all(word in text for word in wanted):
            return found
    raise UnknownName(
        "No story of the editions here contains «{words}». Try /news search.",
        words=words[:60],
    )


def select_workspaces(
    known: Sequence[Workspace], external_id: str | None
) -> list[Workspace]:
    """Select the workspaces with this id on their platform; None = all.

    «slack/T1» tells apart equal ids of several platforms.

    Raises:
        UnknownName: There is none; the message lists the ids.
    """
    found = [
        one
        for one in known
        if external_id in (None, one.external_id, f"{one.platform}/{one.external_id}")
    ]
    if external_id is not None and not found:
        raise UnknownName(
            "No workspace «{workspace}» is set up; known: {names}.",
            workspace=external_id,
            names=", ".join(one.external_id for one in known) or Message("none yet"),
        )
    return found


def resolve_destination(known: Sequence[Destination], name: str) -> Destination:
    """Find the destination of this name.

    Raises:
        UnknownName: There is none; the message lists the names.
    """
    wanted = normalize_text(name).strip().lstrip("#")
    for found in known:
        if normalize_text(found.name) == wanted:
            return found
    raise UnknownName(
        "There is no destination «{written}» here. There are: {names}.",
        written=" ".join(name.split())[:60],
        names=", ".join(f"«{place.name}»" for place in known) or Message("none"),
    )


def resolve_source(known: Sequence[Source], name: str) -> Source:
    """Find the source of this name or address, or the only one that contains the words.

    Its name is the one in the digest that it was loaded with, or its own. A secret
    address is also known by the form in which it is shown.

    Raises:
        UserError: The words match none of them, or several; the message lists names.
    """
    wanted = normalize_text(name).strip()
    named = [(source, _list_source_names(source)) for source in known]
    near = [source for source, names in named if wanted in names] or [
        source for source, names in named if any(wanted in one for one in names)
    ]
    if len(near) == 1:
        return near[0]
    listed = quote_names(format_source_name(one) for one in (near or known)[:10])
    said = " ".join(name.split())[:90]
    if near:
        raise UserError(
            "«{source}» matches several: {names}.", source=said, names=listed
        )
    raise UnknownName(
        "«{source}» is not a source here. There are: {names}.",
        source=said,
        names=listed or Message("none"),
    )


def format_source_name(source: Source) -> str:
    """Format the name that its digest shows for the source; at most 90 characters."""
    name = source.called or addresses.mask_secrets(source.name)
    return " ".join(name.split())[:90]


def _list_source_names(source: Source) -> frozenset[str]:
    forms = (source.name, source.called or "", source.address)
    masked = map(addresses.mask_secrets, (source.name, source.address))
    return frozenset(normalize_text(one).strip() for one in (*forms, *masked) if one)


def is_here(typed: str) -> bool:
    """Check whether it names the channel in which the person is."""
    return normalize_text(typed).strip() in _HERE_NAMES


def get_channel(place: Location) -> str:
    """Return the channel's id on its platform."""
    if place.channel is not None:
        return place.channel
    if place.workspace.is_local:
        return FIRST_LOCAL_CHANNEL
    raise UserError(
        "There is no channel here. Run /newsdesk setup in the channel that should get "
        "the news."
    )


def posts_to(digest: Digest, channel: str | None) -> bool:
    """Check whether the digest is posted in this channel."""
    return any(place.channel == channel for place in digest.destinations)
