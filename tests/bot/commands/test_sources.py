"""Sources: tried out before they are added, paused, removed; without secrets."""

from dataclasses import replace

import pytest

from bot.model import Form, Reply
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import BotHarness
from tests.bot.ingest.newswire import Newswire
from tests.feeds import an_item, in_full, items
from tests.wire.server import answer

SECRET = "hunter2hunter2"


@pytest.fixture
async def ana(newswire: Newswire) -> Editor:
    newswire.publish("/feed", items(range(5)))
    newswire.publish("/other", items(range(6, 12)), title="Torvale Herald")
    await newswire.subscribe("/feed", more='schedule = "daily at 7:00"')
    return await editor(newswire.harness)


async def test_an_address_is_tried_out_before_it_is_kept(
    newswire: Newswire, ana: Editor
):
    shown = await ana.proposes("sources", f"add {newswire.url('/other')}")
    reported = said(shown)
    assert "Torvale Herald" in reported
    newest = [an_item(n).title in reported for n in range(6, 12)]
    assert newest == [True, True, True, False, False, False]
    assert len((await newswire.harness.digest()).sources) == 1
    await ana.presses(shown, "Confirm")
    assert len((await newswire.harness.digest()).sources) == 2


async def test_an_address_without_a_feed_is_reported_and_not_added(newswire, ana):
    assert await ana.fails_to_set("sources", f"add {newswire.url('/nowhere')}")
    assert len((await newswire.harness.digest()).sources) == 1


async def test_a_test_keeps_nothing(newswire: Newswire, ana: Editor):
    before = len(await newswire.sources())
    reported = said(
        await ana.sees("{Morning brief}:test", sources=newswire.url("/other"))
    )
    assert "Torvale Herald" in reported
    assert len(await newswire.sources()) == before


async def tries(ana: Editor, label: str, address: str) -> Reply | Form:
    """The answer to the form of this button of the digest's sources."""
    form = await ana.opens(await ana.sees("{Morning brief}:sources:1"), label)
    assert isinstance(form, Form)
    return await ana.answers(form, **{form.fields[0].name: address})


BUTTONS = ("Add a source", "Test an address")


@pytest.mark.parametrize("label", BUTTONS)
async def test_whether_a_feed_has_whole_texts_is_said_before_it_is_kept(
    newswire: Newswire, ana: Editor, label: str
):
    newswire.publish("/full", in_full(items(range(6, 12))))
    said_of_full = said(await tries(ana, label, newswire.url("/full")))
    assert "6 articles · full texts" in said_of_full
    said_of_short = said(await tries(ana, label, newswire.url("/other")))
    assert "6 articles · excerpts: the pages behind them are read" in said_of_short


async def test_the_fuller_feed_of_a_site_is_read_and_that_is_said(
    newswire: Newswire, ana: Editor
):
    short, whole = items(range(6, 12)), in_full(items(range(6, 12)))
    comments = [replace(one, title=f"Comment on {one.title}") for one in whole]
    newswire.publish("/excerpts", short, title="Torvale Herald")
    newswire.publish("/comments", comments, title="Comments")
    newswire.publish("/whole", whole, title="Torvale Herald")
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">'
        for path in ("/excerpts", "/comments", "/whole")
    )
    html = {"Content-Type": "text/html"}
    newswire.shelf["/"] = answer(f"<html><head>{links}".encode(), headers=html)
    shown = await ana.proposes("sources", f"add {newswire.url('/')}")
    assert "full texts" in said(shown)
    assert f"read from its feed {newswire.url('/whole')}" in said(shown)
    excerpts = newswire.url("/excerpts")
    assert f"{excerpts}, has only excerpts of the same" in said(shown)
    # What was shown is what is read later.
    await ana.presses(shown, "Confirm")
    await newswire.poll(minutes=1)
    source = await newswire.source("/")
    assert (source.kind, source.moved_to) == ("site", newswire.url("/whole"))


@pytest.mark.parametrize("label", BUTTONS)
@pytest.mark.parametrize(
    "address",
    ["/etc/passwd", "../..", "ftp://x.example/feed", "https://", "http://a b"],
)
async def test_an_invalid_address_is_reported_at_its_question(ana, label, address):
    answer = await tries(ana, label, address)
    if isinstance(answer, Form):
        assert list(errors(answer)) == [answer.fields[0].name]
    else:
        assert "✗" in said(answer) or answer.problem
    assert "root:" not in said(answer)


async def test_a_paused_source_is_kept_and_not_read(newswire: Newswire, ana: Editor):
    await newswire.poll(minutes=1)
    shown = await ana.proposes("paused_sources", f"add {newswire.url('/feed')}")
    assert "not read for now" in said(shown)
    await ana.presses(shown, "Confirm")
    digest = await newswire.harness.digest()
    assert (len(digest.sources), len(digest.paused_sources)) == (0, 1)
    assert await newswire.asked(days=1) == 0
    assert "not read for now" in said(await ana.sees("{Morning brief}:sources:1"))


async def test_a_resumed_source_is_read_again(newswire: Newswire, ana: Editor):
    await ana.sets("paused_sources", f"add {newswire.url('/feed')}")
    made = await ana.sets("paused_sources", f"remove {newswire.url('/feed')}")
    assert "read again" in said(made)
    assert await newswire.asked(days=1) > 0


async def test_a_source_is_found_by_its_name_or_its_address(
    newswire: Newswire, ana: Editor
):
    await ana.sets("sources", f"add {newswire.url('/other')}")
    await newswire.poll(minutes=1)
    await ana.sets("sources", "remove torvale herald")
    assert len((await newswire.harness.digest()).sources) == 1


async def test_the_only_source_is_not_taken_away(newswire: Newswire, ana: Editor):
    why = await ana.fails_to_set("sources", f"remove {newswire.url('/feed')}")
    assert "A digest needs a source. Add another first" in why


async def test_a_source_that_is_not_there_lists_those_that_are(newswire, ana):
    await newswire.poll(minutes=1)
    why = await ana.fails_to_set("sources", "remove Nobody Times")
    assert "«Hallin Courier»" in why


async def test_sources_are_listed_with_their_health(newswire: Newswire, ana: Editor):
    await newswire.poll(minutes=1)
    reported = said(await ana.sees("{Morning brief}:sources:1"))
    assert "✓ Hallin Courier" in reported
    assert "last read" in reported


@pytest.mark.parametrize("page", ["0", "9", "x", "-1", "99999999999999999999"])
async def test_instead_of_a_page_that_is_not_there_the_nearest_is_shown(ana, page):
    shown = await ana.sees(f"{{Morning brief}}:sources:{page}")
    assert shown == await ana.sees("{Morning brief}:sources:1")


async def test_a_secret_of_an_address_is_shown_nowhere(newswire: Newswire, ana: Editor):
    address = newswire.url(f"/feed?token={SECRET}")
    newswire.publish(f"/feed?token={SECRET}", items(range(12, 18)))
    shown = await ana.proposes("sources", f"add {address}")
    made = await ana.presses(shown, "Confirm")
    answers = [shown, made]
    lists = ("home", "history", "config export", "doctor", "status")
    answers += [await ana.says(f"newsdesk {path}") for path in lists]
    assert SECRET not in "".join(map(said, answers))
    args = {"target": "Morning brief", "setting": "sources"}
    asked = await ana.harness.asks("newsdesk set", True, None, args)
    assert SECRET not in repr(await ana.harness.inbox.complete(asked, "value", ""))
    # The name that is shown can also be typed.
    await ana.sets("sources", "remove /feed?token=…")
    (kept,) = (await newswire.harness.digest()).sources
    assert SECRET not in kept.address


async def test_an_address_copied_without_its_secret_is_asked_for_whole(ana: Editor):
    masked = "https://x.example/feed?token=…"
    assert "Write the whole address" in await ana.fails_to_set(
        "sources", f"add {masked}"
    )


async def test_what_a_paused_source_held_is_no_news_when_it_is_resumed(newswire, ana):
    newswire.publish("/other", items(range(6, 40)), title="Torvale Herald")
    await ana.sets("sources", f"add {newswire.url('/other')}")
    await ana.sets("paused_sources", f"add {newswire.url('/other')}")
    await newswire.harness.post("first")
    await ana.sets("paused_sources", f"remove {newswire.url('/other')}")
    await newswire.harness.post("second")
    newswire.publish("/other", items(range(5, 40)), title="Torvale Herald")
    newswire.harness.clock.advance(minutes=10)
    outcome = await newswire.harness.post("third")
    assert outcome.stored_edition is not None
    assert [s.headline.text for s in outcome.stored_edition.edition.stories] == [
        an_item(5).title
    ]


async def test_a_change_beside_a_secret_keeps_it_whole(newswire: Newswire, ana: Editor):
    newswire.publish(f"/feed?token={SECRET}", items(range(12, 18)))
    address = newswire.url(f"/feed?token={SECRET}")
    await ana.sets("sources", f"add {address}")
    await ana.sets("stories", "7")
    assert address in {s.address for s in (await newswire.harness.digest()).sources}


async def test_names_of_packs_and_sources_complete(newswire: Newswire, ana: Editor):
    await newswire.poll(minutes=1)
    asked = await newswire.harness.asks("newsdesk setup", True, None, {})
    assert "technology" in await newswire.harness.inbox.complete(
        asked, "sources", "tech"
    )
    args = {"target": "Morning brief", "setting": "paused_sources"}
    asked = await newswire.harness.asks("newsdesk set", True, None, args)
    found = await newswire.harness.inbox.complete(asked, "value", "hall")
    assert found == ("add Hallin Courier",)


async def test_a_folder_that_a_file_gave_stays_through_changes_from_chat(
    harness: BotHarness,
):
    ana = await editor(harness)
    await ana.sets("stories", "7")
    (source,) = (await harness.digest()).sources
    assert source.kind == "folder"
    assert str(harness.home) not in said(await ana.sees("{Morning brief}:sources:1"))


async def test_a_digest_without_its_folder_can_still_be_changed(harness: BotHarness):
    import shutil

    ana = await editor(harness)
    shutil.rmtree(harness.home / "articles")
    await ana.sets("stories", "7")
    assert (await harness.digest()).options.stories == 7


async def test_local_folder_paths_are_not_shown_in_chat(harness: BotHarness):
    import shutil

    ana = await editor(harness)
    await ana.sets("stories", "7")
    shutil.rmtree(harness.home / "articles")
    await harness.ingestor.refresh((await harness.digest()).sources)
    assert str(harness.home) not in said(await ana.sees("{Morning brief}:sources:1"))
    for path in ("home", "doctor", "config export", "history", "status", "setup"):
        assert str(harness.home) not in said(await ana.says(f"newsdesk {path}")), path
