"""From nothing to a first edition: the number of steps, and possible errors."""

import pytest

from bot.configuration import feed_lists
from bot.model import Form, RenderedEdition, Reply
from tests.bot.commands.editors import editor, errors, newcomer, said
from tests.bot.harness import BotHarness
from tests.bot.ingest.newswire import Newswire
from tests.feeds import items

#: The most commands and presses that a new admin needs for a first real digest.
FEW = 8


@pytest.fixture
def site(newswire: Newswire) -> str:
    """The address of a feed with twelve articles."""
    newswire.publish("/feed", items(range(12)))
    return newswire.url("/feed")


def told_of(answer: Reply) -> int:
    """How many of the feed's articles an answer mentions."""
    return sum(item.title in said(answer) for item in items(range(12)))


async def posted(harness: BotHarness) -> list[str]:
    await harness.outbox.drain()
    return [message.channel for message in harness.platform.messages]


async def test_a_new_admin_reaches_a_first_digest_in_few_steps(
    newswire: Newswire, site: str
):
    ana = newcomer(newswire.harness)
    form = await ana.is_asked("newsdesk setup")
    preview = await ana.answers(form, name="Brief", sources=site)
    assert isinstance(preview, Reply)
    assert told_of(preview) == 5
    saved = await ana.presses(preview, "Confirm")
    assert "Weekdays at 08:30, UTC" in said(saved)
    done = await ana.presses(saved, "Post the first edition now")
    assert "Posting «Brief»" in said(done)
    assert set(await posted(newswire.harness)) == {"c-new"}
    assert len(ana.did) <= FEW


async def test_with_mistakes_on_the_way_it_is_still_few(newswire: Newswire, site: str):
    ana = newcomer(newswire.harness)
    form = await ana.is_asked("newsdesk setup")
    form = await ana.is_asked_again(
        form, sources=newswire.url("/nothing"), schedule="sometime"
    )
    assert "schedule" in errors(form)
    form = await ana.is_asked_again(form, schedule="daily at 7:00 Europe/Berlin")
    assert "sources" in errors(form)
    preview = await ana.answers(form, sources=site)
    assert isinstance(preview, Reply)
    saved = await ana.presses(preview, "Confirm")
    await ana.presses(saved, "Post the first edition now")
    assert await posted(newswire.harness) != []
    assert len(ana.did) <= FEW


async def test_the_preview_is_a_whole_edition_and_nothing_is_kept(newswire, site):
    ana = newcomer(newswire.harness)
    preview = await ana.says(
        "newsdesk setup", name="Brief", sources=site, schedule="daily at 7:00"
    )
    (shown,) = [b for b in preview.blocks if isinstance(b, RenderedEdition)]
    assert shown.parts
    assert await newswire.sources() == ()
    assert await newswire.articles() == 0
    assert await newswire.harness.archive.all_digests() == ()


async def test_the_workspace_lives_in_the_zone_of_its_first_schedule(newswire, site):
    ana = newcomer(newswire.harness)
    answers = {"name": "Brief", "sources": site, "schedule": "daily at 7:00 Asia/Tokyo"}
    saved = await ana.does("newsdesk setup", **answers)
    assert "zone: UTC → Asia/Tokyo" in said(saved)
    workspace, places = await newswire.harness.archive.local_destinations()
    assert workspace.zone == "Asia/Tokyo"
    assert [(p.name, p.channel) for p in places] == [("brief", "c-new")]


async def test_on_the_local_page_without_a_channel_one_is_made(newswire, site):
    ana = newcomer(newswire.harness, channel=None)
    await ana.does(
        "newsdesk setup", name="Brief", sources=site, schedule="daily at 7:00"
    )
    _, (place,) = await newswire.harness.archive.local_destinations()
    assert place.channel == "news"


async def test_a_site_is_read_at_the_feed_that_it_names(newswire: Newswire, site: str):
    from tests.wire.outlet import SITE
    from tests.wire.server import answer

    newswire.shelf["/"] = answer(SITE, headers={"Content-Type": "text/html"})
    ana = newcomer(newswire.harness)
    shown = await ana.says(
        "newsdesk setup", name="B", sources=newswire.url("/"), schedule="daily at 7:00"
    )
    assert told_of(shown) == 5


async def test_of_several_sources_those_that_fail_are_named(
    newswire: Newswire, site: str
):
    ana = newcomer(newswire.harness)
    both = f"{site}, {newswire.url('/gone')}"
    shown = await ana.says(
        "newsdesk setup", name="B", sources=both, schedule="daily at 7:00"
    )
    assert "1 of 2 sources read: 12 articles" in said(shown)
    assert "/gone" in said(shown)


@pytest.mark.parametrize("folder", ["/etc", "articles", "~", ".", "file:///etc/passwd"])
async def test_a_folder_is_no_source_from_chat(newswire: Newswire, folder: str):
    ana = newcomer(newswire.harness)
    form = await ana.is_asked(
        "newsdesk setup", name="B", sources=folder, schedule="daily at 7:00"
    )
    assert list(errors(form)) == ["sources"]


async def test_where_a_digest_is_posted_the_checklist_is_shown(harness: BotHarness):
    ana = await editor(harness)
    await harness.post()
    reported = said(await ana.says("newsdesk setup"))
    assert "This channel is set up" in reported
    for line in ("✓ #morning", "✓ 1 source", "✓ today 13:02", "✓ 5 stories"):
        assert line in reported


async def test_the_checklist_leads_to_the_preview(harness: BotHarness):
    ana = await editor(harness)
    preview = await ana.presses(await ana.says("newsdesk setup"), "Preview")
    assert preview.title == "Preview of Morning brief"


async def test_an_empty_answer_is_asked_for_again(newswire: Newswire):
    form = await newcomer(newswire.harness).is_asked("newsdesk setup", name="Brief")
    assert set(errors(form)) == {"sources"}
    assert {f.name: f.value for f in form.fields}["name"] == "Brief"


def test_every_starter_pack_can_be_named():
    assert {"technology", "world", "nachrichten"} <= set(feed_lists.list_packs())
    for name in feed_lists.list_packs():
        assert all("://" in one for one in feed_lists.expand_addresses(name))
    assert feed_lists.get_pack_language("nachrichten") == "de"


@pytest.mark.parametrize(
    "typed",
    [
        "news.example/feed",
        "<https://news.example/feed>",
        "(https://news.example/feed)",
        "[Feed](https://news.example/feed)",
        "feed://news.example/feed",
        "feed:https://news.example/feed",
    ],
)
def test_an_address_is_read_however_it_is_quoted(typed: str):
    assert feed_lists.expand_addresses(typed) == ["https://news.example/feed"]


def test_an_address_keeps_its_own_brackets():
    address = "https://news.example/feed_(world)"
    assert feed_lists.expand_addresses(address) == [address]


def test_a_pack_is_expanded_to_its_feeds():
    both = feed_lists.expand_addresses("world, science")
    world, science = map(feed_lists.expand_addresses, ("world", "science"))
    assert len(world) > 1
    assert set(both) == {*world, *science}


async def test_a_setup_is_reverted_as_a_whole(newswire: Newswire, site: str):
    ana = newcomer(newswire.harness)
    saved = await ana.does(
        "newsdesk setup", name="W", sources=site, schedule="daily at 7:00"
    )
    await ana.confirms(await ana.presses(saved, "Take this back"))
    assert await newswire.harness.archive.all_digests() == ()
    assert "#w" not in said(await ana.sees("places"))


# ── a channel that is set up ───────────────────────────────────────────────────


async def test_a_second_digest_is_added_where_one_is_set_up(newswire, site):
    await newswire.subscribe("/feed", more='schedule = "daily at 7:00"')
    ana = await editor(newswire.harness)
    checklist = await ana.says("newsdesk setup")
    form = await ana.opens(checklist, "Add a second digest")
    assert isinstance(form, Form)
    preview = await ana.answers(form, name="Late", sources=site)
    assert isinstance(preview, Reply)
    assert any(isinstance(block, RenderedEdition) for block in preview.blocks)
    saved = await ana.confirms(preview)
    assert (await ana.presses(saved, "Back")).title == "Late"


async def test_a_digest_is_posted_here_and_elsewhere(newswire, site):
    await newswire.subscribe("/feed")
    ana = (await editor(newswire.harness)).at("c-square")
    shown = await ana.says(
        "newsdesk setup",
        name="Late",
        sources=site,
        schedule="daily at 7:00",
        destinations="#morning, here",
    )
    assert "Posted to #morning, #late." in said(shown)


async def test_a_schedule_that_is_left_out_is_suggested_and_may_be_emptied(
    newswire, site
):
    ana = newcomer(newswire.harness)
    form = await ana.is_asked("newsdesk setup", name="Brief", sources=site)
    assert errors(form) == {}
    assert "weekdays at 8:30 UTC" in {f.value for f in form.fields}
    shown = await ana.answers(form, schedule="")
    assert "It has no schedule" in said(shown)


async def test_the_digest_of_the_channel_is_changed_from_the_checklist(harness):
    ana = await editor(harness)
    page = await ana.presses(await ana.says("newsdesk setup"), "Change Morning")
    assert page.title == "Morning brief"


async def test_without_a_channel_a_new_digest_needs_its_destinations(newswire, site):
    await newswire.subscribe("/feed")
    nowhere = (await editor(newswire.harness)).at(None)
    form = await nowhere.opens(await nowhere.says("newsdesk home"), "New digest")
    assert isinstance(form, Form)
    shown = await nowhere.answers(
        form, name="Late", sources=site, destinations="morning"
    )
    assert isinstance(shown, Reply)
    assert "Posted to #morning." in said(shown)


# ── mistakes ───────────────────────────────────────────────────────────────────


async def test_an_answer_to_a_form_is_never_lost(newswire: Newswire):
    ana = newcomer(newswire.harness)
    answers = {
        "name": "Brief",
        "sources": newswire.url("/no"),
        "schedule": "daily at 7:00",
    }
    form = await ana.asks("newsdesk setup", **answers, stories="3")
    assert isinstance(form, Form)
    kept = {f.name: f.value for f in form.fields}
    assert kept == answers | {"destinations": "", "stories": "3"}


async def test_a_second_digest_of_the_same_name_is_refused(
    newswire: Newswire, site: str
):
    ana = newcomer(newswire.harness)
    answers = {"name": "Brief", "sources": site, "schedule": "daily at 7:00"}
    await ana.does("newsdesk setup", **answers)
    again = await ana.asks("newsdesk setup", **answers)
    assert not isinstance(again, Reply)
    assert "already a digest «Brief»" in errors(again)["name"]
