"""Every command of the chat that the documentation shows is run."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from bot.commands.help_pages import read_former_commands
from bot.i18n.translation import Texts
from bot.model import Reply
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from bot.storage import schema_upgrade
from tests.bot.commands.editors import editor, said
from tests.bot.harness import BRIDGE, FLOOD, POOL, BotHarness, open_harness
from tests.docs.examples import PAGES, list_typed

#: The names that the examples use.
NEWSROOM = """
[[workspace]]
platform = "local"
id = "newsroom"
zone = "Europe/London"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.destination]]
name = "news"
channel = "c-news"

[[workspace.digest]]
name = "Front page"
sources = ["articles"]
destinations = ["morning"]

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = ["daily at 18:00 Europe/Berlin", "daily at 6:00 Europe/Berlin"]
paused = true

[[workspace.digest]]
name = "Morgenausgabe"
sources = ["articles"]
destinations = ["news"]
schedule = "daily at 8:00 Europe/Berlin"
review = "hold"
review_channel = "morning"
"""
#: Not posted yet, and about a bridge.
MORE = """---
title: Weir Bridge in Castrow to be rebuilt
source: Castrow Gazette
published: 2026-11-25T05:00:00+00:00
lang: en
---
The council of Castrow voted by 27 to 18 on Wednesday to rebuild the Weir Bridge.
"""
#: Another example reverts this one.
_MADE = "exclude add rumour"
#: What the ids of the examples name.
#: Names of the platforms' own menu.
_NAMES = {"/news", "/newsdesk"}
_TABLES = {"c": "changes", "d": "drafts", "e": "editions", "s": "stories"}


def list_lines() -> list[str]:
    """List the commands; the names of former ones are explained in test_help."""
    table = read_former_commands().items()
    former = {f"/{path}" for path, one in table if one.now != path}
    lines = {" ".join(line.split()) for name in PAGES for line in list_typed(name)}
    found = lines - former - _NAMES
    return sorted(line for line in found if not line.endswith("…"))


async def test_every_command_of_the_chat_is_answered(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/newsroom.db"
    schema_upgrade.upgrade_database(url)
    async with open_harness(url, tmp_path) as harness:
        await furnish(harness)
        assert await run_lines(harness) == {}


async def furnish(harness: BotHarness) -> None:
    """Set up a newsroom with an edition, a change, a draft, and an article to post."""
    for name, article in (("bridge", BRIDGE), ("pool", POOL), ("flood", FLOOD)):
        harness.publish(name, article)
    await harness.apply(NEWSROOM)
    # The draft of tomorrow's first edition.
    harness.clock.advance(timedelta(hours=18, minutes=45))
    await harness.wake()
    await harness.publisher.post_now(await harness.digest("Front page"), "now")
    await harness.outbox.drain()
    ana = await editor(harness)
    change = await ana.says(
        "newsdesk set", target="Front page", setting="stories", value="7"
    )
    await ana.presses(change, "Confirm")
    harness.publish("tested", MORE)
    await harness.db.write(name_as_documented)


def name_as_documented(conn: Connection) -> None:
    """Give one thing of each kind the id that the examples use."""
    for letter, table in _TABLES.items():
        (key,) = conn.execute(text(f"SELECT min(id) FROM {table}")).one()
        conn.execute(
            text(f"UPDATE {table} SET public_id = :public WHERE id = :key"),
            {"public": f"{letter}-7k3m9q", "key": key},
        )


async def run_lines(harness: BotHarness) -> dict[str, str]:
    """Run each line; return those that are refused, with the answer."""
    bare = await harness.asks("news help", editor=True, key=None, args={})
    ana, refused = await editor(harness), {}
    for number, line in enumerate(list_lines()):
        parsed = parse_command(line, harness.inbox.typed_commands, Texts.of("en"))
        if not isinstance(parsed, ParsedCommand):
            refused[line] = said(parsed)
            continue
        asked = replace(bare, key=f"e{number}", path=parsed.path, args=parsed.args)
        answer = await harness.inbox.dispatch(asked)
        if isinstance(answer, Reply) and answer.problem:
            refused[line] = said(answer)
        elif isinstance(answer, Reply) and line.endswith(_MADE):
            await ana.presses(answer, "Confirm")
    return refused
