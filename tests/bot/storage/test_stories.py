"""Stories in views: moves, redirects of old ids, and visibility."""

from typing import Any

import pytest

from bot.model.scope import Scope
from bot.storage import Connection, Database, source_store, story_store
from digests.types import StoryMembership
from tests.bot.storage.builders import NOW, Tenant, a_tenant, store_article


def member(article: int, story: str, copy_of: int | None = None) -> StoryMembership:
    return StoryMembership(
        article=str(article),
        story=story,
        duplicate_of=str(copy_of) if copy_of else None,
    )


def articles(connection: Connection, tenant: Tenant, count: int) -> list[int]:
    return [
        store_article(connection, tenant, id=f"item-{n}", text=f"Text {n}.").article_id
        for n in range(count)
    ]


def settled(
    connection: Connection, view: int | None, *members: StoryMembership
) -> None:
    story_store.update_memberships(
        connection, workspace_id=view, memberships=members, now=NOW
    )


def in_story(connection: Connection, workspace: int, story: str) -> set[str]:
    found = story_store.list_story_articles(connection, Scope(workspace), story=story)
    return {article.id for article in found}


@pytest.fixture
async def public(database: Database) -> Tenant:
    """A workspace that reads a public source."""
    return await database.write(a_tenant, name="reader", shared=True)


async def test_a_merged_story_leads_to_the_other_and_takes_its_articles_along(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> tuple[str | None, set[str], list[str]]:
        one, two, far = articles(connection, public, 3)
        me = public.workspace.id
        settled(connection, None, member(one, "s-a"), member(far, "s-a"))
        settled(connection, None, member(two, "s-b"))
        settled(connection, None, member(one, "s-b"), member(two, "s-b"))
        return (
            story_store.find_present_story(connection, Scope(me), story="s-a"),
            in_story(connection, me, "s-b"),
            [str(one), str(two), str(far)],
        )

    present, there, expected = await database.write(work)
    assert present == "s-b"
    assert there == set(expected)


async def test_the_larger_part_of_a_split_story_keeps_the_id(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> list[Any]:
        one, two, three = articles(connection, public, 3)
        me = public.workspace.id
        settled(connection, None, *(member(a, "s-a") for a in (one, two, three)))
        settled(
            connection,
            None,
            member(one, "s-a"),
            member(two, "s-a"),
            member(three, "s-c"),
        )
        here = {"scope": Scope(me)}
        return [
            story_store.find_present_story(connection, **here, story="s-a"),
            story_store.find_present_story(connection, **here, story="s-c"),
            in_story(connection, me, "s-a") == {str(one), str(two)},
        ]

    assert await database.write(work) == ["s-a", "s-c", True]


async def test_an_id_leads_on_over_several_merges_and_never_in_a_circle(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> list[str | None]:
        (one,) = articles(connection, public, 1)
        for name in ("s-a", "s-b", "s-c", "s-a"):
            settled(connection, None, member(one, name))
        here = {"scope": Scope(public.workspace.id)}
        return [
            story_store.find_present_story(connection, **here, story=name)
            for name in ("s-a", "s-b", "s-c", "s-unheard")
        ]

    assert await database.write(work) == ["s-a", "s-a", "s-a", None]


async def test_a_story_without_articles_that_one_may_see_is_none(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> str | None:
        stranger = a_tenant(connection, name="stranger")
        (one,) = articles(connection, public, 1)
        settled(connection, None, member(one, "s-a"))
        return story_store.find_present_story(
            connection, Scope(stranger.workspace.id), story="s-a"
        )

    assert await database.write(work) is None


async def test_what_a_view_has_elsewhere_is_not_where_everybody_has_it(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> list[set[str]]:
        one, two = articles(connection, public, 2)
        me = public.workspace.id
        other = a_tenant(connection, name="other", shared=True).workspace.id
        settled(connection, None, member(one, "s-a"), member(two, "s-a"))
        settled(connection, me, member(two, "s-mine"))
        names = {str(one): "one", str(two): "two"}
        return [
            {names[found] for found in in_story(connection, who, story)}
            for who, story in (
                (me, "s-a"),
                (me, "s-mine"),
                (other, "s-a"),
                (other, "s-mine"),
            )
        ]

    found = await database.write(work)
    assert found == [{"one"}, {"two"}, {"one", "two"}, set()]


async def test_a_view_equal_to_the_public_one_stores_nothing(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> bool:
        (one,) = articles(connection, public, 1)
        settled(connection, None, member(one, "s-a"))
        settled(connection, public.workspace.id, member(one, "s-a"))
        settled(connection, None, member(one, "s-b"))
        found = story_store.list_memberships(
            connection, workspace_id=public.workspace.id, articles=[str(one)]
        )
        return [m.story for m in found] == ["s-b"]

    assert await database.write(work)


async def test_a_new_id_is_none_that_any_view_has(database: Database, public: Tenant):
    def work(connection: Connection) -> list[bool]:
        (one,) = articles(connection, public, 1)
        settled(connection, public.workspace.id, member(one, "s-mine"))
        taken = story_store.UsedStoryIds(connection)
        return ["s-mine" in taken, "s-other" in taken]

    assert await database.write(work) == [True, False]


async def test_more_articles_than_one_question_may_name_are_known(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> int:
        several = articles(connection, public, 600)
        settled(connection, None, *(member(a, f"s-{a}") for a in several))
        asked = [str(a) for a in several]
        return len(
            story_store.list_memberships(connection, workspace_id=None, articles=asked)
        )

    assert await database.write(work) == 600


async def test_only_public_articles_arrive_in_everybodys_view(database: Database):
    def work(connection: Connection) -> list[list[str]]:
        one = a_tenant(connection, name="one")
        shared = a_tenant(connection, name="two", shared=True)
        other = a_tenant(connection, name="three", shared=True)
        private = store_article(connection, one, id="private").article_id
        public = store_article(connection, shared, id="public").article_id
        names = {str(private): "private", str(public): "public"}
        return [
            [
                names[key.article]
                for key in story_store.list_arrivals(
                    connection,
                    workspace_id=view,
                    dated=NOW.replace(year=2000),
                    fetched=NOW.replace(year=2000),
                    limit=9,
                )
            ]
            for view in (
                None,
                one.workspace.id,
                shared.workspace.id,
                other.workspace.id,
            )
        ]

    found = await database.write(work)
    assert found == [["public"], ["private"], ["public"], ["public"]]


async def test_an_article_of_no_source_of_ones_own_is_not_loaded(database: Database):
    def work(connection: Connection) -> tuple[Any, ...]:
        one, other = a_tenant(connection, name="one"), a_tenant(connection, name="two")
        stored = store_article(connection, one, id="private")
        return story_store.load_arrivals(
            connection,
            workspace_id=other.workspace.id,
            revision_ids=[stored.revision_id],
        )

    assert await database.write(work) == ()


async def test_of_too_many_articles_the_newest_are_listed(
    database: Database, public: Tenant
):
    def work(connection: Connection) -> list[str]:
        articles(connection, public, 3)
        source = source_store.find_source(connection, source_id=public.source.id)
        assert source is not None
        found = story_store.list_arrivals(
            connection,
            workspace_id=None,
            dated=NOW.replace(year=2000),
            fetched=NOW.replace(year=2000),
            limit=2,
        )
        return [key.article for key in found]

    assert await database.write(work) == ["2", "3"]
