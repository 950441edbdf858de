"""Attached files, shared by the tests of all platforms that accept them."""

from bot.configuration import file_import
from bot.model import ATTACHMENT_LIMIT
from bot.storage import workspace_store
from tests.bot.harness import BotHarness

EVENING = """
[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml"]
destinations = ["morning"]
schedule = "daily at 18:00 Europe/Berlin"
"""
FEEDS = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><body><outline text="Press">
<outline type="rss" text="Müller" xmlUrl="https://muller.example/feed.xml"/>
</outline></body></opml>
"""
TOO_LARGE = f"A file may have at most {ATTACHMENT_LIMIT // 1_000} KB"
#: Contents of a file → the reply about it.
WRONG = {
    "not text": (b"\xff\xfe\x00n\x00a", "The file is not UTF-8 text."),
    "another language": ("name = «ä»".encode("latin-1"), "The file is not UTF-8 text."),
    "no configuration": (b"[[workspace", "not valid TOML"),
    "nothing": (b"", "It has no block for this workspace"),
}


async def names(harness: BotHarness) -> list[str]:
    return [digest.name for digest in await harness.archive.all_digests()]


async def many_sources(harness: BotHarness, configuration: str) -> None:
    """A configuration with 300 sources."""
    digest = configuration[configuration.index("[[workspace.digest]]") :]
    parts = [configuration.removesuffix(digest)]
    for part in range(3):
        listed = ", ".join(
            f'"https://outlet-{part}-{number}.example/a/long/path/feed.xml"'
            for number in range(100)
        )
        named = digest.replace("Morning brief", f"Part {part}")
        parts.append(named.replace('"articles"', listed))
    await harness.apply("\n".join(parts), prune=True)


async def exported(harness: BotHarness) -> str:
    """An operator's export of the one workspace."""
    (space,) = await harness.db.read(workspace_store.list_workspaces)
    return await harness.db.read(
        file_import.dump_configuration, workspace_id=space.id, paths=False
    )
