"""Renaming, moving, importing and exporting sources, and copying digests."""

import pytest

from bot.model import Document, Form, Reply
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness
from tests.bot.ingest.newswire import Newswire
from tests.feeds import an_item
from tests.wire.server import answer

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    await harness.apply(CONFIGURATION + SECOND)
    return await editor(harness)


def listing(answer: Reply) -> str:
    return "\n".join(b.text for b in answer.blocks if isinstance(b, Document))


# ── edit ───────────────────────────────────────────────────────────────────────


async def test_a_renamed_source_is_found_by_both_names(ana: Editor):
    await ana.sets("source_names", "articles = Our texts")
    assert "✓ Our texts" in said(await ana.sees("{Morning brief}:sources:1"))
    assert "Our texts" in said(await ana.says("newsdesk status"))
    await ana.sets("paused_sources", "add our texts")
    await ana.sets("paused_sources", "remove articles")


async def test_the_name_is_the_digests_own(ana: Editor):
    await ana.sets("source_names", "news.example/feed.xml = Ours", target="Evening")
    (source,) = (await ana.harness.digest("Evening")).sources
    assert (source.called, source.name) == ("Ours", "https://news.example/feed.xml")
    assert source.workspace_id is None


async def test_a_minus_gives_the_own_name_back(ana: Editor):
    saved = await ana.sets("source_names", "articles = Ours")
    assert "called: «articles» → Ours" in said(saved)
    await ana.sets("source_names", "ours = -")
    assert (await ana.harness.digest()).sources[0].called is None


async def test_editions_use_the_sources_name_if_the_text_names_no_outlet(ana: Editor):
    ana.harness.publish("flood", FLOOD.replace("source: Brannock Gazette\n", ""))
    await ana.sets("source_names", "articles = Our texts")
    outcome = await ana.harness.post()
    assert outcome.stored_edition is not None
    outlets = {s.outlets for s in outcome.stored_edition.edition.stories}
    assert ("Our texts",) in outlets
    assert ("Hallin Courier",) in outlets


@pytest.mark.parametrize("use", ["always", "never"])
async def test_whether_pages_are_read_is_set_for_one_source_of_a_digest(
    ana: Editor, use: str
):
    saved = await ana.sets("full_text", f"feed.xml = {use}", target="Evening")
    assert f"full texts: https://news.example/feed.xml → {use}" in said(saved)
    (source,) = (await ana.harness.digest("Evening")).sources
    assert source.full_text == use


async def test_before_it_is_confirmed_the_effect_is_said(ana: Editor):
    shown = await ana.proposes("full_text", "feed.xml = never", target="Evening")
    assert "no page is read" in said(shown)


async def test_auto_takes_the_choice_back(ana: Editor):
    await ana.sets("full_text", "feed.xml = never", target="Evening")
    saved = await ana.sets("full_text", "feed.xml = auto", target="Evening")
    assert "→ auto" in said(saved)
    (source,) = (await ana.harness.digest("Evening")).sources
    assert source.full_text is None


async def test_the_form_of_a_source_has_its_present_use(ana: Editor):
    await ana.sets("full_text", "feed.xml = never", target="Evening")
    digest = await ana.harness.digest("Evening")
    (source,) = digest.sources
    form = await ana.chooses(f"v1:set:d{digest.id}:full_text:{source.id}")
    assert isinstance(form, Form)
    (field,) = form.fields
    assert (field.value, field.choices) == ("never", ("auto", "always", "never"))
    answer = await ana.answers(form, value="auto")
    assert "→ auto" in said(answer)


async def test_a_source_is_paused_and_removed_by_its_buttons(ana: Editor):
    await ana.does(
        "newsdesk config apply",
        file=SECOND.replace("feed.xml", 'feed.xml", "https://b.example/f'),
    )
    digest = await ana.harness.digest("Evening")
    source = digest.sources[0]
    shown = await ana.chooses(f"v1:set:d{digest.id}:paused_sources:{source.id}")
    assert "not read for now: https://news.example/feed.xml" in said(shown)
    shown = await ana.chooses(f"v1:set:d{digest.id}:sources:{source.id}")
    assert "sources: − https://news.example/feed.xml" in said(shown)


async def test_the_button_of_a_source_removed_meanwhile_says_so(ana: Editor):
    digest = await ana.harness.digest("Evening")
    answer = await ana.chooses(f"v1:set:d{digest.id}:paused_sources:99")
    assert "no longer reads this source" in said(answer)


async def test_whose_pictures_are_shown_is_set_for_a_source_of_a_digest(ana: Editor):
    shown = await ana.proposes("pictures", "add feed.xml", target="Evening")
    assert "story pictures: + https://news.example/feed.xml" in said(shown)
    assert "the right to show" in said(shown)
    await ana.confirms(shown)
    (source,) = (await ana.harness.digest("Evening")).sources
    assert source.pictures
    await ana.sets("pictures", "remove feed.xml", target="Evening")
    assert (await ana.harness.digest("Evening")).settings.pictures == ()


async def test_no_digest_shows_pictures_by_itself(ana: Editor):
    await ana.sets("pictures", "add feed.xml", target="Evening")
    await ana.does("newsdesk config apply", file=SECOND.replace("Evening", "Night"))
    (source,) = (await ana.harness.digest("Night")).sources
    assert not source.pictures


async def test_the_page_of_a_source_shows_and_hides_its_pictures(ana: Editor):
    page = await ana.sees("{Evening}:source:2")
    await ana.confirms(await ana.presses(page, "Show pictures"))
    assert (await ana.harness.digest("Evening")).sources[0].pictures
    page = await ana.sees("{Evening}:source:2")
    await ana.confirms(await ana.presses(page, "Hide pictures"))
    assert not (await ana.harness.digest("Evening")).sources[0].pictures


async def test_a_paused_source_keeps_its_pictures(ana: Editor):
    await ana.sets("pictures", "add feed.xml", target="Evening")
    await ana.sets("paused_sources", "add feed.xml", target="Evening")
    assert (await ana.harness.digest("Evening")).settings.pictures
    await ana.sets("paused_sources", "remove feed.xml", target="Evening")
    (source,) = (await ana.harness.digest("Evening")).sources
    assert source.pictures


async def test_a_removed_source_shows_no_pictures(ana: Editor):
    await ana.does(
        "newsdesk config apply",
        file=SECOND.replace("feed.xml", 'feed.xml", "https://b.example/f'),
    )
    await ana.sets("pictures", "add b.example", target="Evening")
    await ana.sets("sources", "remove b.example", target="Evening")
    assert (await ana.harness.digest("Evening")).settings.pictures == ()


async def test_pictures_of_a_source_that_the_digest_does_not_have_are_refused(
    ana: Editor,
):
    file = SECOND.replace("]]\n", ']]\npictures = ["https://b.example/f"]\n')
    form = await ana.is_asked("newsdesk config apply", file=file)
    assert "none of the digest's sources" in errors(form)["file"]


async def test_an_exported_file_names_whose_pictures_are_shown(ana: Editor):
    await ana.sets("pictures", "add feed.xml", target="Evening")
    text = listing(await ana.says("newsdesk config export"))
    assert 'pictures = [\n    "https://news.example/feed.xml",\n]' in text
    assert text.count("pictures") == 1


# ── move ───────────────────────────────────────────────────────────────────────


async def test_a_source_moves_with_its_name_and_its_rest_in_one_change(ana: Editor):
    file = SECOND.replace("]]\n", ']]\npaused_sources = ["https://b.example/f"]\n')
    file = file.replace("feed.xml", 'feed.xml", "https://b.example/f')
    await ana.does("newsdesk config apply", file=file)
    await ana.sets("source_names", "b.example = Bee", target="Evening")
    await ana.sets("full_text", "b.example = never", target="Evening")
    await ana.sets("pictures", "add Bee", target="Evening")
    saved = await ana.confirms(await moved(ana, "Bee", "Morning brief"))
    (rests,) = (await ana.harness.digest()).paused_sources
    assert (rests.address, rests.called) == ("https://b.example/f", "Bee")
    assert (rests.full_text, rests.pictures) == ("never", True)
    assert (await ana.harness.digest("Evening")).paused_sources == ()
    await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    assert (await ana.harness.digest()).paused_sources == ()
    (back,) = (await ana.harness.digest("Evening")).paused_sources
    assert back.called == "Bee"


async def test_the_only_source_cannot_move(ana: Editor):
    source = await ana.sees("{Evening}:source:2")
    move = await ana.presses(source, "Move")
    assert "A digest needs a source." in said(await ana.presses(move, "Morning brief"))


async def test_where_there_is_no_other_digest_it_cannot_move(harness: BotHarness):
    await harness.apply(
        CONFIGURATION.replace('"articles"', '"articles", "https://b.example/f"')
    )
    ana = await editor(harness)
    source = await ana.sees("{Morning brief}:source:2")
    assert "no other digest here" in said(await ana.presses(source, "Move"))


async def moved(ana: Editor, name: str, to: str) -> Reply:
    """The proposal to move the source of this name from «Evening»."""
    listed = await ana.sees("{Evening}:sources:1")
    source = await ana.presses(listed, name)
    return await ana.presses(await ana.presses(source, "Move"), to)


async def test_a_folder_can_move_between_digests_and_not_come_from_elsewhere(
    ana: Editor,
):
    await ana.does(
        "newsdesk config apply",
        file=SECOND.replace("https://news.example/feed.xml", "articles"),
    )
    assert [s.kind for s in (await ana.harness.digest("Evening")).sources] == ["folder"]
    why = await ana.fails_to_set("sources", f"add {ana.harness.home}")
    assert "only by the configuration file" in why


# ── copy ───────────────────────────────────────────────────────────────────────


async def test_a_digest_is_copied_without_its_schedules(ana: Editor):
    await ana.sets("exclude", "add rumour")
    await ana.sets("source_names", "articles = Ours")
    shown = await ana.sees("{Morning brief}:copy", name="Late brief")
    assert "It has no schedule" in said(shown)
    await ana.presses(shown, "Confirm")
    before, after = await ana.harness.digest(), await ana.harness.digest("Late brief")
    assert after.schedules == ()
    assert after.options.exclude == ("rumour",)
    assert after.sources == before.sources
    assert after.destinations == before.destinations


async def test_a_copy_needs_a_name_of_its_own(ana: Editor):
    found = await ana.is_stopped("{Morning brief}:copy", name="Evening")
    assert "already" in found["name"]


# ── lists ──────────────────────────────────────────────────────────────────────

OPML = """<opml version="2.0"><body>
<outline text="Bridges"><outline text="The Girder" xmlUrl="{good}"/></outline>
<outline text="evening"><outline text="Gone" xmlUrl="{gone}"/></outline>
<outline text="Loose" xmlUrl="{loose}"/>
<outline text="No address" xmlUrl="ftp://x"/>
</body></opml>"""


@pytest.fixture
async def abroad(newswire: Newswire) -> Editor:
    await newswire.harness.apply(CONFIGURATION + SECOND)
    newswire.publish("/good", [an_item(1)])
    newswire.publish("/loose", [an_item(2)])
    return await editor(newswire.harness)


def opml(newswire: Newswire) -> str:
    paths = {name: newswire.url(f"/{name}") for name in ("good", "gone", "loose")}
    return OPML.format(**paths)


async def test_an_import_maps_folders_to_digests_and_reports_failures(
    abroad: Editor, newswire: Newswire
):
    shown = await abroad.says("newsdesk source import", file=opml(newswire))
    reported = said(shown)
    assert "3 new feeds" in reported
    assert "2 of 3 that were tried can be read" in reported
    assert "2 sources give excerpts" in reported
    assert "/gone" in reported.split("✗ ")[1].splitlines()[0]
    assert "404" in reported
    assert "1 was left out" in reported
    assert "New digest «Bridges»" in reported
    await abroad.presses(shown, "Confirm")
    where = {
        digest.name: [s.called for s in digest.sources]
        for digest in await newswire.harness.archive.all_digests()
    }
    assert where == {
        "Morning brief": [None, "Loose"],
        "Evening": [None, "Gone"],
        "Bridges": ["The Girder"],
    }


async def test_with_a_digest_all_feeds_go_there(abroad: Editor, newswire: Newswire):
    await abroad.does("newsdesk source import", file=opml(newswire), digest="Evening")
    assert len((await newswire.harness.digest("Evening")).sources) == 4
    assert len(await newswire.harness.archive.all_digests()) == 2


async def test_a_list_is_fetched_from_its_address(abroad: Editor, newswire: Newswire):
    newswire.shelf["/feeds.opml"] = answer(opml(newswire).encode())
    await abroad.does("newsdesk source import", file=newswire.url("/feeds.opml"))
    assert (await newswire.harness.digest("Bridges")).sources[0].called == "The Girder"


@pytest.mark.parametrize(
    ("file", "tells"),
    [
        ("feeds please", "not valid XML"),
        ("<html></html>", "not an OPML file"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><opml>&a;</opml>', "entities of its own"),
        ("<opml><body/></opml>", "no feed that is new"),
    ],
)
async def test_an_invalid_list_is_reported_beside_the_text(
    abroad: Editor, file: str, tells: str
):
    form = await abroad.is_asked("newsdesk source import", file=file)
    assert tells in errors(form)["file"]


async def test_a_list_given_out_is_known_when_it_comes_back(
    abroad: Editor, newswire: Newswire
):
    await abroad.does("newsdesk source import", file=opml(newswire))
    text = listing(await abroad.says("newsdesk source export"))
    assert 'title="The Girder"' in text
    form = await abroad.is_asked("newsdesk source import", file=text)
    assert "no feed that is new" in errors(form)["file"]
    await abroad.confirms(await abroad.sees("{Bridges}:delete"))
    await abroad.does("newsdesk source import", file=text)
    (source,) = (await newswire.harness.digest("Bridges")).sources
    assert source.called == "The Girder"


async def test_secret_addresses_and_other_workspaces_are_not_given_out(
    abroad: Editor, newswire: Newswire
):
    secret = SECOND.replace("feed.xml", "feed.xml?key=s3cret").replace("Evening", "Own")
    await abroad.does("newsdesk config apply", file=secret)
    rival = CONFIGURATION.replace('"newsroom"', '"rival"')
    await newswire.harness.apply(
        rival.replace('"articles"', '"https://rival.example/f"')
    )
    reported = said(await abroad.says("newsdesk source export"))
    assert "s3cret" not in reported
    assert "1 source was left out" in reported
    assert "rival" not in reported
    assert "news.example" in reported
