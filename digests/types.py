"""The composer's types: frozen, keyword-only dataclasses.

Offsets are code points into `Article.text`, end exclusive. Instants are aware datetimes
in UTC. Collections are tuples, so that a noun can be shared freely.

It shows nothing itself, and an edition holds all its parts whatever is shown of them.
What no digest can turn off has no name here: title and day, a story's headline, its
source line and its corrections, and how the edition was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

DEFAULT_SUMMARISER: Final = "extractive"
QuoteKind = Literal["direct", "partial"]
DecisionStage = Literal[
    "filter", "fresh", "told", "story", "rank", "balance", "edition"
]
DecisionOutcome = Literal["chosen", "brief", "merged", "duplicate", "left out"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of a text: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Words of the text that name somebody: `text == source[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One piece of news in one stored version of its text (a revision)."""

    #: Unique among the articles of one call; the source's own id or the file's stem.
    id: str
    #: Normalised by `digests.language.clean`; every offset points into it.
    text: str
    title: str | None = None
    #: The outlet, as people know it.
    source: str = ""
    url: str | None = None
    published: datetime | None = None
    author: str | None = None
    #: BCP 47, declared by the source; None is read as English.
    lang: str | None = None
    #: Hash of title and text (`digests.language.revision`); "" until it was computed.
    revision: str = ""
    #: Id of the article that this one is a newer version of.
    revises: str | None = None
    #: "fictional" or "retold" for the sample articles that come with the project.
    sample: str | None = None
    #: Whether `text` is only what a feed tells of the article, not the article.
    excerpt: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Words between quotation marks, these excluded: `text == source[start:end]`."""

    start: int
    end: int
    text: str
    #: direct = a whole utterance; partial = words worked into the reporter's sentence.
    kind: QuoteKind
    #: Full name as the article gives it, or the noun phrase, or None: never a guess.
    speaker: str | None
    #: «national security adviser», in the article's words, or None.
    role: str | None
    #: The words that the speaker was resolved from.
    mention: Mention | None
    #: The reporting words («said», «according to»), or None.
    cue: str | None
    #: The sentence (or sentences) that hold the quote.
    context: Span
    #: Equal for the parts of one utterance (split by «he said», or over paragraphs).
    group: int
    #: 0 to 1: how far the chosen speaker stood above the next.
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number with its unit, what it measures, and its sentence."""

    start: int
    end: int
    #: `source[start:end]`, for example «about $273 billion».
    text: str
    #: With its scale applied: 4.2 million = 4200000.
    value: float
    #: In plain words: USD, percent, percentage points, km, years, people; "" if bare.
    unit: str
    #: What is measured, in the article's words, for example «bilateral trade».
    what: str
    sentence: Span
    #: When it held, in the article's words («in 2024»), where they stand beside it.
    when: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureComparison:
    """A figure that two articles give, with the sentences they give it in."""

    ours: Figure
    theirs: Figure
    #: Whether both tell the same value, rounding aside.
    equal: bool
    our_sentence: str
    their_sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEvent:
    """A sentence that says when something happened or will."""

    article: str
    #: The sentence's words.
    text: str
    sentence: Span
    #: Where the words that tell when stand («on Tuesday», «last week»).
    words: Span
    #: First and last day it may be; None where the text leaves them open.
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence that is shown, with where it came from."""

    #: The words of its spans, in order; only whole clauses may be left out.
    text: str
    spans: tuple[Span, ...]
    #: The stored version that the spans point into; "": the one it was told from.
    revision: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """A headline; `spans` is empty where the given title was kept."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A headline and a few sentences of one article."""

    headline: Headline
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportVerdict:
    """Whether a source supports a claim; `score` 0 to 1, higher = better supported."""

    supported: bool
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleAnalysis:
    """Everything that was read out of one article."""

    article: Article
    summary: Summary
    quotes: tuple[Quote, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryMembership:
    """The story that an article belongs to, and the article it repeats, if any."""

    article: str
    story: str
    duplicate_of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """The articles that report one event; the first is the one it is told from."""

    #: Public id, for example «s-7k3m9q»; made from the story's earliest article.
    id: str
    articles: tuple[Article, ...]
    #: Outlets that reported for themselves (wire copies of one text count once).
    outlets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedStory:
    """A story with its weight in a ranking and the reasons for it."""

    story: Story
    #: Above 0; comparable within one ranking only.
    score: float = 0.0
    #: Plain phrases, the weightiest first.
    reasons: tuple[str, ...] = ()
    #: Why a share cap moved it down, "" where none did.
    waited: str = ""
    #: Whether this digest published the story before and it has news.
    update: bool = False
    #: The new sentences of an update, in the text of the story's first article.
    news: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteCard:
    """A quote made ready to show. `text` is verbatim."""

    text: str
    #: «Xi Jinping, Chinese President», or None: the renderer says that it is not named.
    speaker: str | None
    role: str | None
    #: Outlet and article it comes from.
    source: str
    article: str
    url: str | None
    published: datetime | None
    #: Place of the words in the article, and of the sentence that gives them sense.
    span: Span
    context: Span
    #: The context's words.
    context_text: str
    #: A sentence for people who cannot see the card.
    alt: str
    #: Language of the quoted words, BCP 47.
    lang: str
    #: The stored version that the spans point into.
    revision: str = ""
    #: The article does not have the words any more: they are shown struck.
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionFigure:
    """A figure with the words around it, as an edition shows it."""

    figure: Figure
    article: str
    source: str
    #: The words of the figure's sentence.
    sentence_text: str
    #: The stored version that it stands in; "": the one its article was told in.
    revision: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """One thing that two outlets count differently; the first is the told article's."""

    ours: EditionFigure
    theirs: EditionFigure


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRef:
    """Which stored text something was taken from."""

    id: str
    revision: str
    source: str
    title: str | None
    url: str | None
    published: datetime | None
    lang: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionNote:
    """That a story was corrected after it was told: shown at its end."""

    at: datetime
    #: The article's words that went, and those that came; either may be "".
    before: str = ""
    after: str = ""
    #: An editor's own words; then there are no others.
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionStory:
    """A story as one edition tells it."""

    id: str
    headline: Headline
    #: Spans point into the text of `articles[0]`.
    summary: tuple[Sentence, ...]
    cards: tuple[QuoteCard, ...]
    figures: tuple[EditionFigure, ...]
    #: The first is the one the summary was taken from.
    articles: tuple[ArticleRef, ...]
    #: Independent outlets, the told one first.
    outlets: tuple[str, ...]
    #: Whether this digest told the story before (an «Update»).
    update: bool = False
    #: Why it stands where it stands, in words.
    reasons: tuple[str, ...] = ()
    #: The sentence of `articles[0]` that says why it matters, where one does.
    matters: Sentence | None = None
    #: Figures on which the story's outlets differ.
    disputes: tuple[Dispute, ...] = ()
    #: What was corrected since it was told, the earliest first.
    notes: tuple[CorrectionNote, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefStory:
    """One line of «also in brief»."""

    story: str
    headline: Headline
    article: ArticleRef
    outlets: tuple[str, ...]
    #: All that report the story; the first is `article`.
    articles: tuple[ArticleRef, ...] = ()
    notes: tuple[CorrectionNote, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDecision:
    """What became of one article on the way into an edition, and why."""

    article: str
    story: str | None
    stage: DecisionStage
    outcome: DecisionOutcome
    #: A plain sentence.
    reason: str
    #: The article that it repeats, if any.
    duplicate_of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InputCounts:
    """How much was read for an edition."""

    articles: int
    sources: int


#: The words of the summary; the sentence that says why it matters; quotes with the
#: edition's one quote; figures with what outlets count differently; «also in brief».
Section = Literal["summary", "matters", "quotes", "figures", "also"]
#: What is shown, in order; None: what each renderer shows by itself.
Sections: TypeAlias = tuple[Section, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One issue of a digest: neutral, complete, and the same for every platform."""

    title: str
    #: When it was composed.
    made_at: datetime
    made_from: InputCounts
    stories: tuple[EditionStory, ...]
    brief: tuple[BriefStory, ...]
    #: The one quote that stands for the edition; also found in its story's cards.
    hero: QuoteCard | None
    minutes: int
    lang: str
    decisions: tuple[ArticleDecision, ...] = ()
    sections: Sections = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedLedger:
    """What a digest's readers were shown before (the told-ledger)."""

    #: Ids of stories shown in full.
    stories: frozenset[str] = frozenset()
    #: «article@revision» of the articles that were read for a story shown in full.
    revisions: frozenset[str] = frozenset()
    #: Folded words (`digests.language.fold`) of sentences, figures and quotes shown.
    sentences: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    quotes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareCaps:
    """The share of the stories told in full that one of a kind may take, 0 to 1.

    At least one story each; a cap yields where nothing else is there to tell.
    """

    source: float = 0.5
    topic: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionStyle:
    """What an admin decides about the look and size of an edition."""

    title: str = "Digest"
    stories: int = 5
    #: A limit on the sentences of one story, joined; the detail has more.
    summary_chars: int = 280
    #: Which summariser chooses the sentences (`digests.summaries.registry`).
    summariser: str = DEFAULT_SUMMARISER
    #: Quotes shown with a story, at the most.
    quotes: int = 5
    #: Whether figures are shown with a story.
    figures: bool = True
    brief: int = 6
    sections: Sections = None
    lang: str = "en"
    #: Words or "phrases", any of which lets an article in (none = all).
    include: tuple[str, ...] = ()
    #: Words or "phrases", any of which keeps it out.
    exclude: tuple[str, ...] = ()
    caps: ShareCaps = ShareCaps()
    #: Words or "phrases" of which its reader wants more, and less: only the order
    #: follows from them.
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


ALL_SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionLayout:
    """Where the parts of an edition stand."""

    #: What stands between a story's headline and its source line.
    story: tuple[Section, ...]
    #: Whether the one quote of the edition is shown; where is the renderer's own.
    hero: bool = True
    #: Where «also in brief» stands, seen from the stories.
    also: Literal["above", "below", "nowhere"] = "below"


def arrange_sections(chosen: Sections, usual: Sequence[Section]) -> SectionLayout:
    """How an edition with these sections is laid out.

    Args:
        chosen: By the digest.
        usual: What the renderer shows of a story where nothing was chosen.
    """
    if chosen is None:
        return SectionLayout(story=tuple(usual))
    return SectionLayout(
        story=tuple(section for section in chosen if section != "also"),
        hero="quotes" in chosen,
        also=_brief_position(chosen),
    )


def _brief_position(chosen: Sequence[Section]) -> Literal["above", "below", "nowhere"]:
    if "also" not in chosen:
        return "nowhere"
    return "above" if chosen[0] == "also" and len(chosen) > 1 else "below"
