"""Which digest or story somebody means by a name, a number or words; it reads nothing.

What is unmistakable is enough; otherwise the error lists what there is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UnknownName, UserError
from bot.types import Digest, Issue
from digests.language.fold import fold
from digests.types import EditionStory


class WhichDigest(UserError):
    """Several digests may be meant; whoever asks can be shown these names."""

    def __init__(
        self, sentence: str, /, *, digests: Sequence[Digest], **values: object
    ) -> None:
        listed = ", ".join(f"«{digest.name}»" for digest in digests)
        super().__init__(sentence, names=listed, **values)
        self.names = tuple(digest.name for digest in digests)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A story as an edition told it."""

    issue: Issue
    #: Its number in the edition, from 1.
    number: int
    story: EditionStory


def choose(known: Sequence[Digest], name: str | None) -> Digest:
    """The digest of that name, or by its unmistakable beginning.

    Raises:
        UserError: The name fits none, or several; the message lists what there is.
    """
    if not known:
        raise UserError(
            "No digest is set up here yet. /newsdesk setup makes one; so does a file: "
            "standfirst apply FILE.toml"
        )
    names = ", ".join(f"«{digest.name}»" for digest in known)
    if not name:
        if len(known) == 1:
            return known[0]
        raise WhichDigest("Say which digest: {names}.", digests=known)
    wanted = fold(name).strip()
    exact = [digest for digest in known if fold(digest.name) == wanted]
    near = exact or [d for d in known if fold(d.name).startswith(wanted)]
    if len(near) == 1:
        return near[0]
    if near:
        raise WhichDigest(
            "«{name}» fits several digests: say which of {names}.",
            name=name[:60],
            digests=near,
        )
    raise UnknownName(
        "There is no digest «{name}» here. There are: {names}.",
        name=name[:60],
        names=names,
    )


#: «2. Harbour bridge closes …»: how a story is offered while somebody types.
_OFFERED = re.compile(r"#?(\d{1,3})\. (\S.*)", re.DOTALL)
#: Characters of it; platforms take at most 100.
_LABEL = 90


def offered(number: int, story: EditionStory) -> str:
    """The story's number and headline, as `story_offered` reads it again."""
    return f"{number}. {' '.join(story.headline.text.split())}"[:_LABEL].rstrip()


def is_offered(which: str) -> bool:
    """Whether it looks like a story that was offered."""
    return _OFFERED.fullmatch(which.strip()) is not None


def story_offered(issue: Issue, which: str) -> Found | None:
    """The story that was offered so; None where it is no such words.

    Raises:
        UnknownName: There is a newer edition meanwhile, which does not tell it.
    """
    said = _OFFERED.fullmatch(which.strip())
    if said is None:
        return None
    for number, story in enumerate(issue.edition.stories, 1):
        if offered(number, story) == which.strip().lstrip("#"):
            return Found(issue=issue, number=number, story=story)
    return worded(issue, said[2])


def is_number(which: str) -> bool:
    """Whether it is a story's number, alone or with its headline behind it."""
    return which.strip().lstrip("#").isdecimal() or is_offered(which)


def numbered(issue: Issue, number: int) -> Found:
    """The story of the edition with this number (from 1).

    Raises:
        UnknownName: There is none.
    """
    told = issue.edition.stories
    if 1 <= number <= len(told):
        return Found(issue=issue, number=number, story=told[number - 1])
    raise UnknownName(
        "This edition has stories 1 to {told}; there is no {number}.",
        told=len(told),
        number=number,
    )


def worded(issue: Issue, words: str) -> Found:
    """The first story of the edition that has all of the words.

    Raises:
        UnknownName: None has.
    """
    wanted = fold(words).split()
    for number, story in enumerate(issue.edition.stories, 1):
        text = fold(" ".join((story.headline.text, *(s.text for s in story.summary))))
        if wanted and all(word in text for word in wanted):
            return Found(issue=issue, number=number, story=story)
    raise UnknownName(
        "No story of the newest edition has the words «{words}». Try a "
        "number, or /news search.",
        words=words[:60],
    )
