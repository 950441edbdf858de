"""Hostile documents: each is read or rejected, in the sandbox, without network.

The large third-party corpus is read where it exists beside the repository; it is not
part of it.
"""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digests.errors import SandboxKilled, SourceError
from digests.sources import feed, opml, page
from digests.sources.feed import parse_feed
from digests.sources.sandbox import Sandbox, SandboxLimits
from tests.chaos.hostile_documents import Kind, all_of
from tests.wire.server import serving

pytestmark = pytest.mark.usefixtures("sandboxes_started")
NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
CORPUS = next(
    (
        found
        for above in Path(__file__).parents[3:5]
        if (found := above / "shared" / "data" / "hostile").is_dir()
    ),
    None,
)
#: The most that the sandbox may end; the rest is read or rejected.
MOST_KILLED = 4
#: A busy machine needs several times the processor time for the same document.
BUSY = SandboxLimits(cpu=4 * SandboxLimits().cpu, wall=60.0)


async def read(sandbox: Sandbox, kind: Kind, body: bytes) -> object:
    url = "https://news.example/x"
    if kind == "feed":
        return await sandbox.run(parse_feed, body, url=url, now=NOW)
    if kind == "page":
        return await sandbox.run(page.parse_page, body, url=url, now=NOW)
    if kind == "sitemap":
        return await sandbox.run(feed.parse_sitemap, body, url=url, now=NOW)
    return await sandbox.run(opml.parse_opml, body)


async def read_all(
    documents: Iterator[tuple[str, Kind, bytes]],
) -> tuple[int, list[str]]:
    """How many were read or rejected with a message, and the names of the killed."""
    done, killed = 0, []
    async with Sandbox(BUSY) as sandbox:
        for name, kind, body in documents:
            try:
                await read(sandbox, kind, body)
            except SandboxKilled:
                killed.append(name)
                continue
            except SourceError:
                pass
            done += 1
    return done, killed


async def test_every_bomb_is_read_rejected_or_killed_without_network():
    async with serving({}) as canary:
        bombs = all_of(canary.place)
        documents = ((bomb.name, bomb.kind, bomb.make()) for bomb in bombs)
        done, killed = await read_all(documents)
        assert canary.dialled == 0
    assert len(bombs) >= 40
    assert done + len(killed) == len(bombs)
    assert len(killed) <= MOST_KILLED, killed


@pytest.mark.skipif(CORPUS is None, reason="the hostile corpus is not beside us")
async def test_the_hostile_corpus_kills_no_reader():
    done, killed = await read_all(corpus())
    assert killed == []
    assert done > 2_000


def corpus() -> Iterator[tuple[str, Kind, bytes]]:
    kinds: dict[str, tuple[Kind, ...]] = {
        "feeds": ("feed", "page"),
        "html": ("page", "feed"),
        "json": ("feed",),
        "opml": ("opml", "feed", "sitemap"),
    }
    assert CORPUS is not None
    for name, several in kinds.items():
        with gzip.open(CORPUS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                for kind in several:
                    yield row["file"], kind, base64.b64decode(row["b64"])
