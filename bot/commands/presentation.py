"""How commands word what several of them say; it must not look anything up."""

from datetime import datetime

from bot.storage.readers import Whose
from bot.texts import Texts
from bot.types import Invocation, Line, Option
from digests.figures import sort_of
from digests.types import Article, ArticleRef, EditionStory, Figure

#: How every command takes a story.
STORY = Option(
    name="story",
    description="Its number, its id (s-…, or e-… 2), or words of it",
    required=True,
    rest=True,
    completes="story",
)

#: How every command takes a day from which on.
SINCE = Option(
    name="since", description="From this day on: yesterday, Monday, 2026-01-05, 7 days"
)


def texts_of(invocation: Invocation) -> Texts:
    """The sentences in the asker's language, where there are any."""
    return Texts.of(invocation.locale)


def whose(invocation: Invocation) -> Whose:
    """Who asks, as the verbs on what is theirs ask for them."""
    return Whose(
        workspace_id=invocation.place.workspace.id, person_id=invocation.person.id
    )


def outlets(story: EditionStory, texts: Texts) -> str:
    """«Hallin Courier and 2 more» for a story's source line."""
    first, *others = story.outlets or ("",)
    if not others:
        return first
    return texts.count(
        "{first} and {n} more", "{first} and {n} more", len(others), first=first
    )


def article_line(ref: Article | ArticleRef, texts: Texts, zone: str) -> Line:
    """An article as a line that leads to its text."""
    when = texts.day_and_time(ref.published, zone) if ref.published else ""
    return Line(
        title=title_of(ref),
        note=" · ".join(part for part in (ref.source, when) if part),
        url=ref.url,
        article=ref.id,
        revision=ref.revision,
    )


def title_of(ref: Article | ArticleRef) -> str:
    """The article's title, or its first words where it has none."""
    if ref.title:
        return ref.title
    text = ref.text if isinstance(ref, Article) else ""
    head = text[:90].split("\n")[0]
    return f"{head.rsplit(' ', 1)[0]} …" if head else ref.source


def named(figure: Figure) -> str:
    """«31,000 vehicles», «$3.8 million: cost of repairs»."""
    if not figure.what:
        return figure.text
    between = " " if sort_of(figure.unit) == "count" else ": "
    return f"{figure.text}{between}{figure.what}"


def figure_line(figure: Figure, article: Article, sentence: str, note: str) -> Line:
    """A figure with what it measures and the sentence that says so."""
    return Line(
        title=named(figure),
        text=sentence,
        note=note,
        url=article.url,
        article=article.id,
        revision=article.revision,
        start=figure.start,
        end=figure.end,
    )


def when_line(at: datetime | None, zone: str, now: datetime, texts: Texts) -> str:
    """«tomorrow 08:30» for a moment, or that there is none."""
    return texts.moment(at, zone, now) if at else texts.say("not scheduled")
