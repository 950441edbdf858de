"""What became of each sentence of a text in a later one; it weighs no facts.

Both texts are cut into sentences, and the runs that are not the same are compared:
a sentence and its new wording share half of their words. What has no other wording
went, or came.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from digests.language import sentences, words
from digests.language.fold import fold
from digests.types import Article, Span

#: Part of a sentence's words that must be in another for it to be its new wording.
_ALIKE = 0.5
#: Sentences beyond this are not compared.
_MOST = 1000
#: Of a longer «sentence» only the beginning is.
_LONGEST = 2000
#: How many places away from the old sentence its new wording is looked for.
_REACH = 15

_TOKEN = re.compile(r"[^\W_]+|[%$€£¥]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A sentence, where it stands, and the paragraph that it stands in."""

    text: str
    paragraph: int
    #: None: it is the title.
    span: Span | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """A sentence with its new wording, and all that stands in its place."""

    old: Piece
    new: Piece
    around: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Aligned:
    """What became of the sentences, by their places in the old and the new text."""

    old: Sequence[Piece]
    new: Sequence[Piece]
    rewritten: Sequence[Rewritten]
    #: Places of sentences that are not in the other text in any wording.
    gone_at: Sequence[int]
    came_at: Sequence[int]

    @property
    def kept(self) -> float:
        """The part of the old sentences (0 to 1) that is there, or much alike."""
        if not self.old:
            return 0.0
        same = len(self.old) - len(self.gone_at) - len(self.rewritten)
        alike = sum(_shared(r.old.text, r.new.text) >= _ALIKE for r in self.rewritten)
        return (same + alike) / len(self.old)

    def taken_out(self) -> list[Piece]:
        """What is gone, but for closing paragraphs."""
        left = set(self.gone_at)
        stays = [n for n in range(len(self.old)) if n not in left]
        last = self.old[stays[-1]].paragraph if stays else -2
        return [self.old[n] for n in self.gone_at if self.old[n].paragraph <= last]

    def put_in(self) -> list[Piece]:
        """What came in between sentences of one paragraph."""
        came = set(self.came_at)
        stood: dict[int, list[int]] = {}
        for place, piece in enumerate(self.new):
            if place not in came:
                stood.setdefault(piece.paragraph, []).append(place)
        return [
            self.new[n]
            for n in self.came_at
            if (beside := stood.get(self.new[n].paragraph))
            and beside[0] < n < beside[-1]
        ]


def aligned(old: Article, new: Article) -> Aligned:
    """What became of the old text's sentences."""
    return _aligned(_pieces(old), _pieces(new))


def bare(text: str) -> str:
    """The sentence for comparing: its words, without marks and capitals."""
    return " ".join(_TOKEN.findall(fold(text)))


def _pieces(article: Article) -> list[Piece]:
    text = article.text
    pieces = [Piece(text=article.title, paragraph=-1)] if article.title else []
    paragraph, last = 0, 0
    for span in sentences.split(text, article.lang):
        paragraph += "\n" in text[last : span.start]
        last = span.end
        told = text[span.start : min(span.end, span.start + _LONGEST)]
        pieces.append(Piece(text=told, paragraph=paragraph, span=span))
    return pieces[:_MOST]


def _aligned(old: Sequence[Piece], new: Sequence[Piece]) -> Aligned:
    before, after = [bare(p.text) for p in old], [bare(p.text) for p in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rewritten: list[Rewritten] = []
    gone: list[int] = []
    came: list[int] = []
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        if how == "equal":
            continue
        taken: set[int] = set()
        for place in range(start, end):
            near = max(other_start, other_start + place - start - _REACH)
            far = min(other_end, other_start + place - start + _REACH)
            candidates = [new[n].text for n in range(near, far)]
            wording = _wording(old[place].text, candidates)
            if wording is None:
                gone.append(place)
            else:
                taken.add(near + wording)
                around = "\n".join(candidates)
                worded = Rewritten(
                    old=old[place], new=new[near + wording], around=around
                )
                rewritten.append(worded)
        came += [n for n in range(other_start, other_end) if n not in taken]
    return Aligned(old=old, new=new, rewritten=rewritten, gone_at=gone, came_at=came)


def _shared(one: str, other: str) -> float:
    """The part of all words of both that both have."""
    ours, theirs = set(bare(one).split()), set(bare(other).split())
    return len(ours & theirs) / max(1, len(ours | theirs))


def _wording(sentence: str, candidates: Sequence[str]) -> int | None:
    """The place of the new wording among the candidates."""
    own = set(words.tokens(fold(sentence)))
    best, most = None, 0.0
    for place, candidate in enumerate(candidates):
        other = set(words.tokens(fold(candidate)))
        shared = len(own & other) / max(1, min(len(own), len(other)))
        if shared > most:
            best, most = place, shared
    return best if most >= _ALIKE else None
