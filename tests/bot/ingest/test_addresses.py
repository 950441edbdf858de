"""Secrets in addresses: never shown, and never another workspace's."""

import pytest

from bot.intake.addresses import is_masked, is_private, shown
from tests.bot.intake.press import Press, configuration
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
    assert CANARY not in shown(address)
    assert "a.example" in shown(address)
    assert is_masked(shown(address))
    assert shown(shown(address)) == shown(address)


@pytest.mark.parametrize("address", OPEN)
def test_an_open_address_is_shown_as_it_is(address: str):
    assert shown(address) == address
    assert not is_masked(address)


@pytest.mark.parametrize("address", SECRET)
def test_a_secret_address_belongs_to_its_workspace(address: str):
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.7/feed",
        "http://[::1]/feed",
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


@pytest.mark.parametrize("address", OPEN)
def test_an_open_address_is_everybodys(address: str):
    assert not is_private(address)


async def said_of(room: Press, capsys: pytest.CaptureFixture[str]) -> str:
    """Everything that people see of a source, and all that was logged."""
    from bot import config_file
    from bot.intake import health
    from bot.texts import Texts

    digest = await room.desk.digest()
    now = room.desk.clock.now()
    seen = [
        repr(await room.desk.says("newsdesk status")),
        repr(await room.desk.doctor.examine()),
        await room.desk.db.read(config_file.export),
        *(health.of(s, now, "UTC", Texts.of("en")).text for s in digest.sources),
        *(health.of(s, now, "UTC", Texts.of("en")).fix for s in digest.sources),
        *(f"{s.name} {s.problem}" for s in digest.sources),
    ]
    return "\n".join(seen) + capsys.readouterr().out


@pytest.mark.parametrize("status", [200, 404, 410, 429, 500])
async def test_a_secret_is_in_nothing_that_anybody_sees(room, capsys, status):
    room.shelf["/feed"] = answer(b"<html>no", status=status)
    address = room.url("/feed").replace("http://", f"http://ada:{CANARY}@")
    await room.desk.apply(configuration([address]))
    before = await said_of(room, capsys)
    await room.poll()
    await room.desk.post()
    after = await said_of(room, capsys)
    assert room.server.requests[0].headers["authorization"].startswith("Basic ")
    assert CANARY not in before + after


async def test_an_export_without_secrets_can_be_applied_where_they_are_known(room):
    from bot import config_file

    room.publish("/feed", items(range(3)))
    address = room.url("/feed").replace("http://", f"http://ada:{CANARY}@")
    await room.desk.apply(configuration([address]))
    text = await room.desk.db.read(config_file.export)
    assert CANARY not in text
    assert await room.desk.apply(text, prune=True) == ()
    more = text.replace("stories = 5", "stories = 4")
    (change,) = await room.desk.apply(more)
    assert change.kind == "change"
    (source,) = (await room.desk.digest()).sources
    assert source.address == address


async def test_an_export_without_secrets_is_refused_where_none_is_known(room):
    from bot.errors import UserError

    with pytest.raises(UserError, match="Write the address whole"):
        await room.desk.apply(configuration(["https://…@a.example/feed"]))
