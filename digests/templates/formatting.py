"""The small words around an edition: counts, dates, outlets; never an article's own.

Each takes nouns and gives words without markup; escaping is the templates' business.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from digests.sections import Section, layout
from digests.types import (
    ArticleRef,
    Card,
    Dispute,
    Edition,
    EditionStory,
    Sentence,
    ToldFigure,
)

Part: TypeAlias = Section | Literal["origin"]
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_MARKS = {
    "de": "„“",
    "cs": "„“",
    "pl": "„”",
    "fr": "«»",
    "es": "«»",
    "it": "«»",
    "pt": "«»",
    "ru": "«»",
    "uk": "«»",
    "ja": "「」",
    "zh": "「」",
}


def contents(edition: Edition) -> str:
    """«5 stories from 31 articles in 12 sources · 2 min read»."""
    stories = len(edition.stories)
    told = _counted(stories, "story", "stories") if stories else "Nothing new"
    read = _counted(edition.made_from.articles, "article", "articles")
    outlets = _counted(edition.made_from.sources, "source", "sources")
    reading = f" · {edition.minutes} min read" if stories else ""
    return f"{told} from {read} in {outlets}{reading}"


def day(moment: datetime) -> str:
    """«Tuesday, 24 November 2026»."""
    return f"{_DAYS[moment.weekday()]}, {_date(moment)}"


def parts(edition: Edition, usual: Sequence[Part]) -> tuple[Part, ...]:
    """What stands under a story's headline, in order; its origin is always there.

    Args:
        edition: Whose digest may have chosen its sections.
        usual: What the document has where it has not.
    """
    if edition.sections is None:
        return tuple(usual)
    return (*layout(edition.sections, ()).story, "origin")


def hero(edition: Edition) -> Card | None:
    """The one quote of the edition, where quotes are shown."""
    return edition.hero if layout(edition.sections, ()).hero else None


def also(edition: Edition) -> str:
    """Where «also in brief» stands, seen from the stories."""
    return layout(edition.sections, ()).also if edition.brief else "nowhere"


def origin(story: EditionStory) -> str:
    """«Hallin Courier · 2 more sources · 6 January 2026, 07:10 UTC»."""
    return _origin(story.outlets, story.articles[0] if story.articles else None)


def brief_origin(outlets: tuple[str, ...], article: ArticleRef) -> str:
    """The same for a line of «also in brief», without the time."""
    return _origin(outlets, None) or article.source


def together(sentences: tuple[Sentence, ...]) -> str:
    """The sentences of a summary, one after the other."""
    return " ".join(sentence.text for sentence in sentences)


def quoted(card: Card) -> str:
    """The verbatim words between the quotation marks of their language."""
    marks = _MARKS.get(card.lang.partition("-")[0].lower(), "“”")
    return f"{marks[0]}{card.text.strip()}{marks[1]}"


def speaker(card: Card) -> str:
    """«Ana Ruiz, lead author»; says so where the text names nobody."""
    if card.speaker is None:
        return "speaker not named in text"
    return f"{card.speaker}, {card.role}" if card.role else card.speaker


def figure(told: ToldFigure) -> str:
    """«about $273 billion (bilateral trade)»."""
    what = told.figure.what.strip()
    return f"{told.figure.text} ({what})" if what else told.figure.text


def dispute(pair: Dispute) -> str:
    """«About 31,000 (vehicles), Hallin Courier · 36,000 (vehicles), Strand Radio»."""
    sides = (f"{figure(told)}, {told.source}" for told in (pair.ours, pair.theirs))
    return " · ".join(sides)


def made(edition: Edition) -> str:
    """How the edition was made: what was checked, and that no model wrote it."""
    quoted = any(story.cards for story in edition.stories) or edition.hero
    if quoted and layout(edition.sections, ()).hero:
        return "Quotes checked word for word · written without AI"
    return "Written without AI"


def _origin(outlets: tuple[str, ...], article: ArticleRef | None) -> str:
    parts = [outlets[0]] if outlets else [article.source] if article else []
    if len(outlets) > 1:
        parts.append(_counted(len(outlets) - 1, "more source", "more sources"))
    if article and article.published:
        moment = article.published
        parts.append(f"{_date(moment)}, {moment.hour:02}:{moment.minute:02} UTC")
    return " · ".join(part for part in parts if part)


def _date(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _counted(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"
