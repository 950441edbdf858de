"""`python -m digests VERB ADDRESS`: feeds, pages and sites beside files."""

import pytest

from digests.__main__ import main
from tests.feeds import items, rss
from tests.wire.outlet import SITE, outlet

PAGE = (
    "<html lang=en><head><title>Bridge closed</title></head><body><article>"
    "<h1>Bridge closed</h1>"
    f"<p>{'The harbour bridge at Hallin was closed after a crack was found. ' * 8}</p>"
    "<p>“Nobody was in danger at any time,” said engineer Ada Brandt.</p>"
    "</article></body></html>"
).encode()


@pytest.fixture
def site():
    pages = {"/": SITE, "/feed": rss(items(range(4))), "/2026/bridge": PAGE}
    with outlet(pages) as address:
        yield address


def test_a_feed_becomes_an_edition(site, capsys):
    assert main(["compose", f"{site}/feed", "--allow-private"]) == 0
    assert "from 4 articles" in capsys.readouterr().out


def test_a_site_is_read_at_its_feed(site, capsys):
    assert main(["compose", f"{site}/", "--allow-private"]) == 0
    assert "from 4 articles" in capsys.readouterr().out


def test_a_page_is_one_article(site, capsys):
    place = site.removeprefix("http://")
    assert main(["quotes", f"{site}/2026/bridge", "--allow-private", place]) == 0
    assert "Ada Brandt" in capsys.readouterr().out


def test_a_private_address_is_refused_with_the_option(site, capsys):
    assert main(["compose", f"{site}/feed"]) == 1
    assert "--allow-private" in capsys.readouterr().err


def test_what_cannot_be_read_is_told_and_the_rest_is_read(site, capsys):
    addresses = [f"{site}/no", f"{site}/feed"]
    assert main(["compose", *addresses, "--allow-private"]) == 1
    said = capsys.readouterr()
    assert "nothing at this address" in said.err
    assert "from 4 articles" in said.out


def test_files_and_addresses_keep_their_order(site, capsys, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("The lake is wide. It is old.", encoding="utf-8")
    names = [str(file), f"{site}/2026/bridge"]
    assert main(["sentences", *names, "--allow-private"]) == 0
    said = capsys.readouterr().out
    assert said.index("The lake is wide.") < said.index("The harbour bridge")
