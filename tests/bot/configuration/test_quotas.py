"""Quotas of sources and digests: every way in is refused, and the answer says why."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from bot.configuration import changes, feed_lists, file_import
from bot.configuration.change_steps import ChangeContext, request_edit, request_entry
from bot.errors import ConfigurationError, UserError
from bot.model import DEFAULT_DIGEST
from bot.model.quotas import Quotas
from bot.platforms.plugins import load_plugins
from bot.storage import Database, quota_store
from digests.sources.opml import Subscription
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, BotHarness, open_harness

FEW = Quotas(sources=3, digests=2, personal_digests=1)
_keys = count(1)


def feeds(*numbers: int) -> list[str]:
    return [f"https://outlet{n}.example/feed" for n in numbers]


def with_feeds(*numbers: int) -> str:
    """The configuration with these feeds beside the folder."""
    return CONFIGURATION.replace('["articles"]', str(["articles", *feeds(*numbers)]))


def a_digest(name: str, *numbers: int) -> str:
    sources = feeds(*numbers) or ["articles"]
    return f"""
[[workspace.digest]]
name = "{name}"
sources = {sources}
destinations = ["morning"]
"""


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom with one digest of one source, on an instance with low quotas."""
    async with open_harness(sqlite_url, tmp_path, quotas=FEW) as built:
        await built.apply()
        yield built


@pytest.fixture
async def ana(small: BotHarness) -> Editor:
    return await editor(small)


async def used(harness: BotHarness) -> tuple[int, int]:
    """How many sources and digests the newsroom has."""
    digests = await harness.archive.all_digests()
    return len({s.id for d in digests for s in d.all_sources}), len(digests)


# ── the operator's commands ───────────────────────────────────────────────────────


async def test_a_file_with_too_many_sources_changes_nothing(small: BotHarness):
    with pytest.raises(ConfigurationError) as refused:
        await small.apply(with_feeds(1, 2, 3))
    assert "digest «Morning brief», sources: " in str(refused.value)
    assert "1 of 3, and this change would make it 4" in str(refused.value)
    assert await used(small) == (1, 1)


async def test_a_file_may_use_a_quota_up(small: BotHarness):
    await small.apply(with_feeds(1, 2) + a_digest("Evening", 1))
    assert await used(small) == (3, 2)


async def test_a_file_reports_every_quota_beside_its_other_mistakes(small: BotHarness):
    text = with_feeds(1, 2, 3) + a_digest("Evening") + a_digest("Night", 9)
    with pytest.raises(ConfigurationError) as refused:
        await small.apply(text.replace("every 2 minutes", "sometimes"))
    mistakes = str(refused.value).splitlines()
    assert len(mistakes) == 3
    assert "schedule" in mistakes[0]
    assert "Sources of this workspace: 1 of 3" in mistakes[1]
    assert "Digests of this workspace: 1 of 2" in mistakes[2]


async def test_a_dry_run_says_it_too(small: BotHarness):
    file = small.home / "newsroom.toml"
    file.write_text(with_feeds(1, 2, 3), encoding="utf-8")
    plan = partial(
        file_import.plan_changes,
        file=file_import.read_file(file, load_plugins()),
        prune=False,
        now=small.clock.now(),
        quotas=FEW,
    )
    with pytest.raises(ConfigurationError, match="Sources of this workspace: 1 of 3"):
        await small.db.read(plan)


async def test_near_the_limit_a_file_says_how_much_is_used(small: BotHarness):
    (*_, note) = await small.apply(with_feeds(1, 2))
    assert note.kind == "note"
    assert "Sources of this workspace: 3 of 3" in note.text


async def test_a_new_workspace_has_its_quota_from_the_first_file_on(small: BotHarness):
    other = with_feeds(1, 2, 3).replace('id = "newsroom"', 'id = "other"')
    with pytest.raises(ConfigurationError, match="would make it 4"):
        await small.apply(other)
    await small.apply(other.replace(f", '{feeds(3)[0]}'", ""))


async def test_an_imported_list_is_refused_as_a_whole(small: BotHarness):
    listed = [Subscription(address=one, title="") for one in feeds(1, 2, 3)]
    operator = ChangeContext(plugins=load_plugins(), now=small.clock.now(), quotas=FEW)
    with pytest.raises(UserError, match="1 of 3, and this change would make it 4"):
        await small.db.write(feed_lists.assign_feeds, listed, operator)
    assert await used(small) == (1, 1)


async def test_zero_is_no_limit(sqlite_url: str, tmp_path: Path):
    unlimited = Quotas(sources=0, digests=0)
    async with open_harness(sqlite_url, tmp_path, quotas=unlimited) as built:
        await built.apply(with_feeds(*range(150)))
        assert await used(built) == (151, 1)


# ── chat ──────────────────────────────────────────────────────────────────────────


async def test_a_file_in_chat_is_refused_before_anything_is_proposed(ana: Editor):
    shown = await ana.is_asked("newsdesk config apply", file=with_feeds(1, 2, 3))
    assert "Sources of this workspace: 1 of 3" in shown.fields[0].error


async def test_a_source_of_the_panel_is_refused_at_its_question(ana: Editor):
    await ana.harness.apply(with_feeds(1, 2))
    why = await ana.fails_to_set("sources", f"add {feeds(3)[0]}")
    assert "3 of 3, and this change would make it 4. Remove some first" in why


async def test_a_list_in_chat_is_refused_before_its_feeds_are_tried(ana: Editor):
    outlines = "".join(f'<outline xmlUrl="{one}"/>' for one in feeds(1, 2, 3))
    shown = await ana.asks(
        "newsdesk source import",
        file=f'<opml version="2.0"><body>{outlines}</body></opml>',
    )
    assert "Sources of this workspace: 1 of 3" in str(shown)


async def test_a_copied_digest_is_counted(ana: Editor):
    await ana.presses(await ana.sees("{Morning brief}:copy", name="Two"), "Confirm")
    refused = await ana.visits("{Morning brief}:copy", name="Three")
    assert "Digests of this workspace: 2 of 2" in said(refused)


async def test_a_deleted_digest_comes_back_only_where_there_is_room(ana: Editor):
    await ana.harness.apply(CONFIGURATION + a_digest("Evening"))
    await ana.presses(await ana.sees("{Evening}:delete"), "Confirm")
    await ana.harness.apply(CONFIGURATION + a_digest("Night"))
    history = await ana.says("newsdesk history")
    refused = await ana.presses(history, "Revert")
    assert "Digests of this workspace: 2 of 2" in said(refused)


async def test_a_proposal_whose_room_was_taken_meanwhile_is_not_applied(ana: Editor):
    shown = await ana.says("newsdesk config apply", file=with_feeds(1, 2))
    await ana.harness.apply(CONFIGURATION + a_digest("Evening", 3))
    made = await ana.presses(shown, "Confirm")
    assert made.problem
    assert "2 of 3, and this change would make it 4" in said(made)
    assert await used(ana.harness) == (2, 2)


async def test_near_the_limit_preview_and_answer_say_how_much_is_used(ana: Editor):
    shown = await ana.says("newsdesk config apply", file=with_feeds(1))
    assert "Sources of this workspace" not in said(shown)
    shown = await ana.says("newsdesk config apply", file=with_feeds(1, 2))
    assert "After this change: Sources of this workspace: 3 of 3" in said(shown)
    made = await ana.presses(shown, "Confirm")
    assert "the limit is reached. To add others, remove some" in said(made)


async def test_status_panel_and_doctor_show_what_is_nearly_used_up(ana: Editor):
    shown = "Sources of this workspace: 2 of 3."
    await ana.harness.apply(with_feeds(1))
    assert shown in said(await ana.says("newsdesk status"))
    assert shown not in said(await ana.says("newsdesk home"))
    await ana.harness.apply(with_feeds(1, 2))
    shown = "Sources of this workspace: 3 of 3; the limit is reached."
    for command in ("status", "home", "doctor"):
        assert shown in said(await ana.says(f"newsdesk {command}")), command


async def test_the_operators_doctor_names_the_workspace(ana: Editor):
    await ana.harness.apply(with_feeds(1, 2))
    found = await ana.harness.doctor.examine()
    (finding,) = [one for one in found if "Sources of this" in str(one.text)]
    assert (finding.subject, finding.state) == ("local newsroom", "warning")


async def test_stored_articles_are_shown_as_they_were_measured(ana: Editor):
    assert "Stored articles:" not in said(await ana.says("newsdesk status"))
    space = ana.place.workspace
    await ana.harness.db.write(quota_store.save_parts, {space.id: 900_000})
    shown = said(await ana.says("newsdesk status"))
    assert "Stored articles: 90 % of 1000000." in shown


# ── a lower limit than what there is ──────────────────────────────────────────────


@pytest.fixture
async def crowded(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Editor]:
    """A newsroom with five sources, on an instance that now allows three."""
    async with open_harness(sqlite_url, tmp_path) as built:
        await built.apply(with_feeds(1, 2, 3, 4))
    async with open_harness(sqlite_url, tmp_path, quotas=FEW) as built:
        yield await editor(built)


async def test_what_there_was_stays_and_can_be_changed(crowded: Editor):
    await crowded.sets("stories", "7")
    assert await used(crowded.harness) == (5, 1)


async def test_a_source_can_be_replaced_and_none_added(crowded: Editor):
    await crowded.harness.apply(with_feeds(1, 2, 3, 5))
    assert await used(crowded.harness) == (5, 1)
    with pytest.raises(ConfigurationError, match="5 of 3"):
        await crowded.harness.apply(with_feeds(1, 2, 3, 5, 6))


# ── readers ───────────────────────────────────────────────────────────────────────


async def test_so_many_readers_have_a_digest_of_their_own(ana: Editor):
    await ana.says("news me", time="7:30")
    refused = said(await ana.also("Cleo").says("news me", time="7:30"))
    assert "no more can be set up" in refused
    assert not (await ana.says("news me", time="8:30")).problem


# ── at once ───────────────────────────────────────────────────────────────────────


async def count_done(tasks: Sequence[asyncio.Task[object]]) -> int:
    """The number of tasks that were not refused."""
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        assert not isinstance(end, BaseException) or isinstance(end, UserError), end
    return sum(not isinstance(end, BaseException) for end in ends)


@pytest.fixture
async def shared(database_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """The same newsroom on each kind of database."""
    async with open_harness(database_url, tmp_path, quotas=FEW) as built:
        await built.apply()
        yield built


async def test_sources_added_at_once_never_exceed_the_quota(
    shared: BotHarness, database_url: str
):
    """Several processes, each with its own connections."""
    others = [Database.open(database_url) for _ in range(3)]
    context = ChangeContext(plugins=load_plugins(), now=shared.clock.now(), quotas=FEW)
    place = await shared.place()

    def add(address: str):
        return request_edit(
            "digest",
            "Morning brief",
            lambda entry: {**entry, "sources": [*entry["sources"], address]},
        )

    async def take(db: Database, n: int) -> None:
        await db.write(
            changes.apply_requests, place.workspace.scope, [add(feeds(n)[0])], context
        )

    async def confirm(db: Database, n: int) -> None:
        name = f"Digest {n}"
        entry = {**DEFAULT_DIGEST, "name": name, "sources": feeds(n)}
        request = request_entry("digest", name, entry)
        shown = await db.write(changes.propose_requests, place, [request], context)
        await db.write(changes.confirm_proposal, place, shown.id, context)

    try:
        tasks = [
            asyncio.create_task(each(db, next(_keys)))
            for db in others
            for each in (take, take, confirm)
        ]
        assert await count_done(tasks) == 2
        sources, digests = await used(shared)
        assert sources == 3
        assert digests <= 2
    finally:
        for db in others:
            await db.close()


@pytest.mark.parametrize("workspace", ["newsroom", "new"])
async def test_files_applied_at_once_never_exceed_the_quota(
    shared: BotHarness, database_url: str, workspace: str
):
    """Also where they create the workspace: nobody can lock what is not there yet."""
    head = CONFIGURATION.partition("[[workspace.digest]]")[0]
    others = [Database.open(database_url) for _ in range(4)]
    files = []
    for n in range(len(others)):
        path = shared.home / f"{n}.toml"
        text = head.replace("newsroom", workspace) + a_digest(f"Digest {n}", n, n + 10)
        path.write_text(text, encoding="utf-8")
        files.append(file_import.read_file(path, load_plugins()))
    now = shared.clock.now()
    apply = partial(file_import.apply_file, prune=False, now=now, quotas=FEW)
    try:
        tasks = [
            asyncio.create_task(db.write(apply, file))
            for db, file in zip(others, files, strict=True)
        ]
        assert await count_done(tasks) == 1
    finally:
        for db in others:
            await db.close()


async def test_readers_who_begin_at_once_never_exceed_the_quota(
    shared: BotHarness,
):
    ana = await editor(shared)
    names = ("Ben", "Cleo", "Dora", "Emil")
    people = [ana.also(name) for name in names]
    answers = await asyncio.gather(
        *(one.says("news me", time="7:30") for one in people)
    )
    assert sum(not answer.problem for answer in answers) == 1
