import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.storage import (
    Connection,
    Database,
    deliveries,
    editions,
    editions_json,
    public_ids,
)
from bot.types import Issue
from digests.sections import EVERY
from digests.types import (
    ArticleRef,
    Brief,
    Card,
    Decision,
    Edition,
    EditionStory,
    Figure,
    Headline,
    MadeFrom,
    Outcome,
    Sentence,
    Span,
    Stage,
    Told,
    ToldFigure,
)
from tests.bot.storage.builders import (
    NOW,
    House,
    a_house,
    an_edition,
    an_issue,
    an_occurrence,
    parts,
    random_letters,
)

words = st.text(max_size=6)
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
)
cards = st.builds(
    Card,
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
    ToldFigure,
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
    reasons=some(words),
)
any_edition = st.builds(
    Edition,
    title=words,
    made_at=moments.filter(bool),
    made_from=st.builds(MadeFrom, articles=st.integers(), sources=st.integers()),
    stories=some(edition_stories),
    brief=some(
        st.builds(
            Brief, story=words, headline=headlines, article=refs, outlets=some(words)
        )
    ),
    hero=st.none() | cards,
    minutes=st.integers(),
    lang=words,
    decisions=some(
        st.builds(
            Decision,
            article=words,
            story=st.none() | words,
            stage=st.sampled_from(get_args(Stage)),
            outcome=st.sampled_from(get_args(Outcome)),
            reason=words,
        )
    ),
    sections=st.none() | some(st.sampled_from(EVERY)),
)


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


# ── the stored form ────────────────────────────────────────────────────────────


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(any_edition)
def test_every_edition_comes_back_exactly_the_same(edition: Edition):
    back = editions_json.load(editions_json.dump(edition))

    # repr tells apart what == does not: 1 and 1.0, UTC and another zero offset, nan.
    assert repr(back) == repr(edition)


def test_an_instant_in_another_zone_comes_back_in_utc():
    east = NOW.astimezone(timezone(timedelta(hours=9)))

    back = editions_json.load(editions_json.dump(an_edition(made_at=east)))

    assert back.made_at == NOW
    assert back.made_at.tzinfo is UTC


def test_the_stored_form_is_the_same_every_time_and_keeps_letters():
    edition = an_edition(title="Künste “heute”")

    assert editions_json.dump(edition) == editions_json.dump(edition)
    assert "Künste “heute”" in editions_json.dump(edition)


def test_an_edition_of_an_older_program_gets_the_defaults():
    text = editions_json.dump(an_edition())
    older = text.replace('"decisions": [], ', "").replace(', "update": false', "")

    assert "decisions" not in older
    assert "update" not in older
    assert editions_json.load(older) == an_edition()


def test_what_is_no_field_any_more_is_passed_over():
    text = editions_json.dump(an_edition())

    assert editions_json.load('{"mood": [1], ' + text[1:]) == an_edition()


async def test_an_edition_is_found_by_its_keys(database: Database, house: House):
    issue = await database.write(an_issue, house, manifest="abc")
    here: dict[str, Any] = {"workspace_id": house.workspace.id}

    assert issue.edition == an_edition()
    assert issue.manifest == "abc"
    assert await database.read(editions.by_id, **here, edition_id=issue.id) == issue
    assert (
        await database.read(editions.by_public_id, **here, public_id=issue.public_id)
        == issue
    )


async def test_a_public_id_already_taken_is_drawn_again(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
):
    drawn = iter(["e-222222", "e-222222", "e-333333"])
    monkeypatch.setattr(public_ids, "fresh", lambda _: next(drawn))

    first = await database.write(an_issue, house, slot="1")
    second = await database.write(an_issue, house, slot="2")

    assert (first.public_id, second.public_id) == ("e-222222", "e-333333")


def test_public_ids_have_no_letter_that_looks_like_another():
    drawn = "".join(public_ids.fresh("e") for _ in range(200)).replace("e-", "")

    assert len(drawn) == 1200
    assert not set(drawn) & set("01lo")
    assert len(set(drawn)) == 32


async def test_an_occurrence_has_one_edition(database: Database, house: House):
    occurrence = await database.write(an_occurrence, house)
    assert occurrence is not None

    def store(connection: Connection) -> Issue:
        return editions.store(
            connection,
            workspace_id=house.workspace.id,
            digest_id=house.digest.id,
            occurrence_id=occurrence.id,
            edition=an_edition(),
            manifest="m",
            told=Told(),
        )

    await database.write(store)
    with pytest.raises(IntegrityError):
        await database.write(store)


# ── the told-ledger ────────────────────────────────────────────────────────────


async def test_the_ledger_grows_with_each_edition(database: Database, house: House):
    first = Told(
        stories=frozenset({"s-a"}),
        revisions=frozenset({"1@ab"}),
        sentences=frozenset({"the lock opens."}),
        figures=frozenset({"9,000 people"}),
        quotes=frozenset({"we kept the water out"}),
    )
    second = Told(stories=frozenset({"s-a", "s-b"}), quotes=frozenset({"no"}))

    await database.write(an_issue, house, slot="1", told=first)
    await database.write(an_issue, house, slot="2", told=second)

    told = await database.read(
        editions.told, workspace_id=house.workspace.id, digest_id=house.digest.id
    )
    assert told == Told(
        stories=frozenset({"s-a", "s-b"}),
        revisions=first.revisions,
        sentences=first.sentences,
        figures=first.figures,
        quotes=frozenset({"we kept the water out", "no"}),
    )


async def test_a_sentence_longer_than_an_index_entry_is_told_whole(
    database: Database, house: House
):
    letters = random_letters(20_000)
    told = Told(sentences=frozenset({letters, letters + "."}))

    await database.write(an_issue, house, told=told)

    assert (
        await database.read(
            editions.told, workspace_id=house.workspace.id, digest_id=house.digest.id
        )
        == told
    )


async def test_the_ledger_is_the_digests_own(database: Database):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")
    await database.write(an_issue, one, told=Told(stories=frozenset({"s-a"})))

    untold = await database.read(
        editions.told, workspace_id=two.workspace.id, digest_id=two.digest.id
    )
    foreign = await database.read(
        editions.told, workspace_id=two.workspace.id, digest_id=one.digest.id
    )

    assert untold == foreign == Told()


# ── look-ups ───────────────────────────────────────────────────────────────────


def post(
    connection: Connection,
    house: House,
    issue: Issue,
    *,
    operation: str = "post",
    sent: bool = True,
) -> None:
    deliveries.add(
        connection,
        workspace_id=house.workspace.id,
        issue=issue,
        destination=house.destination,
        parts=parts(),
        operation=operation,  # type: ignore[arg-type]
        now=NOW,
    )
    if sent:
        (claimed,) = deliveries.claim(
            connection, now=NOW, lease=timedelta(minutes=1), limit=9
        )
        deliveries.record_sent(connection, claimed, message_id="m", now=NOW)


async def test_the_newest_edition_of_a_place_is_the_last_that_stands_there(
    database: Database, house: House
):
    here: dict[str, Any] = {"workspace_id": house.workspace.id}
    there: dict[str, Any] = here | {"destination_id": house.destination.id}
    empty = await database.read(editions.newest_in, **there)
    first = await database.write(an_issue, house, slot="1")
    second = await database.write(an_issue, house, slot="2")
    await database.write(post, house, first)
    await database.write(post, house, second, sent=False)

    waiting = await database.read(editions.newest_in, **there)
    # The second goes out, and is taken back.
    await database.write(post, house, second)
    sent = await database.read(editions.newest_in, **there)
    anywhere = await database.read(editions.newest_in, **here)
    await database.write(post, house, second, operation="delete")
    undone = await database.read(editions.newest_in, **there)

    assert empty is None
    assert waiting == first
    assert sent == anywhere == second
    assert undone == first


async def test_a_story_is_found_in_the_newest_edition_that_tells_it(
    database: Database, house: House
):
    (story,) = an_edition().stories
    other = dataclasses.replace(story, id="s-bbbbbb", headline=Headline(text="Other"))
    await database.write(an_issue, house, slot="1")
    newer = await database.write(an_issue, house, slot="2")
    await database.write(
        an_issue, house, slot="3", edition=an_edition(stories=(other,))
    )
    here: dict[str, Any] = {"workspace_id": house.workspace.id}

    assert await database.read(editions.telling, **here, story="s-aaaaaa") == newer
    assert await database.read(editions.telling, **here, story="s-zzzzzz") is None
