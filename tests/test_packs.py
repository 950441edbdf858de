"""The starter packs: lists that parse, of public feeds, each with a name."""

from pathlib import Path

import pytest

from bot.configuration.validation import resolve_source_kind
from bot.ingest.addresses import is_private
from digests.sources import opml

FOLDER = Path(__file__).parents[1] / "seeds" / "packs"
PACKS = sorted(FOLDER.glob("*.opml"))


def test_there_is_a_pack_for_each_promised_topic():
    assert {path.stem for path in PACKS} == {
        "business.en",
        "nachrichten.de",
        "science.en",
        "technology.en",
        "world.en",
    }


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_lists_five_to_eight_public_feeds(path: Path):
    listed = opml.parse_opml(path.read_bytes())
    assert listed.left_out == 0
    assert 5 <= len(listed.subscriptions) <= 8
    for feed in listed.subscriptions:
        assert feed.title
        assert feed.address.startswith("https://")
        assert resolve_source_kind(feed.address, FOLDER) == ("feed", feed.address)
        assert not is_private(feed.address)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_is_written_as_we_write_lists(path: Path):
    listed = opml.parse_opml(path.read_bytes())
    title = path.stem.partition(".")[0].capitalize()
    assert opml.write_opml(listed.subscriptions, title=title) == path.read_bytes()
