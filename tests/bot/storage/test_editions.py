import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.model import StoredEdition
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    columns,
    delivery_queue,
    delivery_store,
    edition_store,
    ledger_store,
    statements,
)
from digests.messages import Message
from digests.types import (
    ALL_SECTIONS,
    ArticleDecision,
    ArticleImage,
    ArticleRef,
    BriefStory,
    DecisionOutcome,
    DecisionStage,
    Edition,
    EditionFigure,
    EditionStory,
    Figure,
    Headline,
    InputCounts,
    PublishedLedger,
    QuoteCard,
    Sentence,
    Span,
)
from tests.bot.storage.builders import (
    NOW,
    Tenant,
    a_stored_edition,
    a_tenant,
    an_edition,
    an_occurrence,
    parts,
    random_letters,
)

words = st.text(max_size=6)
messages = st.builds(Message, words, n=st.integers(), name=words)
moments = st.none() | st.datetimes(
    min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.just(UTC)
).map(lambda moment: moment.replace(fold=0))
spans = st.builds(Span, start=st.integers(), end=st.integers())


def some(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(kind, max_size=2).map(tuple)


headlines = st.builds(Headline, text=words, spans=some(spans))
refs = st.builds(
    ArticleRef,
    id=words,
    revision=words,
    source=words,
    title=st.none() | words,
    url=st.none() | words,
    published=moments,
    lang=st.none() | words,
    image=st.none() | st.builds(ArticleImage, address=words, alt=st.none() | words),
)
cards = st.builds(
    QuoteCard,
    text=words,
    speaker=st.none() | words,
    role=st.none() | words,
    source=words,
    article=words,
    url=st.none() | words,
    published=moments,
    span=spans,
    context=spans,
    context_text=words,
    alt=words,
    lang=words,
)
told_figures = st.builds(
    EditionFigure,
    figure=st.builds(
        Figure,
        start=st.integers(),
        end=st.integers(),
        text=words,
        value=st.floats(),
        unit=words,
        what=words,
        sentence=spans,
    ),
    article=words,
    source=words,
    sentence_text=words,
)
edition_stories = st.builds(
    EditionStory,
    id=words,
    headline=headlines,
    summary=some(st.builds(Sentence, text=words, spans=some(spans))),
    cards=some(cards),
    figures=some(told_figures),
    articles=some(refs),
    outlets=some(words),
    update=st.booleans(),
    reasons=some(messages),
)
any_edition = st.builds(
    Edition,
    title=words,
    made_at=moments.filter(bool),
    made_from=st.builds(InputCounts, articles=st.integers(), sources=st.integers()),
    stories=some(edition_stories),
    brief=some(
        st.builds(
            BriefStory,
            story=words,
            headline=headlines,
            article=refs,
            outlets=some(words),
        )
    ),
    hero=st.none() | cards,
    minutes=st.integers(),
    lang=words,
    decisions=some(
        st.builds(
            ArticleDecision,
            article=words,
            story=st.none() | words,
            stage=st.sampled_from(get_args(DecisionStage)),
            outcome=st.sampled_from(get_args(DecisionOutcome)),
            reason=messages,
        )
    ),
    sections=st.none() | some(st.sampled_from(ALL_SECTIONS)),
)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


# ── the stored form ────────────────────────────────────────────────────────────


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(any_edition)
def test_every_edition_comes_back_exactly_the_same(edition: Edition):
    back = columns.load_edition(columns.dump_dataclass(edition))

    # repr distinguishes what == does not: 1 and 1.0, UTC and another zero offset, nan.
    assert repr(back) == repr(edition)


def test_an_instant_in_another_zone_comes_back_in_utc():
    east = NOW.astimezone(timezone(timedelta(hours=9)))

    back = columns.load_edition(columns.dump_dataclass(an_edition(made_at=east)))

    assert back.made_at == NOW
    assert back.made_at.tzinfo is UTC


def test_the_stored_form_is_the_same_every_time_and_keeps_letters():
    edition = an_edition(title="Künste “heute”")

    assert columns.dump_dataclass(edition) == columns.dump_dataclass(edition)
    assert "Künste “heute”" in columns.dump_dataclass(edition)


def test_an_edition_of_an_older_program_gets_the_defaults():
    text = columns.dump_dataclass(an_edition())
    older = text.replace('"decisions": [], ', "").replace(', "update": false', "")

    assert "decisions" not in older
    assert "update" not in older
    assert columns.load_edition(older) == an_edition()


def test_what_is_no_field_any_more_is_passed_over():
    text = columns.dump_dataclass(an_edition())

    assert columns.load_edition('{"mood": [1], ' + text[1:]) == an_edition()


async def test_an_edition_is_found_by_its_keys(database: Database, tenant: Tenant):
    stored_edition = await database.write(a_stored_edition, tenant, manifest="abc")
    scope = Scope(tenant.workspace.id)

    assert stored_edition.edition == an_edition()
    assert stored_edition.manifest == "abc"
    assert (
        await database.read(
            edition_store.find_edition, scope, edition_id=stored_edition.id
        )
        == stored_edition
    )
    assert (
        await database.read(
            edition_store.find_edition_by_public_id,
            scope,
            public_id=stored_edition.public_id,
        )
        == stored_edition
    )


async def test_a_public_id_already_taken_is_drawn_again(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    drawn = iter(["e-222222", "e-222222", "e-333333"])
    monkeypatch.setattr(statements, "new_public_id", lambda _: next(drawn))

    first = await database.write(a_stored_edition, tenant, slot="1")
    second = await database.write(a_stored_edition, tenant, slot="2")

    assert (first.public_id, second.public_id) == ("e-222222", "e-333333")


def test_public_ids_have_no_ambiguous_letters():
    drawn = "".join(statements.new_public_id("e") for _ in range(200)).replace("e-", "")

    assert len(drawn) == 1200
    assert not set(drawn) & set("01lo")
    assert len(set(drawn)) == 32


async def test_an_occurrence_has_one_edition(database: Database, tenant: Tenant):
    occurrence = await database.write(an_occurrence, tenant)
    assert occurrence is not None

    def store(connection: Connection) -> StoredEdition:
        return edition_store.add_edition(
            connection,
            Scope(tenant.workspace.id),
            digest_id=tenant.digest.id,
            occurrence_id=occurrence.id,
            edition=an_edition(),
            manifest="m",
            published=PublishedLedger(),
        )

    await database.write(store)
    with pytest.raises(IntegrityError):
        await database.write(store)


# ── the published ledger ───────────────────────────────────────────────────────


async def test_the_ledger_grows_with_each_edition(database: Database, tenant: Tenant):
    first = PublishedLedger(
        stories=frozenset({"s-a"}),
        revisions=frozenset({"1@ab"}),
        sentences=frozenset({"the lock opens."}),
        figures=frozenset({"9,000 people"}),
        quotes=frozenset({"we kept the water out"}),
    )
    second = PublishedLedger(
        stories=frozenset({"s-a", "s-b"}), quotes=frozenset({"no"})
    )

    await database.write(a_stored_edition, tenant, slot="1", published=first)
    await database.write(a_stored_edition, tenant, slot="2", published=second)

    reported = await database.read(
        ledger_store.get_ledger,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
    )
    assert reported == PublishedLedger(
        stories=frozenset({"s-a", "s-b"}),
        revisions=first.revisions,
        sentences=first.sentences,
        figures=first.figures,
        quotes=frozenset({"we kept the water out", "no"}),
    )


async def test_a_sentence_longer_than_an_index_entry_is_stored_whole(
    database: Database, tenant: Tenant
):
    letters = random_letters(20_000)
    reported = PublishedLedger(sentences=frozenset({letters, letters + "."}))

    await database.write(a_stored_edition, tenant, published=reported)

    assert (
        await database.read(
            ledger_store.get_ledger,
            Scope(tenant.workspace.id),
            digest_id=tenant.digest.id,
        )
        == reported
    )


async def test_the_ledger_is_the_digests_own(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")
    await database.write(
        a_stored_edition, one, published=PublishedLedger(stories=frozenset({"s-a"}))
    )

    untold = await database.read(
        ledger_store.get_ledger, Scope(two.workspace.id), digest_id=two.digest.id
    )
    foreign = await database.read(
        ledger_store.get_ledger, Scope(two.workspace.id), digest_id=one.digest.id
    )

    assert untold == foreign == PublishedLedger()


# ── look-ups ───────────────────────────────────────────────────────────────────


def post(
    connection: Connection,
    tenant: Tenant,
    stored_edition: StoredEdition,
    *,
    operation: str = "post",
    sent: bool = True,
) -> None:
    delivery_store.add_deliveries(
        connection,
        Scope(tenant.workspace.id),
        stored_edition=stored_edition,
        destination=tenant.destination,
        parts=parts(),
        operation=operation,  # type: ignore[arg-type]
        now=NOW,
    )
    if sent:
        (claimed,) = delivery_queue.claim_deliveries(
            connection, now=NOW, lease=timedelta(minutes=1), limit=9
        )
        delivery_store.record_sent(connection, claimed, message_id="m", now=NOW)


async def test_the_newest_edition_of_a_channel_is_the_last_one_not_undone(
    database: Database, tenant: Tenant
):
    here: dict[str, Any] = {"scope": Scope(tenant.workspace.id)}
    there: dict[str, Any] = here | {"destination_id": tenant.destination.id}
    empty = await database.read(edition_store.find_newest_edition_in, **there)
    first = await database.write(a_stored_edition, tenant, slot="1")
    second = await database.write(a_stored_edition, tenant, slot="2")
    await database.write(post, tenant, first)
    await database.write(post, tenant, second, sent=False)

    waiting = await database.read(edition_store.find_newest_edition_in, **there)
    # The second is posted, and undone.
    await database.write(post, tenant, second)
    sent = await database.read(edition_store.find_newest_edition_in, **there)
    anywhere = await database.read(edition_store.find_newest_edition_in, **here)
    await database.write(post, tenant, second, operation="delete")
    undone = await database.read(edition_store.find_newest_edition_in, **there)

    assert empty is None
    assert waiting == first
    assert sent == anywhere == second
    assert undone == first


async def test_a_story_is_found_in_the_newest_edition_with_it(
    database: Database, tenant: Tenant
):
    (story,) = an_edition().stories
    other = dataclasses.replace(story, id="s-bbbbbb", headline=Headline(text="Other"))
    await database.write(a_stored_edition, tenant, slot="1")
    newer = await database.write(a_stored_edition, tenant, slot="2")
    await database.write(
        a_stored_edition, tenant, slot="3", edition=an_edition(stories=(other,))
    )
    scope = Scope(tenant.workspace.id)

    assert (
        await database.read(
            edition_store.find_edition_with_story, scope, story="s-aaaaaa"
        )
        == newer
    )
    assert (
        await database.read(
            edition_store.find_edition_with_story, scope, story="s-zzzzzz"
        )
        is None
    )
