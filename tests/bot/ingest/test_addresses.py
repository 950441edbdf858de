"""Secrets in addresses: never shown, and never another workspace's."""

from pathlib import Path

import pytest

from bot.configuration.validation import resolve_source_kind
from bot.errors import UserError
from bot.ingest.addresses import is_masked, is_private, mask_secrets
from tests.bot.ingest.newswire import Newswire, feed_configuration
from tests.feeds import items
from tests.wire.server import answer

CANARY = "quetzal77"

SECRET = (
    f"https://ada:{CANARY}@a.example/feed",
    f"https://{CANARY}@a.example/feed",
    f"https://a.example/feed?token={CANARY}",
    f"https://a.example/feed?page=2&api_key={CANARY}&x=1",
    f"https://a.example/feed?X-Amz-Signature={CANARY}",
    f"https://a.example/private/{CANARY}abcdefghijklmnopqrstuvwxyz0123/feed",
)
OPEN = (
    "https://a.example/feed",
    "https://a.example/feed?page=2&keyword=lake",
    "https://a.example/2026/11/24/the-bridge-of-hallin-is-closed-after-a-crack",
    "http://a.example:8080/x/",
)


@pytest.mark.parametrize("address", SECRET)
def test_a_secret_is_left_out_and_the_host_is_not(address: str):
    assert CANARY not in mask_secrets(address)
    assert "a.example" in mask_secrets(address)
    assert is_masked(mask_secrets(address))
    assert mask_secrets(mask_secrets(address)) == mask_secrets(address)


@pytest.mark.parametrize(
    "address",
    [
        f"http://ada:{CANARY}@[bad/feed",
        f"http://ada:{CANARY}@a.example:99999/feed",
        f"https://ada:{CANARY[:4]}/{CANARY}@a.example/feed",
        f"ada:{CANARY}@a.example/feed",
    ],
)
def test_the_password_of_an_address_that_is_none_is_left_out(address: str):
    assert CANARY not in mask_secrets(address)
    assert mask_secrets(mask_secrets(address)) == mask_secrets(address)


@pytest.mark.parametrize("scheme", ["ftp://", "gopher://", ""])
def test_a_refused_address_is_named_without_its_password(scheme: str, tmp_path: Path):
    with pytest.raises(UserError) as refused:
        resolve_source_kind(f"{scheme}ada:{CANARY}@a.example/feed", tmp_path)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("address", OPEN)
def test_an_open_address_is_shown_as_it_is(address: str):
    assert mask_secrets(address) == address
    assert not is_masked(address)


@pytest.mark.parametrize("address", SECRET)
def test_a_secret_address_belongs_to_its_workspace(address: str):
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.7/feed",
        "http://[::1]/feed",
        "http://192.0.0.192/feed",
        "http://168.63.129.16/feed",
        "http://[::ffff:10.0.0.7]/feed",
        "http://[64:ff9b::a00:7]/feed",
        "http://[2002:a00:7::1]/feed",
        "http://224.0.0.9/feed",
        "http://localhost/feed",
        "http://wiki/feed",
        "http://news.internal/feed",
        "http://printer.local/feed",
    ],
)
def test_an_address_of_an_own_network_belongs_to_its_workspace(address: str):
    assert is_private(address)


def test_what_the_setting_lists_belongs_to_its_workspace():
    assert not is_private("http://feeds.example:8080/x")
    assert is_private(
        "http://feeds.example:8080/x", "other.example:80, feeds.example:8080"
    )
    assert is_private("https://feeds.example/x", "1")


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("http://wiki.firm.example/feed", "wiki.firm.example:80"),
        ("https://wiki.firm.example/feed", "wiki.firm.example:443"),
        ("https://wiki.firm.example:443/feed", "wiki.firm.example:443"),
        ("https://wiki.firm.example/feed", "wiki.firm.example"),
        ("https://WIKI.firm.example./feed", "Wiki.Firm.Example"),
        ("http://[2a00:1450::7]/feed", "2a00:1450::7"),
    ],
)
def test_a_listed_host_is_private_however_its_port_is_written(address, listed):
    assert is_private(address, listed)


@pytest.mark.parametrize("address", OPEN)
def test_an_open_address_is_everybodys(address: str):
    assert not is_private(address)


async def said_of(newswire: Newswire, capsys: pytest.CaptureFixture[str]) -> str:
    """Everything that people see of a source, and everything logged."""
    from bot.configuration import file_import
    from bot.i18n.translation import Texts
    from bot.ingest import source_health

    digest = await newswire.harness.digest()
    now = newswire.harness.clock.now()
    seen = [
        repr(await newswire.harness.says("newsdesk status")),
        repr(await newswire.harness.doctor.examine()),
        await newswire.harness.db.read(file_import.dump_configuration),
        *(
            source_health.describe_health(s, now, "UTC", Texts.of("en")).text
            for s in digest.sources
        ),
        *(
            source_health.describe_health(s, now, "UTC", Texts.of("en")).fix
            for s in digest.sources
        ),
        *(f"{s.name} {s.problem}" for s in digest.sources),
    ]
    return "\n".join(seen) + capsys.readouterr().out


@pytest.mark.parametrize("status", [200, 404, 410, 429, 500])
async def test_a_secret_is_in_nothing_that_anybody_sees(newswire, capsys, status):
    newswire.shelf["/feed"] = answer(b"<html>no", status=status)
    address = newswire.url("/feed").replace("http://", f"http://ada:{CANARY}@")
    await newswire.harness.apply(feed_configuration([address]))
    before = await said_of(newswire, capsys)
    await newswire.poll()
    await newswire.harness.post()
    after = await said_of(newswire, capsys)
    assert newswire.server.requests[0].headers["authorization"].startswith("Basic ")
    assert CANARY not in before + after


async def test_an_export_without_secrets_can_be_applied_where_they_are_known(newswire):
    from bot.configuration import file_import

    newswire.publish("/feed", items(range(3)))
    address = newswire.url("/feed").replace("http://", f"http://ada:{CANARY}@")
    await newswire.harness.apply(feed_configuration([address]))
    text = await newswire.harness.db.read(file_import.dump_configuration)
    assert CANARY not in text
    assert await newswire.harness.apply(text, prune=True) == ()
    more = text.replace("stories = 5", "stories = 4")
    (change,) = await newswire.harness.apply(more)
    assert change.kind == "change"
    (source,) = (await newswire.harness.digest()).sources
    assert source.address == address


async def test_an_export_without_secrets_is_refused_where_none_is_known(newswire):
    from bot.errors import UserError

    with pytest.raises(UserError, match="Write the whole address"):
        await newswire.harness.apply(feed_configuration(["https://…@a.example/feed"]))
