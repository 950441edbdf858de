"""Whether a changed text corrects the old one, or only moves a comma; pure.

Both texts are cut into sentences and aligned. What counts are facts that a reader may
have passed on: figures with their units and dates, names, denials, and words in
quotation marks; how a thing is written («14» or «fourteen», a mark, a capital, a space)
does not.

    rewritten   a fact that went and another in its place is a correction
    taken out   a fact that stands nowhere any more is one too, but for closing
                paragraphs: texts are shortened from the end
    put in      a fact that is new is one in the middle of a paragraph that stood there;
                new paragraphs, and what follows the last sentence, are an update

An excerpt takes nothing back, and of a text that is mostly another one nothing is said:
it is a new text. What says of itself that it corrects, does (`notice`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from digests.corrections import facts
from digests.corrections.aligning import Aligned, Piece, aligned
from digests.corrections.facts import CorrectionKind, Fact
from digests.types import Article, Span

__all__ = ["Correction", "CorrectionKind", "differs", "every"]

#: With more than this part of its sentences gone a text is another one.
_MOSTLY = 0.5
#: At least this part of it must stay for all of its corrections to be told.
_STAYS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What was put right: the old sentence's facts, and what stands in their place."""

    kind: CorrectionKind
    #: The words that went and those that came; one of them may be "".
    before: str
    after: str
    #: The sentence as it reads now, or as it read where it was taken out.
    sentence: str
    #: The sentence as it read before, and as it reads now; None where there is none.
    old: Piece | None = None
    new: Piece | None = None


def differs(old: Article, new: Article) -> Correction | None:
    """The first correction of substance that `new` makes to `old`, or None.

    Args:
        old: A stored version.
        new: A later version of the same article.
    """
    return next(_each(old, new, aligned(old, new)), None)


def every(old: Article, new: Article) -> tuple[Correction, ...]:
    """All of them: of rewritten sentences, then what was taken out, then what came.

    None where less than half of the old text is still there: what took its place is
    another text, and corrects nothing.
    """
    there = aligned(old, new)
    return tuple(_each(old, new, there)) if there.kept >= _STAYS else ()


def is_in(correction: Correction, span: Span) -> bool:
    """Whether what was put right stood in this stretch of the old text."""
    at = correction.old.span if correction.old else None
    return at is not None and at.start < span.end and span.start < at.end


def _each(old: Article, new: Article, there: Aligned) -> Iterator[Correction]:
    lang = new.lang or old.lang
    known = facts.known_names((old, new), lang)
    for one in there.rewritten:
        pair = facts.compared(one.old.text, one.new.text, one.around, known, lang)
        for fact in pair:
            yield _made(fact, one.old, one.new)
    if len(there.gone_at) > _MOSTLY * len(there.old):
        return
    gone = [] if new.excerpt else there.taken_out()
    for piece, fact in _lacking(gone, new, known, lang):
        yield _made(_turned(fact), piece, None)
    for piece, fact in _lacking(there.put_in(), old, known, lang):
        yield _made(fact, None, piece)
    for place in there.came_at:
        said = facts.notice(there.new[place].text)
        if said is not None:
            yield _made(said, None, there.new[place])


def _lacking(
    pieces: Sequence[Piece], other: Article, known: Collection[str], lang: str | None
) -> Iterator[tuple[Piece, Fact]]:
    """Those of the sentences that have a fact which the other text has not."""
    if not pieces:
        return
    elsewhere = facts.Elsewhere(other, known, lang)
    for piece in pieces:
        fact = elsewhere.lacks(piece.text)
        if fact is not None:
            yield piece, fact


def _turned(fact: Fact) -> Fact:
    """What came the other way round is what went."""
    return Fact(kind=fact.kind, before=fact.after, after="")


def _made(fact: Fact, old: Piece | None, new: Piece | None) -> Correction:
    said = new or old
    return Correction(
        kind=fact.kind,
        before=fact.before,
        after=fact.after,
        sentence=said.text if said else "",
        old=old,
        new=new,
    )
