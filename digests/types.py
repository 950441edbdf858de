"""The composer's types: frozen, keyword-only dataclasses.

Offsets are code points into `Article.text`, end exclusive. Instants are aware datetimes
in UTC. Collections are tuples, so that values can be shared freely.

An edition has all its parts, whether or not they are shown. A section is a part that a
digest can turn off; always shown are title and day, a story's headline, where its
outlets differ, its source line and its corrections, and how the edition was made.
"""

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from typing import (
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
    get_args,
)

from digests.frozen_classes import build_frozen_class
from digests.messages import Message

_Type = TypeVar("_Type")


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(field,)
)
def frozen(kind: type[_Type]) -> type[_Type]:
    """Class decorator: a frozen, keyword-only dataclass without further attributes."""
    return build_frozen_class(kind, kw_only=True)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen_positional(kind: type[_Type]) -> type[_Type]:
    """Class decorator: like `frozen`, and its values can be given by position."""
    return build_frozen_class(kind, kw_only=False)


DEFAULT_SUMMARISER: Final = "extractive"
QuoteKind = Literal["direct", "partial"]
#: How the picture of a quote card looks.
CardTheme = Literal["paper", "ink", "plain"]
#: What kind of text an article is, which decides how it is summarised.
ArticleKind = Literal[
    "news",
    "feature",
    "opinion",
    "letter",
    "interview",
    "live",
    "roundup",
    "obituary",
    "review",
    "advice",
    "results",
    "transcript",
    "junk",
]
#: How a number is stated.
FigureStatus = Literal[
    "reported", "expected", "denied", "disputed", "past", "hypothetical"
]
#: Whether a text came from its source (a feed, a folder) or from the page that an
#: entry of a feed links to.
TextOrigin = Literal["source", "page"]
DecisionStage = Literal[
    "filter", "fresh", "told", "story", "rank", "balance", "edition"
]
DecisionOutcome = Literal["chosen", "brief", "merged", "duplicate", "left out"]


@frozen
class Span:
    """A part of a text: `text[start:end]`."""

    start: int
    end: int


@frozen
class Mention:
    """The words of a text that name somebody: `text == source[start:end]`."""

    start: int
    end: int
    text: str


@frozen
class ArticleImage:
    """The lead image of an article, as its source names it; it is not fetched."""

    #: http or https, without user information; or the path of a file in the folder of
    #: its article.
    address: str
    #: What it shows, in the source's words; None where the source does not say.
    alt: str | None = None


@frozen
class Article:
    """One piece of news in one stored version of its text (a revision)."""

    #: Unique among the articles of one call; the source's own id or the file's stem.
    id: str
    #: The stored form (`clean_text`); every offset points into it.
    text: str
    title: str | None = None
    #: The outlet's usual name.
    source: str = ""
    url: str | None = None
    published: datetime | None = None
    author: str | None = None
    #: BCP 47, declared by the source; None is read as English.
    lang: str | None = None
    #: Hash of title and text (`revision_hash`); "" until it was computed.
    revision: str = ""
    #: The id of the article of which this is a newer version.
    revises: str | None = None
    #: "fictional" or "retold" for the sample articles that come with the project.
    sample: str | None = None
    #: Whether the text continues elsewhere, or may: it is the excerpt in a feed.
    excerpt: bool = False
    origin: TextOrigin = "source"
    #: The revision of the source's text of which this is the full text, read from its
    #: page; None for texts of a source.
    expands: str | None = None
    image: ArticleImage | None = None


@frozen
class Quote:
    """The words between quotation marks: `text == source[start:end]`."""

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
    #: The sentence (or sentences) of the quote.
    context: Span
    #: Equal for the parts of one utterance (split by «he said», or over paragraphs).
    group: int
    #: The lead of the chosen speaker over the next candidate, 0 to 1.
    confidence: float
    #: Whether a reader understands it without the sentences around it.
    alone: bool = True


@frozen
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
    #: The clause that states it with its verb, in the article's words: «revenue fell
    #: 8.4 % in the third quarter»; "" if there is none that a reader would understand.
    label: str = ""
    status: FigureStatus = "reported"


@frozen
class FigureComparison:
    """A figure that two articles state."""

    ours: Figure
    theirs: Figure
    #: Whether the values are the same, rounding aside.
    equal: bool


@frozen
class TimelineEvent:
    """A sentence that says when something happened or will happen."""

    article: str
    #: The sentence's words.
    text: str
    sentence: Span
    #: The words that say when («on Tuesday», «last week»).
    words: Span
    #: The first and last possible day; None where the text leaves them open.
    first: date | None = None
    last: date | None = None


@frozen
class Sentence:
    """A shown sentence with its origin."""

    #: The words of its spans, in order; only whole clauses may be left out.
    text: str
    spans: tuple[Span, ...]
    #: The stored version that the spans point into; "": its article reference's.
    revision: str = ""


@frozen
class Headline:
    """A headline; `spans` is empty where the given title was kept."""

    text: str
    spans: tuple[Span, ...] = ()
    #: Whether an editor wrote it: then its words need not be in the source.
    by_editors: bool = False


@frozen
class Summary:
    """A headline and a few sentences of one article."""

    headline: Headline
    sentences: tuple[Sentence, ...]
    #: Whether they report news; without a title nobody can tell of an essay or a scene.
    reports: bool = True


@frozen
class SupportVerdict:
    """Whether a source supports a claim; `score` 0 to 1, higher = better supported."""

    supported: bool
    score: float
    reasons: tuple[str, ...]


@frozen
class ArticleAnalysis:
    """Kind, summary, quotes and figures of one article."""

    article: Article
    summary: Summary
    quotes: tuple[Quote, ...]
    figures: tuple[Figure, ...]
    kind: ArticleKind = "news"


@frozen
class StoryMembership:
    """The story that an article belongs to, and the article it repeats, if any."""

    article: str
    story: str
    duplicate_of: str | None = None


@frozen
class Story:
    """The articles that report one event; the first is its lead."""

    #: Public id, for example «s-7k3m9q»; made from the story's earliest article.
    id: str
    articles: tuple[Article, ...]
    #: Outlets that reported for themselves (wire copies of one text count once).
    outlets: tuple[str, ...]


@frozen
class RankedStory:
    """A story with its weight in a ranking and the reasons for it."""

    story: Story
    #: Above 0; comparable within one ranking only.
    score: float = 0.0
    #: The weightiest first.
    reasons: tuple[Message, ...] = ()
    #: Why a share cap moved it down, None where none did.
    waited: Message | None = None
    #: Whether this digest published the story before and it has news.
    update: bool = False
    #: The new sentences of an update, in the text of the story's first article.
    news: tuple[Span, ...] = ()


@frozen
class QuoteCard:
    """A quote with everything that is shown of it. `text` is verbatim."""

    text: str
    #: «Xi Jinping, Chinese President», or None: the renderer says that it is not named.
    speaker: str | None
    role: str | None
    #: The outlet and the article's id.
    source: str
    article: str
    url: str | None
    published: datetime | None
    #: The spans of the words and of the sentence around them.
    span: Span
    context: Span
    #: The text of the context.
    context_text: str
    #: An alternative text for people who cannot see the card.
    alt: str
    #: Language of the quoted words, BCP 47.
    lang: str
    #: The stored version that the spans point into.
    revision: str = ""
    #: Whether the article no longer has the words, which are then shown struck.
    withdrawn: bool = False


@frozen
class EditionFigure:
    """A figure with the words around it, as an edition shows it."""

    figure: Figure
    article: str
    source: str
    #: The text of the figure's sentence.
    sentence_text: str
    #: The stored version of the figure; "": that of its article's reference.
    revision: str = ""
    #: The last count of the same in an older report, shown as «14 → 31»; None if there
    #: is none.
    replaces: "EditionFigure | None" = None


@frozen
class Dispute:
    """One thing that two outlets count differently; the first is the lead article's."""

    ours: EditionFigure
    theirs: EditionFigure


@frozen
class ArticleRef:
    """A reference to a stored version of an article."""

    id: str
    revision: str
    source: str
    title: str | None
    url: str | None
    published: datetime | None
    lang: str | None = None
    author: str | None = None
    #: Whether the version is only the excerpt in a feed, and where its text is from.
    excerpt: bool = False
    origin: TextOrigin = "source"
    image: ArticleImage | None = None


@frozen
class CorrectionNote:
    """A note at the end of a story about a correction after its publication."""

    at: datetime
    #: The article's words before and after; either may be "".
    before: str = ""
    after: str = ""
    #: What a corrected number measures («cost of the scheme»), if its words do not say.
    what: str = ""
    #: An editor's own words, instead of the article's.
    said: str = ""


@frozen
class EditionStory:
    """A story as an edition shows it."""

    id: str
    headline: Headline
    #: Spans point into the text of `articles[0]`.
    summary: tuple[Sentence, ...]
    cards: tuple[QuoteCard, ...]
    figures: tuple[EditionFigure, ...]
    #: The first is the one the summary was taken from.
    articles: tuple[ArticleRef, ...]
    #: Independent outlets, that of the lead first.
    outlets: tuple[str, ...]
    #: Whether this digest published the story before (an «Update»).
    update: bool = False
    #: The reasons for its place, the weightiest first.
    reasons: tuple[Message, ...] = ()
    #: The sentence of `articles[0]` that says why it matters, or None.
    matters: Sentence | None = None
    #: Figures on which the story's outlets differ.
    disputes: tuple[Dispute, ...] = ()
    #: Corrections since its publication, the earliest first.
    notes: tuple[CorrectionNote, ...] = ()
    #: The kind of `articles[0]`.
    kind: ArticleKind = "news"
    #: An editor's own words beside it; "" = none.
    editors_note: str = ""


@frozen
class BriefStory:
    """One line of «also in brief»."""

    story: str
    headline: Headline
    article: ArticleRef
    outlets: tuple[str, ...]
    #: All that report the story; the first is `article`.
    articles: tuple[ArticleRef, ...] = ()
    notes: tuple[CorrectionNote, ...] = ()
    #: The kind of `article`.
    kind: ArticleKind = "news"


@frozen
class StoryAlternatives:
    """What an editor may choose from for one story, all of it grounded."""

    #: The story in full, and as one line; None where it cannot be shown so.
    story: EditionStory | None
    line: BriefStory | None
    #: The headline that is shown comes first.
    headlines: tuple[Headline, ...]
    #: The best first.
    cards: tuple[QuoteCard, ...]


@frozen
class ArticleDecision:
    """What happened to one article in a composition, and why."""

    article: str
    story: str | None
    stage: DecisionStage
    outcome: DecisionOutcome
    reason: Message
    #: The article that it repeats, if any.
    duplicate_of: str | None = None


@frozen
class InputCounts:
    """Number of articles and publishers that an edition was made from."""

    articles: int
    sources: int


#: The summary; the sentence that says why it matters; quotes, with that of the edition;
#: figures; «also in brief».
Section = Literal["summary", "matters", "quotes", "figures", "also"]
#: The shown sections, in order; None = the default of each renderer.
Sections: TypeAlias = tuple[Section, ...] | None


@frozen
class Edition:
    """One issue of a digest: neutral, complete, and the same for every platform."""

    title: str
    #: When it was composed.
    made_at: datetime
    made_from: InputCounts
    stories: tuple[EditionStory, ...]
    brief: tuple[BriefStory, ...]
    #: The quote of the edition, which is also among its story's cards.
    hero: QuoteCard | None
    minutes: int
    lang: str
    decisions: tuple[ArticleDecision, ...] = ()
    sections: Sections = None


@frozen
class PublishedLedger:
    """What a digest has published before."""

    #: Ids of stories shown in full.
    stories: frozenset[str] = frozenset()
    #: «article@revision» of the articles of stories shown in full.
    revisions: frozenset[str] = frozenset()
    #: Shown sentences, figures and quotes in normalized form (`normalize_text`).
    sentences: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    quotes: frozenset[str] = frozenset()


@frozen
class ShareCaps:
    """The share of the stories in full that one source or topic may take, 0 to 1.

    Each may have one story; a cap is exceeded if there is nothing else to publish.
    """

    source: float = 0.5
    topic: float = 0.5


@frozen
class EditionStyle:
    """Settings of an edition's content, size and layout."""

    title: str = "Digest"
    stories: int = 5
    #: The limit of a story's summary in an edition.
    summary_chars: int = 280
    #: Which summariser chooses the sentences (`digests.summaries.registry`).
    summariser: str = DEFAULT_SUMMARISER
    #: Maximum number of quotes shown with a story.
    quotes: int = 2
    #: Whether figures are shown with a story.
    figures: bool = True
    brief: int = 6
    sections: Sections = None
    lang: str = "en"
    #: In hours: articles published before that are left out; None = no limit.
    max_age: int | None = None
    #: Words or "phrases" of which an article must have one (none = all articles).
    include: tuple[str, ...] = ()
    #: Words or "phrases" that exclude an article.
    exclude: tuple[str, ...] = ()
    caps: ShareCaps = ShareCaps()
    #: Words or "phrases" that move stories up and down in the order.
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


ALL_SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


@frozen
class SectionLayout:
    """The layout of an edition."""

    #: The sections between a story's headline and its source line.
    story: tuple[Section, ...]
    #: Whether the quote of the edition is shown; renderers decide where.
    hero: bool = True
    #: Where «also in brief» is, relative to the stories.
    also: Literal["above", "below", "nowhere"] = "below"


def arrange_sections(chosen: Sections, usual: Sequence[Section]) -> SectionLayout:
    """The layout for these sections.

    Args:
        chosen: The sections of the digest.
        usual: The renderer's default sections of a story.
    """
    if chosen is None:
        return SectionLayout(story=tuple(usual))
    first = len(chosen) > 1 and chosen[0] == "also"
    return SectionLayout(
        story=tuple(section for section in chosen if section != "also"),
        hero="quotes" in chosen,
        also="above" if first else "below" if "also" in chosen else "nowhere",
    )
