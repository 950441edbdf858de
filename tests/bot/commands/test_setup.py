"""From nothing to a first edition: how few steps it takes, and what may go wrong."""

import pytest

from bot.configuring import packs
from bot.types import Form, Reply, Shown
from tests.bot.commands.editors import editor, errors, newcomer, said
from tests.bot.intake.press import Press
from tests.bot.newsroom import Newsroom
from tests.feeds import items

#: A new admin reaches a first real digest with at most so many words and presses.
FEW = 8


@pytest.fixture
def site(room: Press) -> str:
    """The address of a feed with twelve articles."""
    room.publish("/feed", items(range(12)))
    return room.url("/feed")


def told_of(answer: Reply) -> int:
    """How many of the feed's articles an answer tells."""
    return sum(item.title in said(answer) for item in items(range(12)))


async def posted(desk: Newsroom) -> list[str]:
    await desk.outbox.drain()
    return [message.channel for message in desk.platform.messages]


async def test_a_new_admin_reaches_a_first_digest_in_few_steps(room: Press, site: str):
    ana = newcomer(room.desk)
    form = await ana.is_asked("newsdesk setup")
    preview = await ana.answers(form, name="Brief", source=site)
    assert isinstance(preview, Reply)
    assert told_of(preview) == 5
    saved = await ana.presses(preview, "Confirm")
    assert "Weekdays at 08:30, UTC" in said(saved)
    done = await ana.presses(saved, "Post now")
    assert "Posting «Brief»" in said(done)
    assert set(await posted(room.desk)) == {"c-new"}
    assert len(ana.did) <= FEW


async def test_with_mistakes_on_the_way_it_is_still_few(room: Press, site: str):
    ana = newcomer(room.desk)
    form = await ana.is_asked("newsdesk setup")
    form = await ana.is_asked_again(
        form, source=room.url("/nothing"), schedule="sometime"
    )
    assert "schedule" in errors(form)
    form = await ana.is_asked_again(form, schedule="daily at 7:00 Europe/Berlin")
    assert "source" in errors(form)
    preview = await ana.answers(form, source=site)
    assert isinstance(preview, Reply)
    saved = await ana.presses(preview, "Confirm")
    await ana.presses(saved, "Post now")
    assert await posted(room.desk) != []
    assert len(ana.did) <= FEW


async def test_the_preview_is_a_whole_edition_and_nothing_is_kept(room, site):
    ana = newcomer(room.desk)
    preview = await ana.says(
        "newsdesk setup", name="Brief", source=site, schedule="daily at 7:00"
    )
    (shown,) = [b for b in preview.blocks if isinstance(b, Shown)]
    assert shown.parts
    assert await room.sources() == ()
    assert await room.articles() == 0
    assert await room.desk.archive.all_digests() == ()


async def test_the_workspace_lives_in_the_zone_of_its_first_schedule(room, site):
    ana = newcomer(room.desk)
    answers = {"name": "Brief", "source": site, "schedule": "daily at 7:00 Asia/Tokyo"}
    saved = await ana.does("newsdesk setup", **answers)
    assert "zone: UTC → Asia/Tokyo" in said(saved)
    workspace, places = await room.desk.archive.local_rooms()
    assert workspace.zone == "Asia/Tokyo"
    assert [(p.name, p.channel) for p in places] == [("brief", "c-new")]


async def test_on_the_local_page_without_a_channel_one_is_made(room, site):
    ana = newcomer(room.desk, channel=None)
    await ana.does(
        "newsdesk setup", name="Brief", source=site, schedule="daily at 7:00"
    )
    _, (place,) = await room.desk.archive.local_rooms()
    assert place.channel == "news"


async def test_a_site_is_read_at_the_feed_that_it_names(room: Press, site: str):
    from tests.wire.outlet import SITE
    from tests.wire.server import answer

    room.shelf["/"] = answer(SITE, headers={"Content-Type": "text/html"})
    ana = newcomer(room.desk)
    shown = await ana.says(
        "newsdesk setup", name="B", source=room.url("/"), schedule="daily at 7:00"
    )
    assert told_of(shown) == 5


async def test_of_several_sources_those_that_fail_are_named(room: Press, site: str):
    ana = newcomer(room.desk)
    both = f"{site}, {room.url('/gone')}"
    shown = await ana.says(
        "newsdesk setup", name="B", source=both, schedule="daily at 7:00"
    )
    assert "1 of 2 sources read: 12 articles" in said(shown)
    assert "/gone" in said(shown)


@pytest.mark.parametrize("folder", ["/etc", "articles", "~", ".", "file:///etc/passwd"])
async def test_a_folder_is_no_source_from_chat(room: Press, folder: str):
    ana = newcomer(room.desk)
    form = await ana.is_asked(
        "newsdesk setup", name="B", source=folder, schedule="daily at 7:00"
    )
    assert list(errors(form)) == ["source"]


async def test_where_a_digest_is_posted_the_checklist_is_shown(desk: Newsroom):
    ana = await editor(desk)
    await desk.post()
    told = said(await ana.says("newsdesk setup"))
    assert "This channel is set up" in told
    for line in ("✓ #morning", "✓ 1 source", "✓ today 13:02", "✓ 5 stories"):
        assert line in told


async def test_the_checklist_leads_to_the_preview(desk: Newsroom):
    ana = await editor(desk)
    preview = await ana.presses(await ana.says("newsdesk setup"), "Preview")
    assert preview.title == "Preview of Morning brief"


async def test_what_is_left_empty_is_asked_for_again(room: Press):
    form = await newcomer(room.desk).is_asked("newsdesk setup", name="Brief")
    assert set(errors(form)) == {"source", "schedule"}


def test_every_starter_pack_can_be_named():
    assert {"technology", "world", "nachrichten"} <= set(packs.names())
    assert all(packs.addresses_of(name) for name in packs.names())
    assert packs.language_of("nachrichten") == "de"


async def test_a_pack_stands_for_its_feeds(desk: Newsroom):
    ana = await editor(desk)
    shown = await ana.says("newsdesk digest create", name="W", source="world, science")
    wanted = {*packs.addresses_of("world"), *packs.addresses_of("science")}
    await ana.presses(shown, "Confirm")
    made = await desk.digest("W")
    assert {source.address for source in made.sources} == wanted


async def test_an_answer_to_a_form_is_never_lost(room: Press):
    ana = newcomer(room.desk)
    answers = {"name": "Brief", "source": room.url("/no"), "schedule": "daily at 7:00"}
    form = await ana.asks("newsdesk setup", **answers, stories="3")
    assert isinstance(form, Form)
    kept = {f.name: f.value for f in form.fields}
    assert kept == answers | {"stories": "3", "language": ""}


async def test_a_second_digest_of_the_same_name_is_refused(room: Press, site: str):
    ana = newcomer(room.desk)
    answers = {"name": "Brief", "source": site, "schedule": "daily at 7:00"}
    await ana.does("newsdesk setup", **answers)
    again = await ana.asks("newsdesk setup", **answers)
    assert not isinstance(again, Reply)
    assert "called «Brief» already" in errors(again)["name"]
