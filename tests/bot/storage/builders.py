"""One line a test object: what the storage tests store."""

import random
import string
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.storage import (
    Connection,
    articles,
    destinations,
    digests,
    editions,
    erasing,
    occurrences,
    sources,
    workspaces,
)
from bot.storage import deliveries as delivery_verbs
from bot.types import (
    Delivery,
    Destination,
    Digest,
    Due,
    Issue,
    Occurrence,
    Part,
    PlatformName,
    Source,
    StoredArticle,
    Workspace,
)
from digests.language.clean import revision
from digests.types import (
    Article,
    ArticleRef,
    Card,
    Edition,
    EditionStory,
    Figure,
    Headline,
    MadeFrom,
    Quote,
    Sentence,
    Span,
    Told,
)

NOW = datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
WAIT = timedelta(seconds=45)
TEXT = "The lock opens at noon. “We kept the water out,” said Ada Lindqvist, a keeper."


@dataclass(frozen=True, kw_only=True)
class House:
    """A workspace with one of everything that a digest needs."""

    workspace: Workspace
    destination: Destination
    source: Source
    digest: Digest


def a_house(
    connection: Connection,
    *,
    name: str = "one",
    shared: bool = False,
    platform: PlatformName = "local",
) -> House:
    workspace = workspaces.ensure(
        connection, platform=platform, external_id=name, name=name, now=NOW
    )
    destination = destinations.ensure(
        connection, workspace_id=workspace.id, name="news", channel=f"{name}-news"
    )
    source = sources.ensure(
        connection,
        workspace_id=None if shared else workspace.id,
        kind="feed",
        address="https://news.example/feed" if shared else f"https://{name}.example/",
        name="Canal Post",
    )
    digest = digests.ensure(
        connection,
        workspace_id=workspace.id,
        name="Morning",
        sources=[source],
        destinations=[destination],
    )
    return House(
        workspace=workspace, destination=destination, source=source, digest=digest
    )


def an_article(**changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": "lock-opens",
        "title": "Lock opens",
        "text": TEXT,
        "url": "https://news.example/lock",
        "published": NOW - timedelta(hours=1),
    } | changes
    return Article(**values)


def a_quote(text: str = TEXT, **changes: Any) -> Quote:
    start, end = text.index("“") + 1, text.index("”")
    values: dict[str, Any] = {
        "start": start,
        "end": end,
        "text": text[start:end],
        "kind": "direct",
        "speaker": "Ada Lindqvist",
        "role": "a keeper",
        "mention": None,
        "cue": "said",
        "context": Span(start=start - 1, end=len(text)),
        "group": 0,
        "confidence": 0.75,
    } | changes
    return Quote(**values)


def a_figure(text: str, words: str, **changes: Any) -> Figure:
    start = text.index(words)
    values: dict[str, Any] = {
        "start": start,
        "end": start + len(words),
        "text": words,
        "value": 1.0,
        "unit": "km",
        "what": "path",
        "sentence": Span(start=0, end=len(text)),
    } | changes
    return Figure(**values)


def an_edition(**changes: Any) -> Edition:
    article = an_article()
    ref = ArticleRef(
        id="1",
        revision=revision(article.title, article.text),
        source="Canal Post",
        title=article.title,
        url=article.url,
        published=article.published,
    )
    card = Card(
        text="We kept the water out,",
        speaker="Ada Lindqvist",
        role="a keeper",
        source="Canal Post",
        article="1",
        url=article.url,
        published=article.published,
        span=Span(start=25, end=47),
        context=Span(start=24, end=79),
        context_text=TEXT[24:79],
        alt="Ada Lindqvist on the lock",
        lang="en",
    )
    story = EditionStory(
        id="s-aaaaaa",
        headline=Headline(text="Lock opens"),
        summary=(Sentence(text=TEXT[:23], spans=(Span(start=0, end=23),)),),
        cards=(card,),
        figures=(),
        articles=(ref,),
        outlets=("Canal Post",),
    )
    values: dict[str, Any] = {
        "title": "Morning",
        "made_at": NOW,
        "made_from": MadeFrom(articles=1, sources=1),
        "stories": (story,),
        "brief": (),
        "hero": card,
        "minutes": 1,
        "lang": "en",
    } | changes
    return Edition(**values)


def keep(
    connection: Connection,
    /,
    house: House,
    *,
    at: datetime = NOW,
    quoted: tuple[Quote, ...] = (),
    counted: tuple[Figure, ...] = (),
    **changes: object,
) -> StoredArticle:
    stored, _ = articles.store(connection, house.source, an_article(**changes), now=at)
    articles.store_analysis(
        connection, revision_id=stored.revision_id, quotes=quoted, figures=counted
    )
    return stored


def a_due(**changes: Any) -> Due:
    values: dict[str, Any] = {
        "at": NOW,
        "local_date": date(2026, 3, 4),
        "slot": "08:30",
    } | changes
    return Due(**values)


def an_occurrence(
    connection: Connection, /, house: House, **changes: Any
) -> Occurrence | None:
    return occurrences.plan(
        connection,
        workspace_id=house.workspace.id,
        digest_id=house.digest.id,
        due=a_due(**changes),
        zone="UTC",
        trigger="schedule",
    )


def an_issue(
    connection: Connection, /, house: House, *, slot: str = "08:30", **changes: Any
) -> Issue:
    occurrence = an_occurrence(connection, house, slot=slot)
    assert occurrence is not None
    values: dict[str, Any] = {
        "edition": an_edition(),
        "manifest": "m",
        "told": Told(),
    } | changes
    return editions.store(
        connection,
        workspace_id=house.workspace.id,
        digest_id=house.digest.id,
        occurrence_id=occurrence.id,
        **values,
    )


def parts(count: int = 1, words: str = "Lock opens") -> list[Part]:
    return [
        Part(key=str(number), payload={"text": f"{words} {number}"}, fallback_text="…")
        for number in range(1, count + 1)
    ]


def some_deliveries(
    connection: Connection, house: House, *, count: int = 1, slot: str = "08:30"
) -> tuple[Delivery, ...]:
    return delivery_verbs.add(
        connection,
        workspace_id=house.workspace.id,
        issue=an_issue(connection, house, slot=slot),
        destination=house.destination,
        parts=parts(count),
        now=NOW,
    )


def claim(
    connection: Connection, at: datetime = NOW, limit: int = 10
) -> tuple[Delivery, ...]:
    return delivery_verbs.claim(connection, now=at, lease=LEASE, limit=limit)


def claim_one(connection: Connection, at: datetime = NOW) -> Delivery:
    (claimed,) = claim(connection, at)
    return claimed


def random_letters(count: int) -> str:
    """Letters that no compression makes shorter than an index entry may be."""
    return "".join(random.Random(7).choices(string.ascii_letters, k=count))


def erase(connection: Connection, workspace_id: int) -> None:
    """The whole of it, at once."""
    here: dict[str, Any] = {"workspace_id": workspace_id}
    erasing.show(connection, **here, person_id=None, reason="asked", now=NOW)
    erasing.order(connection, **here, now=NOW)
    while erasing.step(connection, **here, rows=7):
        pass
    erasing.finish(connection, **here, now=NOW)
