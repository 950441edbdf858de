"""No input holds the event loop: the calls of each of its steps are counted.

Pages have theirs in `web/test_articles.py` and `platforms/local/test_pages.py`.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.model import FactTable, ListItem, Reply
from bot.model.reply import MAX_LINES
from bot.schedules.parsing import parse_schedule
from tests.bot.harness import NO_LIMITS, BotHarness, open_harness
from tests.bot.ingest.newswire import Newswire
from tests.bot.large_inputs import (
    COMMANDS,
    MOST,
    a_file,
    a_large_workspace,
    answer,
    counting_steps,
    use_threads,
)
from tests.bot.web.asgi import FORM, SAME
from tests.bot.web.console.forms import fill, read_form, send
from tests.bot.web.console.stage import ConsoleStage
from tests.feeds import an_item

#: Part of a command that pauses a source of the last digest.
PAUSE = {"target": "Digest 99", "setting": "paused_sources"}


@pytest.fixture(scope="module")
def large_database(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A workspace of a hundred digests with forty sources each."""
    file = tmp_path_factory.mktemp("large") / "large.db"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(fill_database(file))
    return file


async def fill_database(file: Path) -> None:
    url = f"sqlite:///{file}"
    async with open_harness(url, file.parent, quotas=NO_LIMITS) as harness:
        await harness.apply(a_large_workspace(100, 40))


@pytest.fixture
async def large_harness(
    large_database: Path, tmp_path: Path
) -> AsyncIterator[BotHarness]:
    file = tmp_path / "standfirst.db"
    shutil.copyfile(large_database, file)
    async with open_harness(f"sqlite:///{file}", tmp_path) as harness:
        use_threads(harness)
        yield harness


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_large_input_is_handled_in_short_steps(harness: BotHarness, name: str):
    use_threads(harness)
    path, args = COMMANDS[name]
    invocation = await harness.asks(path, True, None, args)
    # What is imported and compiled once is no part of it.
    import_module("digests.sources.remote")
    await answer(harness, await harness.asks("newsdesk status", True, None, {}))

    with counting_steps() as steps:
        await answer(harness, invocation)

    assert steps.most < MOST


@pytest.mark.parametrize(
    ("path", "args"),
    [
        ("newsdesk status", {}),
        ("newsdesk doctor", {}),
        ("newsdesk home", {}),
        ("newsdesk home", {"page": "d50"}),
        ("newsdesk home", {"page": "d50:sources:3"}),
        ("newsdesk home", {"page": "digests:1"}),
        ("newsdesk set", {**PAUSE, "value": "add https://outlet99-7.example"}),
        ("newsdesk source export", {}),
        ("newsdesk home", {"page": "places"}),
        ("newsdesk config export", {}),
        ("newsdesk history", {"n": "20"}),
    ],
)
async def test_a_large_workspace_is_shown_in_short_steps(
    large_harness: BotHarness, path: str, args: dict[str, str]
):
    with counting_steps() as steps:
        await answer(large_harness, await large_harness.asks(path, True, None, args))

    assert steps.most < MOST


async def test_a_file_from_chat_makes_no_more_digests_than_a_workspace_may_have(
    harness: BotHarness,
):
    asked = await harness.asks(
        "newsdesk config apply", True, None, {"file": a_file(200)}
    )

    refused = str(await answer(harness, asked))
    assert "1 of 200, and this change would make it 201" in refused


async def test_a_reply_of_too_many_lines_says_how_many_more_there_are():
    rows = tuple((f"Source {number}", "well") for number in range(200))
    lines = (ListItem(title="One"), FactTable(rows=rows), FactTable(rows=rows))

    kept = Reply(blocks=lines).limited()

    assert (len(kept.blocks), kept.left_out) == (3, 401 - MAX_LINES)
    assert kept.blocks[-1] == FactTable(rows=rows[: MAX_LINES - 201])


async def test_names_of_a_large_workspace_are_completed_in_short_steps(
    large_harness: BotHarness,
):
    asked = await large_harness.asks("newsdesk set", True, None, PAUSE)

    with counting_steps() as steps:
        complete = large_harness.inbox.complete(asked, "value", "outlet99-7.")
        # A task, whose steps end before the count is looked at.
        found = await asyncio.ensure_future(complete)

    assert found == ("add https://outlet99-7.example/feed.xml",)
    assert steps.most < MOST


async def test_the_largest_change_is_confirmed_and_listed_in_short_steps(
    large_harness: BotHarness,
):
    asked = await large_harness.asks(
        "newsdesk config apply",
        True,
        None,
        {"file": a_file(100, schedule="daily at 9:00")},
    )
    proposed = await answer(large_harness, asked)
    assert isinstance(proposed, Reply)
    pressed = large_harness.inbox.press(asked, proposed.controls[0].id)

    with counting_steps() as steps:
        await answer(large_harness, pressed)
        history = await large_harness.asks("newsdesk history", True, None, {})
        await answer(large_harness, history)

    assert steps.most < MOST


@pytest.mark.parametrize("query", ["", "?page=3&q=outlet", "?q=" + "a+" * 1_900])
async def test_the_console_lists_sources_in_short_steps(
    large_harness: BotHarness, query: str
):
    stage = ConsoleStage(large_harness)
    browser = await stage.enter()
    workspace = (await large_harness.digest("Digest 1")).workspace_id
    # Templates are compiled once.
    await browser.get(f"/console/w/{workspace}/sources?q=nothing")

    with counting_steps() as steps:
        page = browser.get(f"/console/w/{workspace}/sources{query}")
        assert (await asyncio.create_task(page)).status == 200

    assert steps.most < MOST


async def test_the_console_adds_thousands_of_addresses_in_short_steps(
    large_harness: BotHarness,
):
    stage = ConsoleStage(large_harness)
    browser = await stage.enter()
    digest = await large_harness.digest("Digest 1")
    here = f"/console/w/{digest.workspace_id}/sources"
    addresses = " ".join(f"https://y{number}.example/" for number in range(1_900))
    fields = {"digest": str(digest.id), "sources": addresses}
    fields["csrf"] = await browser.token(here)

    with counting_steps() as steps:
        await asyncio.create_task(browser.post(f"{here}/add", fields))

    assert steps.most < MOST


@pytest.mark.parametrize(
    "fields",
    ["exclude=" + "%2C" * 300_000, "x=1&" * 14_000, "x=%3C&" * 14_000],
    ids=["a megabyte of escapes", "thousands of fields", "fields with escapes"],
)
@pytest.mark.parametrize("is_token_first", [True, False])
async def test_the_largest_forms_are_read_in_short_steps(
    harness: BotHarness, fields: str, is_token_first: bool
):
    use_threads(harness)
    browser = await ConsoleStage(harness).enter()
    digest = await harness.digest()
    here = f"/console/w/{digest.workspace_id}/digests/{digest.id}"
    token = f"csrf={await browser.token(here)}"
    body = "&".join((token, fields) if is_token_first else (fields, token))
    headers = {"host": browser.host} | FORM | SAME

    with counting_steps() as steps:
        sent = browser.send("POST", f"{here}/save", body.encode(), headers)
        assert (await asyncio.create_task(sent)).status == 422

    assert steps.most < MOST


async def test_a_schedule_of_many_words_is_refused_in_a_short_step():
    async def refuse() -> None:
        with pytest.raises(UserError):
            parse_schedule("a " * 499)

    with counting_steps() as steps:
        await asyncio.create_task(refuse())

    assert steps.most < MOST


@pytest.mark.parametrize("setting", ["schedule", "skip", "exclude"])
async def test_thousands_of_typed_values_are_checked_in_short_steps(
    harness: BotHarness, setting: str
):
    use_threads(harness)
    browser = await ConsoleStage(harness).enter()
    digest = await harness.digest()
    here = f"/console/w/{digest.workspace_id}/digests/{digest.id}"
    typed = "\n".join(f"wrong {n}" for n in range(4_000))
    shown = read_form(await browser.get(here), f"form[action='{here}/save']")
    fields = fill(shown, **{f"set-{setting}": typed})

    with counting_steps() as steps:
        sent = send(browser, f"{here}/save", fields)
        assert (await asyncio.create_task(sent)).status == 422

    assert steps.most < MOST


async def test_a_feed_of_many_long_entries_is_read_in_short_steps(newswire: Newswire):
    use_threads(newswire.harness)
    entries = [an_item(number) for number in range(500)]
    longer = [replace(one, text=f"{one.text} {one.title} " * 4) for one in entries]
    newswire.publish("/feed", longer)
    await newswire.subscribe("/feed")

    with counting_steps() as steps:
        await asyncio.create_task(newswire.poll())

    assert await newswire.articles() == 500
    assert steps.most < MOST
