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
        self.names = tuple(digest.name for digest in digests)
        super().__init__(sentence, names=quote_names(self.names), **values)
        self.digests = tuple(digests)


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
        names=quote_names(digest.name for digest in known),
    )


#: More stories than any edition has.
MAX_NUMBER = 999
#: «2. Harbour bridge closes …»: a story as suggested by completion.
_SUGGESTION = re.compile(r"#?(?P<number>\d{1,3})\. (?P<words>\S.*)", re.DOTALL)
#: Characters of a suggestion; platforms accept at most 100.
_MAX_SUGGESTION = 90
#: «e-7k3m9q», and perhaps a story of it: «e-7k3m9q 2», «e-7k3m9q:s-3fk2p9».
_EDITION = re.compile(
    r"(?P<edition>e-[0-9a-z]{1,20})"
    r"(?:[\s/#:]+(?:(?P<number>\d{1,3})|(?P<story>s-[0-9a-z]{1,20})))?"
)


def format_suggestion(number: int, story: EditionStory) -> str:
    """Format the story's number and headline, as `parse_story_name` parses them."""
    line = f"{number}. {' '.join(story.headline.text.split())}"
    return line[:_MAX_SUGGESTION].rstrip()


@frozen
class StoryName:
    """What was typed to name a story; "" for each part that was not."""

    #: Public id of an edition: «e-7k3m9q».
    edition: str = ""
    #: Public id of the story: «s-3fk2p9».
    story: str = ""
    #: Its number in the edition, in digits.
    number: str = ""
    #: Words of it; after a number, its headline as completion suggests it.
    words: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it has nothing but words."""
        return not (self.edition or self.story or self.number)


def parse_story_name(typed: str) -> StoryName:
    """Parse «2», «2. Harbour bridge …», «s-3fk2p9», «e-7k3m9q 2» or a few words."""
    typed = typed.strip()
    if typed.startswith("s-"):
        return StoryName(story=typed)
    if typed.lstrip("#").isdecimal():
        return StoryName(number=typed.lstrip("#"))
    found = _EDITION.fullmatch(typed) or _SUGGESTION.fullmatch(typed)
    if found is None:
        return StoryName(words=typed)
    return StoryName(**{part: said or "" for part, said in found.groupdict().items()})


def find_story_in(stored_edition: StoredEdition, wanted: StoryName) -> ResolvedStory:
    """Find the story of the edition; its first one if only the edition is named.

    Raises:
        UnknownName: The edition has no such story.
    """
    stories = list_resolved(stored_edition)
    if wanted.words or wanted.is_text:
        return _find_worded_story(stories, wanted)
    if wanted.story:
        for found in stories:
            if found.story.id == wanted.story:
                return found
        raise UnknownName(
            "The edition {edition} has no story {id}.",
            edition=stored_edition.public_id,
            id=wanted.story,
        )
    number = parse_whole_number(wanted.number or "1", len(stories), least=1)
    if number is not None:
        return stories[number - 1]
    raise UnknownName(
        "There is no story {number}: the edition ends with story {stories}.",
        stories=len(stories),
        number=wanted.number[:20],
    )


def _find_worded_story(
    stories: Sequence[ResolvedStory], wanted: StoryName
) -> ResolvedStory:
    """Find the suggested story, or the first one that contains all of the words."""
    suggested = f"{wanted.number}. {wanted.words}"
    for found in stories:
        if format_suggestion(found.number, found.story) == suggested:
            return found
    words = normalize_text(wanted.words).split()
    for found in stories:
        story = found.story
        shown = (story.headline.text, *(sentence.text for sentence in story.summary))
        text = normalize_text(" ".join(shown))
        if words and all(word in text for word in words):
            return found
    raise UnknownName(
        "No story of the editions here contains «{words}». Try /news search.",
        words=wanted.words[:60],
    )


def find_past_story(listed: Sequence[PastStory], wanted: StoryName) -> PastStory | None:
    """Find the newest story with this number, or with all of the words as headline.

    Args:
        listed: Stories of earlier editions, the newest first.
        wanted: A number or words.
    """
    words = normalize_text(wanted.words).split()
    number = parse_whole_number(wanted.number, MAX_NUMBER)
    for one in listed:
        headline = normalize_text(one.headline)
        if words and all(word in headline for word in words):
            return one
        if not wanted.words and one.number == number:
            return one
    return None


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
        names=quote_names(place.name for place in known) or Message("none"),
    )


def resolve_source(known: Sequence[Source], name: str) -> Source:
    """Find the source of this name or address, or the only one that contains the words.

    Its name is the one in the digest that it was loaded with, or its own. A secret
    address is also known by the form in which it is shown.

    Raises:
        UserError: The words match none of them, or several; the message lists names.
    """
    near = match_sources(known, name)
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


def match_sources(known: Sequence[Source], name: str) -> list[Source]:
    """List the sources of this name or address, or else those that contain it."""
    wanted = normalize_text(name).strip()
    named = [(source, _list_source_names(source)) for source in known]
    return [source for source, names in named if wanted in names] or [
        source for source, names in named if any(wanted in one for one in names)
    ]


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
