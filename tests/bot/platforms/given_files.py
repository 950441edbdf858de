"""Files that editors give, alike for the platforms whose tests take them."""

from bot import config_file
from bot.attached import MOST
from bot.storage import workspaces
from tests.bot.newsroom import Newsroom

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
TOO_LARGE = f"A file may have at most {MOST // 1_000} KB"
#: What is in a file → what is said of it.
WRONG = {
    "not text": (b"\xff\xfe\x00n\x00a", "The file is not UTF-8 text."),
    "another language": ("name = «ä»".encode("latin-1"), "The file is not UTF-8 text."),
    "no configuration": (b"[[workspace", "not valid TOML"),
    "nothing": (b"", "It says nothing of this workspace"),
}


async def names(desk: Newsroom) -> list[str]:
    return [digest.name for digest in await desk.archive.all_digests()]


async def many_sources(desk: Newsroom, configuration: str) -> None:
    """A set-up with 300 sources."""
    digest = configuration[configuration.index("[[workspace.digest]]") :]
    parts = [configuration.removesuffix(digest)]
    for part in range(3):
        listed = ", ".join(
            f'"https://outlet-{part}-{number}.example/a/long/path/feed.xml"'
            for number in range(100)
        )
        named = digest.replace("Morning brief", f"Part {part}")
        parts.append(named.replace('"articles"', listed))
    await desk.apply("\n".join(parts), prune=True)


async def exported(desk: Newsroom) -> str:
    """What an operator's export gives of the one workspace."""
    (space,) = await desk.db.read(workspaces.every)
    return await desk.db.read(config_file.export, workspace_id=space.id, paths=False)
