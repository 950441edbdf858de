"""Sources are added from addresses, pasted lists and files; nothing is lost."""

import pytest

from bot.model.scope import Scope
from bot.storage import change_store, console_store
from bot.web.request_bodies import SIGNED_IN_LIMITS
from digests.sources.opml import Subscription, write_opml
from tests.bot.web.asgi import Answer, Browser
from tests.bot.web.console.forms import read_form, send, text_of
from tests.bot.web.console.stage import ConsoleStage, hidden_fields, submit

OPML = """<opml version="2.0"><body>
<outline text="Courier" xmlUrl="https://courier.example/feed"/>
<outline text="Nothing" xmlUrl="nowhere"/>
</body></opml>"""
#: Entities that would be a gigabyte.
BOMB = (
    '<!DOCTYPE o [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    + ']><opml><body><outline text="&a8;" xmlUrl="https://a.example/"/></body></opml>'
)


@pytest.fixture
async def browser(stage: ConsoleStage) -> Browser:
    return await stage.enter()


@pytest.fixture
async def sources(stage: ConsoleStage, browser: Browser) -> str:
    return f"/console/w/{(await stage.harness.digest()).workspace_id}/sources"


async def upload(browser: Browser, sources: str, content: bytes | str) -> Answer:
    hidden = hidden_fields(await browser.get(sources))
    body = content.encode() if isinstance(content, str) else content
    return await browser.upload(f"{sources}/try", hidden, "feeds.opml", body)


async def add(browser: Browser, sources: str, shown: Answer) -> Answer:
    fields = read_form(shown, f"form[action='{sources}/add']")
    return await send(browser, f"{sources}/add", fields)


async def list_addresses(stage: ConsoleStage) -> list[str]:
    return [one.address for one in (await stage.harness.digest()).sources]


async def test_a_pasted_list_of_feeds_is_shown_and_added(stage, browser, sources):
    answer = await submit(browser, f"{sources}/try", {"sources": OPML}, at=sources)
    assert "Courier" in text_of(answer, ".feeds")
    assert (await add(browser, sources, answer)).status == 303
    assert (await list_addresses(stage))[-1] == "https://courier.example/feed"


async def test_the_file_of_a_list_is_shown_and_added(stage, browser, sources):
    answer = await upload(browser, sources, OPML)
    assert "Courier" in text_of(answer, ".feeds")
    assert "1 was left out" in text_of(answer, "#readings")
    assert (await add(browser, sources, answer)).status == 303
    assert (await list_addresses(stage))[-1] == "https://courier.example/feed"


async def test_a_text_with_an_address_in_each_line_is_a_list_too(browser, sources):
    answer = await upload(browser, sources, "https://a.example/x\n\nb.example\n??\n")
    shown = text_of(answer, ".feeds")
    assert "https://a.example/x" in shown
    assert "https://b.example" in shown
    assert "1 was left out" in text_of(answer, "#readings")


async def test_a_list_says_what_is_read_already(browser, sources):
    shown = await upload(browser, sources, OPML)
    await add(browser, sources, shown)
    again = await upload(browser, sources, OPML)
    assert "read already: Morning brief" in text_of(again, ".feeds")
    answer = await add(browser, sources, again)
    assert answer.status == 422
    assert "reads all of this already" in text_of(answer, "#sources-help")
    assert "Courier" in text_of(answer, ".feeds")


async def test_a_thousand_feeds_are_added_with_a_result_for_each(
    stage, browser, sources
):
    feeds = [Subscription(address=f"https://f{n}.example/feed") for n in range(1_000)]
    shown = await upload(browser, sources, write_opml(feeds))
    answer = await add(browser, sources, shown)
    assert len(await list_addresses(stage)) == 1_001
    page = await browser.get(answer.header("location"))
    assert "0 of 1000 read" in page.text.replace(",", "")
    assert len(page.tree.css(".rows > li")) == 50
    assert page.tree.css_first("progress").attributes["max"] == "1000"


async def test_the_result_follows_what_is_read(stage, browser, sources):
    shown = await upload(browser, sources, OPML)
    where = (await add(browser, sources, shown)).header("location")
    assert "never read yet" in (await browser.get(where)).text
    digest = await stage.harness.digest()
    await stage.harness.ingestor.refresh(digest.sources, insist=True)
    page = await browser.get(where)
    assert "1 of 1 read. 1 has a problem." in page.text
    assert "Look again" not in page.text


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x00\xff", b"<opml", b"<rss/>", BOMB.encode(), b"<opml/>"],
    ids=["empty", "picture", "broken", "no list", "bomb", "no feed"],
)
async def test_a_file_that_is_no_list_is_explained(browser, sources, content):
    answer = await upload(browser, sources, content)
    assert answer.status == 422
    assert answer.tree.css_first("#sources-help .error") is not None


async def test_a_change_of_another_workspace_is_not_shown(stage, browser, sources):
    shown = await upload(browser, sources, OPML)
    where = (await add(browser, sources, shown)).header("location")
    other = await stage.workspace("far")
    there = where.replace(sources, f"/console/w/{other.id}/sources")
    assert "There is no such change here" in (await browser.get(there)).text


async def test_a_change_that_nobody_confirmed_is_not_shown(stage, browser, sources):
    harness = stage.harness
    shown = await upload(browser, sources, OPML)
    where = (await add(browser, sources, shown)).header("location")
    scope = Scope((await harness.digest()).workspace_id)
    confirmed = where.rpartition("/")[2]
    change = await harness.db.read(change_store.find_change, scope, confirmed)
    proposed = await harness.db.write(
        change_store.propose_change,
        scope,
        steps=change.steps,
        person_id="7",
        person_name="Ana",
        now=harness.clock.now(),
    )
    there = where.replace(confirmed, proposed.public_id)
    assert "There is no such change here" in (await browser.get(there)).text


@pytest.mark.parametrize("typed", ["", "/etc/passwd", "<opml"])
async def test_what_is_no_address_is_said_at_the_field(browser, sources, typed):
    answer = await submit(browser, f"{sources}/try", {"sources": typed}, at=sources)
    assert answer.status == 422
    assert answer.tree.css_first("#sources-help .error") is not None
    assert text_of(answer, "#sources").strip() == typed


# ── who may send a file ────────────────────────────────────────────────────────


async def test_a_file_needs_the_token_of_the_session(browser, sources):
    fields = {"csrf": "0" * 64, "event": "1"}
    answer = await browser.upload(f"{sources}/try", fields, "x", OPML.encode())
    assert answer.status == 403
    assert "Courier" not in answer.text


async def test_strangers_send_no_files(stage, browser, sources):
    hidden = hidden_fields(await browser.get(sources))
    await stage.harness.db.write(console_store.end_all_sessions)
    answer = await browser.upload(f"{sources}/try", hidden, "x", OPML.encode())
    assert answer.status == 415


async def test_a_file_over_the_limit_is_refused(browser, sources):
    answer = await upload(browser, sources, b"<" * SIGNED_IN_LIMITS.bytes)
    assert answer.status == 413


async def test_a_form_with_two_files_or_many_fields_is_refused(browser, sources):
    hidden = hidden_fields(await browser.get(sources))
    many = hidden | {f"f{n}": "" for n in range(50)}
    answer = await browser.upload(f"{sources}/try", many, "x", OPML.encode())
    assert answer.status == 413
