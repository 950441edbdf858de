"""Builders of objects for the storage tests, one line each."""

import random
import string
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.model import (
    Delivery,
    Destination,
    Digest,
    DueMoment,
    MessagePart,
    Occurrence,
    PlatformName,
    Source,
    StoredArticle,
    StoredEdition,
    Workspace,
)
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    article_search,
    article_store,
    change_store,
    correction_store,
    decision_store,
    deletion_store,
    delivery_queue,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    examination_store,
    message_store,
    personal_digest_store,
    published_edition_store,
    quote_store,
    reader_store,
    report_store,
    schedule_store,
    source_store,
    story_store,
    workspace_store,
)
from bot.storage.correction_store import Correction
from bot.storage.reader_store import Feedback, Follow, SavedStory
from bot.storage.revision_store import load_articles
from bot.storage.workspace_store import Grant
from digests.corrections.amendments import Amendment
from digests.language.normalization import revision_hash
from digests.language.search_terms import SearchQuery
from digests.messages import Message
from digests.types import (
    Article,
    ArticleDecision,
    ArticleRef,
    CorrectionNote,
    Edition,
    EditionStory,
    Figure,
    Headline,
    InputCounts,
    PublishedLedger,
    Quote,
    QuoteCard,
    Sentence,
    Span,
    StoryMembership,
)

#: The word that every row of `full_tenant` contains.
CANARY = "quetzal"
NOW = datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
WAIT = timedelta(seconds=45)
TEXT = "The lock opens at noon. “We kept the water out,” said Ada Lindqvist, a keeper."


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A workspace with one of everything that a digest needs."""

    workspace: Workspace
    destination: Destination
    source: Source
    digest: Digest


def a_tenant(
    connection: Connection,
    *,
    name: str = "one",
    shared: bool = False,
    platform: PlatformName = "local",
) -> Tenant:
    workspace = workspace_store.upsert_workspace(
        connection, platform=platform, external_id=name, name=name, now=NOW
    )
    destination = destination_store.upsert_destination(
        connection, Scope(workspace.id), name="news", channel=f"{name}-news"
    )
    source = source_store.upsert_source(
        connection,
        workspace_id=None if shared else workspace.id,
        kind="feed",
        address="https://news.example/feed" if shared else f"https://{name}.example/",
        name="Canal Post",
    )
    digest = digest_store.upsert_digest(
        connection,
        Scope(workspace.id),
        name="Morning",
        sources=[source],
        destinations=[destination],
    )
    return Tenant(
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
        revision=revision_hash(article.title, article.text),
        source="Canal Post",
        title=article.title,
        url=article.url,
        published=article.published,
    )
    card = QuoteCard(
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
        "made_from": InputCounts(articles=1, sources=1),
        "stories": (story,),
        "brief": (),
        "hero": card,
        "minutes": 1,
        "lang": "en",
    } | changes
    return Edition(**values)


def store_article(
    connection: Connection,
    /,
    tenant: Tenant,
    *,
    at: datetime = NOW,
    quoted: tuple[Quote, ...] = (),
    counted: tuple[Figure, ...] = (),
    **changes: object,
) -> StoredArticle:
    stored, _ = article_store.store_article(
        connection, tenant.source, an_article(**changes), now=at
    )
    key = stored.revision_id
    quote_store.store_quotes(connection, {key: quoted})
    quote_store.store_figures(connection, {key: counted})
    return stored


def a_due(**changes: Any) -> DueMoment:
    values: dict[str, Any] = {
        "at": NOW,
        "local_date": date(2026, 3, 4),
        "slot": "08:30",
    } | changes
    return DueMoment(**values)


def an_occurrence(
    connection: Connection, /, tenant: Tenant, **changes: Any
) -> Occurrence | None:
    return schedule_store.plan_occurrence(
        connection,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        due=a_due(**changes),
        zone="UTC",
        trigger="schedule",
    )


def a_stored_edition(
    connection: Connection, /, tenant: Tenant, *, slot: str = "08:30", **changes: Any
) -> StoredEdition:
    occurrence = an_occurrence(connection, tenant, slot=slot)
    assert occurrence is not None
    values: dict[str, Any] = {
        "edition": an_edition(),
        "manifest": "m",
        "published": PublishedLedger(),
    } | changes
    return edition_store.add_edition(
        connection,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        occurrence_id=occurrence.id,
        **values,
    )


def parts(count: int = 1, words: str = "Lock opens") -> list[MessagePart]:
    return [
        MessagePart(
            key=str(number), payload={"text": f"{words} {number}"}, fallback_text="…"
        )
        for number in range(1, count + 1)
    ]


def some_deliveries(
    connection: Connection, tenant: Tenant, *, count: int = 1, slot: str = "08:30"
) -> tuple[Delivery, ...]:
    return delivery_store.add_deliveries(
        connection,
        Scope(tenant.workspace.id),
        stored_edition=a_stored_edition(connection, tenant, slot=slot),
        destination=tenant.destination,
        parts=parts(count),
        now=NOW,
    )


def claim(
    connection: Connection, at: datetime = NOW, limit: int = 10
) -> tuple[Delivery, ...]:
    return delivery_queue.claim_deliveries(connection, now=at, lease=LEASE, limit=limit)


def claim_one(connection: Connection, at: datetime = NOW) -> Delivery:
    (claimed,) = claim(connection, at)
    return claimed


def random_letters(count: int) -> str:
    """Random letters, which compression cannot shrink below an index entry's limit."""
    return "".join(random.Random(7).choices(string.ascii_letters, k=count))


def erase_workspace(connection: Connection, workspace_id: int) -> None:
    """Erase all of a workspace at once."""
    scope = Scope(workspace_id)
    deletion_store.propose_erasure(
        connection, scope, person_id=None, reason="asked", now=NOW
    )
    deletion_store.order_erasure(connection, scope, now=NOW)
    while deletion_store.erase_some_rows(connection, scope, rows=7):
        pass
    deletion_store.finish_erasure(connection, scope, now=NOW)


def full_tenant(connection: Connection, name: str) -> Tenant:
    """A workspace in which every row contains the canary word."""
    tenant = a_tenant(connection, name=name)
    text = f"The {CANARY} lock. “We kept the {CANARY} out,” said {CANARY}. 3 km."
    stored = store_article(
        connection,
        tenant,
        id=CANARY,
        text=text,
        title=CANARY,
        quoted=(a_quote(text, speaker=CANARY),),
        counted=(a_figure(text, "3 km"),),
    )
    story_store.set_memberships(
        connection,
        workspace_id=tenant.workspace.id,
        memberships=[StoryMembership(article=str(stored.article_id), story="s-before")],
        now=NOW,
    )
    story_store.update_memberships(
        connection,
        workspace_id=tenant.workspace.id,
        memberships=[StoryMembership(article=str(stored.article_id), story="s-canary")],
        now=NOW,
    )
    stored_edition = a_stored_edition(
        connection,
        tenant,
        edition=an_edition(title=CANARY),
        published=PublishedLedger(stories=frozenset({CANARY})),
    )
    decision_store.add_decisions(
        connection,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        occurrence_id=stored_edition.occurrence_id,
        decisions=[
            ArticleDecision(
                article=str(stored.article_id),
                story="s-canary",
                stage="rank",
                outcome="chosen",
                reason=Message(CANARY),
            )
        ],
        now=NOW,
    )
    correction_store.add_correction(
        connection,
        Scope(tenant.workspace.id),
        correction=Correction(
            edition_id=stored_edition.id,
            story="s-canary",
            headline=CANARY,
            found_at=NOW,
            state="edited",
            amendment=Amendment(
                story="s-canary", notes=(CorrectionNote(at=NOW, said=CANARY),)
            ),
            editor_name=CANARY,
        ),
    )
    edition_store.set_render_context(
        connection,
        Scope(tenant.workspace.id),
        edition_id=stored_edition.id,
        context={"digest": CANARY},
    )
    delivery_store.add_deliveries(
        connection,
        Scope(tenant.workspace.id),
        stored_edition=stored_edition,
        destination=tenant.destination,
        parts=parts(words=CANARY),
        now=NOW,
    )
    (claimed,) = delivery_queue.claim_deliveries(
        connection, now=NOW, lease=timedelta(minutes=1), limit=1
    )
    delivery_store.record_sent(connection, claimed, message_id=CANARY, now=NOW)
    message_store.add_message(
        connection, Scope(tenant.workspace.id), delivery=claimed, at=NOW
    )
    workspace_store.add_grant(
        connection,
        Scope(tenant.workspace.id),
        grant=Grant(kind="person", external_id=CANARY),
    )
    change = change_store.propose_change(
        connection,
        Scope(tenant.workspace.id),
        steps=[{"name": CANARY}],
        person_id="p",
        person_name=CANARY,
        now=NOW,
    )
    change_store.confirm_change(
        connection,
        Scope(tenant.workspace.id),
        public_id=change.public_id,
        person_id="p",
        person_name=CANARY,
        now=NOW,
    )
    published_edition_store.publish_edition(
        connection,
        Scope(tenant.workspace.id),
        stored_edition=stored_edition,
        digest=replace(tenant.digest, name=CANARY),
        visibility="listed",
        day=NOW.date(),
    )
    examination_store.plan_examinations(
        connection, [(tenant.workspace.id, f"channel/{CANARY}", NOW)], ()
    )
    of_a_reader(connection, tenant.workspace.id)
    return tenant


def of_a_reader(connection: Connection, workspace_id: int) -> None:
    """Data of a reader who uses every personal feature."""
    mine = PersonScope(workspace_id=workspace_id, person_id="p")
    reader_store.set_preferences(connection, mine, chosen={"locale": CANARY})
    reader_store.save_story(
        connection,
        mine,
        saved=SavedStory(story="s-canary", headline=CANARY, url=None, saved_at=NOW),
        most=9,
    )
    follow = Follow(kind="topic", name=CANARY)
    reader_store.add_follow(connection, mine, follow=follow, most=9, now=NOW)
    reader_store.set_feedback(
        connection,
        mine,
        given=Feedback(
            story="s-canary",
            headline=CANARY,
            direction="more",
            terms=(CANARY,),
            given_at=NOW,
        ),
    )
    for text in (CANARY, f"{CANARY} again"):
        made = report_store.add_report(
            connection,
            mine,
            person_name=CANARY,
            story="s-canary",
            headline=CANARY,
            text=text,
            locale="en",
            now=NOW,
        )
    report_store.answer_report(
        connection,
        Scope(workspace_id),
        public_id=made.public_id,
        by=CANARY,
        answer=CANARY,
        now=NOW,
    )
    personal_digest_store.upsert_personal_digest(
        connection, mine, name=CANARY, language="en"
    )


def search_articles(
    conn: Connection, /, scope: Scope, *, wanted: SearchQuery, limit: int, **kept: Any
) -> tuple[Article, ...]:
    """The latest stored articles that match, as `search_revisions` lists them."""
    found = article_search.search_revisions(
        conn, scope, wanted=wanted, limit=limit, **kept
    )
    loaded = load_articles(conn, found)
    return tuple(loaded[key] for key in found)
