"""The page of a digest: nothing is lost, nothing is overwritten, nothing else saved."""

import json

import pytest

from bot.configuration.changes import list_history
from tests.bot.harness import CONFIGURATION
from tests.bot.web.asgi import Answer, Browser
from tests.bot.web.console.forms import fill, read_form, send, text_of
from tests.bot.web.console.stage import ConsoleStage, submit


@pytest.fixture
async def browser(stage: ConsoleStage) -> Browser:
    digest = await stage.harness.digest()
    await stage.harness.ingestor.refresh(digest.sources, insist=True)
    return await stage.enter()


@pytest.fixture
async def here(stage: ConsoleStage, browser: Browser) -> str:
    digest = await stage.harness.digest()
    return f"/console/w/{digest.workspace_id}/digests/{digest.id}"


def error_of(page: Answer, name: str) -> str:
    node = page.tree.css_first(f"#set-{name}-said .error")
    return node.text() if node is not None else ""


async def history(stage: ConsoleStage):
    place = await stage.harness.place()
    return await stage.harness.db.read(list_history, place.workspace, 20)


async def test_what_is_saved_is_applied_and_stands_in_the_history(stage, browser, here):
    page = await browser.get(here)
    assert page.status == 200
    before = len(await history(stage))
    answer = await send(
        browser, f"{here}/save", fill(read_form(page), set__stories="3")
    )
    assert answer.header("location") == here
    assert (await stage.harness.digest()).options.stories == 3
    assert len(await history(stage)) == before + 1


async def test_a_form_that_was_not_changed_saves_nothing(stage, browser, here):
    before = len(await history(stage))
    fields = read_form(await browser.get(here))
    assert (await send(browser, f"{here}/save", fields)).status == 303
    assert len(await history(stage)) == before


async def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(
    stage, browser, here
):
    fields = fill(
        read_form(await browser.get(here)),
        set__stories="99",
        set__schedule="when the moon is full",
        set__exclude="rumour",
    )
    answer = await send(browser, f"{here}/save", fields)
    assert answer.status == 422
    assert error_of(answer, "stories")
    assert error_of(answer, "schedule")
    again = dict(read_form(answer))
    assert again["set-stories"] == "99"
    assert again["set-schedule"] == "when the moon is full"
    assert again["set-exclude"] == "rumour"
    assert (await stage.harness.digest()).options.exclude == ()


async def test_what_somebody_else_saved_meanwhile_is_shown_with_what_was_typed(
    stage, browser, here
):
    mine = read_form(await browser.get(here))
    theirs = fill(read_form(await browser.get(here)), set__stories="9", set__quotes="1")
    await send(browser, f"{here}/save", theirs)

    answer = await send(browser, f"{here}/save", fill(mine, set__stories="2"))
    assert answer.status == 409
    assert "9" in text_of(answer, ".theirs")
    again = read_form(answer)
    assert dict(again)["set-stories"] == "2"
    assert (await stage.harness.digest()).options.stories == 9

    assert (await send(browser, f"{here}/save", again)).status == 303
    options = (await stage.harness.digest()).options
    # What only the other one changed stays.
    assert (options.stories, options.quotes) == (2, 1)


async def test_settings_that_the_other_one_did_not_touch_are_saved_at_once(
    stage, browser, here
):
    mine = read_form(await browser.get(here))
    theirs = fill(read_form(await browser.get(here)), set__quotes="1")
    await send(browser, f"{here}/save", theirs)
    await send(browser, f"{here}/save", fill(mine, set__stories="2"))
    options = (await stage.harness.digest()).options
    assert (options.stories, options.quotes) == (2, 1)


async def test_the_preview_shows_both_platforms_and_saves_nothing(stage, browser, here):
    fields = fill(read_form(await browser.get(here)), set__name="Dusk & dawn")
    answer = await send(browser, f"{here}/preview", fields)
    assert answer.status == 200
    titles = [node.text() for node in answer.tree.css(".platform h3")]
    assert titles == ["Discord", "Slack"]
    for selector in (".dc-heading", ".sl-header"):
        assert text_of(answer, selector) == "Dusk & dawn"
    assert "Harbour bridge closes" in text_of(answer, ".shown")
    assert answer.tree.css_first(".why") is not None
    assert (await stage.harness.digest()).name == "Morning brief"


async def test_a_filter_that_is_not_saved_changes_the_preview(browser, here):
    fields = fill(read_form(await browser.get(here)), set__exclude="harbour")
    answer = await send(browser, f"{here}/preview", fields)
    assert "Harbour bridge closes" not in text_of(answer, ".platforms")
    assert "Torvale pool" in text_of(answer, ".platforms")


async def test_a_sentence_is_shown_with_its_next_five_moments_in_the_zone_of_the_digest(
    browser, here
):
    fields = fill(
        read_form(await browser.get(here)),
        set__schedule="daily at 6:30 Europe/Berlin",
        set__quiet_hours="22:00-07:00",
    )
    answer = await send(browser, f"{here}/preview", fields)
    moments = [node.text() for node in answer.tree.css("#moments li")]
    assert len(moments) == 5
    assert all("07:00" in one for one in moments)


async def test_a_section_is_moved_by_its_button_without_a_script(browser, here):
    fields = fill(read_form(await browser.get(here)), move="matters up")
    answer = await send(browser, f"{here}/preview", fields)
    order = [v for name, v in read_form(answer) if name == "set-sections-order"]
    assert order[:2] == ["matters", "summary"]
    assert "set-sections-usual" not in dict(read_form(answer))


async def test_a_dry_run_shows_what_the_typed_settings_change(browser, here):
    fields = fill(
        read_form(await browser.get(here)),
        set__schedule="daily at 20:00 Europe/Berlin",
        set__exclude="harbour",
    )
    answer = await send(browser, f"{here}/dry-run", fields)
    assert answer.status == 200
    assert answer.tree.css_first("#dry details") is not None


async def test_a_digest_is_paused_resumed_and_a_change_undone(stage, browser, here):
    await submit(browser, f"{here}/pause", at=here)
    assert (await stage.harness.digest()).paused
    change = (await history(stage))[0]
    await submit(browser, f"{here}/undo", {"change": change.id}, at=here)
    assert not (await stage.harness.digest()).paused


async def test_a_digest_is_deleted_after_a_question(stage, browser, here):
    page = await browser.get(f"{here}/delete")
    assert text_of(page, "h1") == "Delete «Morning brief»"
    assert [d.name for d in await stage.harness.archive.all_digests()]
    await submit(browser, f"{here}/delete")
    assert await stage.harness.archive.all_digests() == ()


async def test_post_now_asks_and_posts_once(stage, browser, here):
    page = await browser.get(f"{here}/post")
    fields = read_form(page, "main form")
    await send(browser, f"{here}/post", fields)
    await stage.harness.outbox.drain()
    posted = [message.key for message in stage.harness.platform.messages]
    assert posted
    await send(browser, f"{here}/post", fields)
    await stage.harness.outbox.drain()
    assert [message.key for message in stage.harness.platform.messages] == posted


async def test_a_digest_of_another_workspace_is_not_found(stage, browser, here):
    other = await stage.workspace("10")
    digest = await stage.harness.digest()
    stage.sign_in.put("10", "ana", editor=True)
    ana = await stage.enter_as("ana", "10")
    assert (await ana.get(here)).status == 404
    there = f"/console/w/{other.id}/digests/{digest.id}"
    assert (await ana.get(there)).status == 400


# ── thousands of sources ───────────────────────────────────────────────────────


@pytest.fixture
async def large(stage: ConsoleStage, here: str) -> str:
    """The page of a digest with as many sources as it may have."""
    feeds = [f"https://feeds.example/{n:04}/feed.xml" for n in range(1_999)]
    text = CONFIGURATION.replace('["articles"]', json.dumps(["articles", *feeds]))
    await stage.harness.apply(text)
    return here


async def test_a_digest_with_two_thousand_sources_is_saved_whole(stage, browser, large):
    """The form has a page of them; what it does not have stays as it is."""
    fields = fill(read_form(await browser.get(large)), set__stories="3")
    assert len(fields) < 400
    assert (await send(browser, f"{large}/save", fields)).status == 303
    digest = await stage.harness.digest()
    assert digest.options.stories == 3
    assert len(digest.sources) == 2_000


async def test_what_was_typed_of_one_page_of_sources_is_kept_on_the_next(
    stage, browser, large
):
    first, second = (await stage.harness.digest()).sources[1:3]
    fields = fill(
        read_form(await browser.get(large)),
        **{f"set__source_names-{first.id}": "Renamed", "sources__page": "2"},
    )
    fields = [one for one in fields if one != ("set-sources", str(second.id))]
    page = await send(browser, f"{large}/turn", fields)
    assert "Page 2 of 40" in page.text
    fields = read_form(page)
    assert len(fields) < 400
    last = f"set__source_names-{fields_of_sources(fields)[-1]}"
    fields = fill(fields, **{last: "Last of the page"})
    assert (await send(browser, f"{large}/save", fields)).status == 303
    digest = await stage.harness.digest()
    assert len(digest.sources) == 1_999
    assert second.address not in digest.settings.sources
    assert set(digest.settings.source_names.values()) == {"Renamed", "Last of the page"}


def fields_of_sources(fields: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in fields if name == "set-sources"]
