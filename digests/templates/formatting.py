"""Functions that templates call: escaping, counts, dates, outlets.

Most of them return words without markup, which the templates escape.

Escaping drops control characters, direction controls, tag characters and combining
marks beyond four on a letter; white space becomes single spaces. In Markdown every
character with a meaning is escaped (CommonMark 0.31 §2.4), and so is what a program
could turn into a link.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

import markupsafe
from markupsafe import Markup

from digests.cards import content
from digests.cards.content import UNNAMED_SPEAKER, TextRun
from digests.language.links import make_link
from digests.language.normalization import drop_invisible, to_one_line
from digests.types import (
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    QuoteCard,
    SectionLayout,
    Sentence,
    arrange_sections,
)


def format_contents(edition: Edition) -> str:
    """«5 stories from 31 articles in 12 sources · 2 min read»."""
    stories = len(edition.stories)
    shown = _format_count(stories, "story", "stories") if stories else "Nothing new"
    read = _format_count(edition.made_from.articles, "article", "articles")
    outlets = _format_count(edition.made_from.sources, "source", "sources")
    reading = f" · {edition.minutes} min read" if stories else ""
    return f"{shown} from {read} in {outlets}{reading}"


def format_day(moment: datetime, zone: tzinfo) -> str:
    """«Tuesday, 24 November 2026»: the date in `zone`."""
    local = moment.astimezone(zone)
    return f"{local:%A}, {_format_date(local)}"


def order_parts(edition: Edition, usual: Sequence[str]) -> tuple[str, ...]:
    """The parts under a story's headline, in order; the origin is always there.

    Args:
        edition: Its digest may have chosen sections.
        usual: The parts of the document if it has not.
    """
    if edition.sections is None:
        return tuple(usual)
    return (*arrange_layout(edition).story, "origin")


def arrange_layout(edition: Edition) -> SectionLayout:
    """Whether and where a document shows the edition's quote and «also in brief»."""
    return arrange_sections(edition.sections, ())


def format_mark(story: EditionStory | BriefStory) -> str:
    """«Update», «Opinion» or «Update · Opinion» for before a headline, or ""."""
    update = isinstance(story, EditionStory) and story.update
    kind = str(content.name_kind(story.kind) or "")
    return " · ".join(filter(None, ("Update" if update else "", kind)))


def format_origin(story: EditionStory, zone: tzinfo) -> str:
    """«Hallin Courier · 2 more sources · 6 January 2026, 07:10 UTC», in `zone`.

    A story that was made from an excerpt, or has a headline by the editors, says so.
    """
    lead = story.articles[0] if story.articles else None
    author = content.find_author(lead.author, story.kind, lead.source) if lead else ""
    by = f"by {author}" if author else ""
    origin = _join_origin(story.outlets, lead, by, zone)
    excerpt = "from the feed’s excerpt" if lead and lead.excerpt else ""
    editors = "headline: the editors" if story.headline.by_editors else ""
    return " · ".join(part for part in (origin, excerpt, editors) if part)


def format_brief_origin(outlets: tuple[str, ...], article: ArticleRef) -> str:
    """The same for a line of «also in brief», without the time."""
    return _join_origin(outlets, None) or article.source


def join_sentences(sentences: tuple[Sentence, ...]) -> str:
    """The sentences of a summary, joined by spaces."""
    return " ".join(sentence.text for sentence in sentences)


def format_quote(card: QuoteCard) -> str:
    """The verbatim words in the quotation marks of their language."""
    return "".join(content.set_in_marks(card))


def format_speaker(card: QuoteCard) -> str:
    """«Ana Ruiz, lead author», or that the text does not name the speaker."""
    if card.speaker is None:
        return UNNAMED_SPEAKER
    return f"{card.speaker}, {card.role}" if card.role else card.speaker


def list_figure_runs(shown: EditionFigure) -> list[TextRun]:
    """«Trade rose to $273 billion», whose number stands out, with notes on it."""
    notes = (content.name_status(shown.figure), content.describe_change(shown))
    runs = content.describe_figure(shown.figure)
    return [*runs, *((f" ({note})", False) for note in notes if note)]


def emphasize_runs(
    runs: Iterable[TextRun], escape: Callable[[object], str], strong: tuple[str, str]
) -> Markup:
    """The runs escaped for a format, with its marks around what stands out.

    Args:
        runs: Parts of one line.
        escape: Escapes words for the format.
        strong: The opening and the closing mark.
    """
    written = ""
    for text, stands_out in runs:
        words = escape(text)
        before = " " if text[:1].isspace() else ""
        after = " " if words and text[-1:].isspace() else ""
        shown = f"{strong[0]}{words}{strong[1]}" if stands_out and words else words
        written += f"{before}{shown}{after}"
    # Safe because the words were escaped here.
    return Markup(written)  # noqa: S704


def describe_process(edition: Edition) -> str:
    """How the edition was made: quotes checked, written without a model."""
    quoted = any(story.cards for story in edition.stories) or edition.hero
    if quoted and arrange_layout(edition).hero:
        return "Quotes checked word for word · written without AI"
    return "Written without AI"


def _join_origin(
    outlets: tuple[str, ...],
    article: ArticleRef | None,
    author: str = "",
    zone: tzinfo = UTC,
) -> str:
    parts = [outlets[0]] if outlets else [article.source] if article else []
    if len(outlets) > 1:
        parts.append(_format_count(len(outlets) - 1, "more source", "more sources"))
    parts.append(author)
    if article and article.published:
        local = article.published.astimezone(zone)
        parts.append(f"{_format_date(local)}, {local:%H:%M %Z}")
    return " · ".join(part for part in parts if part)


def _format_date(moment: datetime) -> str:
    # In English: no process of ours sets another locale.
    return f"{moment.day} {moment:%B} {moment.year}"


def _format_count(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


_MARKDOWN_SIGNS = re.compile(r"[\\`*_{}\[\]<>#|~&@^$]")
#: «https://», «www.», «example.com»: programs turn these into links.
_ADDRESS_SIGNS = re.compile(r":(?=//)|(?<=\w)\.(?=[^\W\d_])|(?<=[tT][oO]):(?=\w)")
#: Starts of a list, a rule or a heading at the start of a line.
_LINE_START = re.compile(r"\A(\d{1,9}(?=[.)])|(?=[-+=!:]))")


def escape_plain(value: object) -> str:
    """The words on one line, without characters that affect the display."""
    if isinstance(value, Markup):
        return value
    return to_one_line(drop_invisible(str(value)))


def escape_html(value: object) -> str:
    """The words escaped for HTML."""
    return str(markupsafe.escape(escape_plain(value)))


def escape_markdown(value: object) -> str:
    """The words escaped for Markdown."""
    if isinstance(value, Markup):
        return value
    escaped = _MARKDOWN_SIGNS.sub(r"\\\g<0>", escape_plain(value))
    escaped = _ADDRESS_SIGNS.sub(r"\\\g<0>", escaped)
    return _LINE_START.sub(r"\1\\", escaped)


def format_markdown_link(text: str, url: str | None) -> Markup:
    """A Markdown link where the address is one, else the words alone."""
    shown, target = escape_markdown(text), sanitize_address(url)
    # Safe because both parts were escaped here.
    return Markup(f"[{shown}](<{target}>)" if target else shown)  # noqa: S704


def sanitize_address(url: str | None) -> str | None:
    """The address as `digests.language.links` writes it; None where it is no link."""
    link = make_link(url)
    return link.href if link else None
