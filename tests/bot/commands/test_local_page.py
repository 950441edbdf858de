"""Setup on the local page: forms, errors beside their questions, buttons."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from bot.i18n.translation import Texts
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform, get_person
from bot.ports import Mailbox, PageServices
from bot.web import server
from digests.messages import Message
from tests.bot.commands.editors import Editor, editor
from tests.bot.harness import BotHarness
from tests.bot.web.asgi import Answer, Browser, report_health
from tests.fakes_mailbox import MemoryMailbox


def page(harness: BotHarness, mailbox: Mailbox | None = None) -> Browser:
    """The local page of this newsroom, as a browser sees it."""
    mailbox = mailbox or MemoryMailbox()
    platform = LocalPlatform(mailbox=mailbox, clock=harness.clock)
    platform.inbox = harness.inbox
    services = PageServices(
        mailbox=mailbox,
        list_channels=harness.archive.local_destinations,
        list_problems=_no_problems,
    )
    routes = pages.build_page_routes(platform, services, harness.clock)
    site = server.build_application(
        routes=routes,
        read_article=harness.archive.local_article,
        health=report_health(harness.archive.ready),
        key=b"0123456789abcdef",
        texts=Texts.of("en"),
    )
    return Browser(site)


async def _no_problems() -> tuple[Message, ...]:
    return ()


async def types(browser: Browser, line: str) -> Answer:
    token = await browser.token()
    return await browser.post("/command", {"csrf": token, "line": line})


async def sends(browser: Browser, path: str, **answers: str) -> Answer:
    token = await browser.token()
    args = {f"arg-{name}": value for name, value in answers.items()}
    return await browser.post("/command", {"csrf": token, "path": path} | args)


async def presses(browser: Browser, answer: Answer, label: str) -> Answer:
    token = await browser.token()
    buttons = answer.tree.css("#answer button[name=control]")
    (found,) = [b.attributes["value"] for b in buttons if b.text().strip() == label]
    return await browser.post("/control", {"csrf": token, "control": found or ""})


@pytest.fixture
def browser(harness: BotHarness) -> Browser:
    return page(harness)


async def test_a_mistake_in_a_form_is_shown_beside_its_question(browser):
    answer = await sends(
        browser,
        "newsdesk set",
        target="Morning brief",
        setting="schedule",
        value="wekdays at 8:30",
    )
    wrong = answer.tree.css_first(".field.wrong")
    assert wrong is not None
    assert "Try «weekdays at 8:30" in wrong.text()
    field = wrong.css_first("[name=arg-value]")
    assert field is not None
    assert field.text() == "wekdays at 8:30"
    assert field.attributes["aria-invalid"] == "true"


@pytest.mark.parametrize("name", ["'Morning brief'", "Morning brief", "morning"])
async def test_a_setting_is_typed_shown_and_confirmed(browser, harness, name: str):
    shown = await types(browser, f"/newsdesk set {name} exclude add rumour")
    assert "+ rumour" in shown.text
    saved = await presses(browser, shown, "Confirm")
    assert "Saved" in saved.text
    assert (await harness.digest()).options.exclude == ("rumour",)


async def test_values_are_completed_for_the_setting_that_was_typed(browser):
    line = "/newsdesk set 'Morning brief' summary l"
    path = f"/complete?line={quote(line)}&caret={len(line)}&channel=c-morning"
    assert "long" in (await browser.get(path)).text


async def test_without_its_answers_a_command_is_a_form(browser):
    tree = (await types(browser, "/newsdesk set")).tree
    names = [n.attributes["name"] for n in tree.css("#answer .field [name]")]
    assert names == ["arg-target", "arg-setting", "arg-value"]


async def test_a_wrong_word_of_a_former_command_says_where_the_right_one_is(browser):
    answer = await types(browser, "/newsdesk source ad x")
    assert "/newsdesk source add has moved to /newsdesk home" in answer.text


async def test_nothing_set_up_a_page_leads_to_setup_and_setup_to_a_form(empty_harness):
    browser = page(empty_harness)
    assert "/newsdesk setup" in (await browser.get("/")).text
    tree = (await types(browser, "/newsdesk setup")).tree
    labels = [n.text().split()[0] for n in tree.css("#answer .field label")]
    assert labels == ["Name", "Sources", "Schedule", "Destinations", "Language"]


async def test_a_chosen_language_is_used_throughout(browser, harness):
    await harness.post()
    ana = await editor(harness)
    await replace(ana, person=get_person({})).chooses_language("de")
    for line in ("/news quotes Brandt", "/news story 99"):
        answer = await types(browser, line)
        shown = answer.tree.css_first("#answer")
        assert shown is not None
        said = shown.text()
        assert "Für andere unsichtbar" in said
        assert "open at the sentence" not in said
        assert "That did not work" not in said
    # The rest of the page is in the browser's language.
    assert "Type / for commands" in answer.text


async def test_names_are_shown_as_words_and_never_as_markup(browser, harness):
    ana: Editor = await editor(harness)
    hostile = "<img src=x onerror=alert(1)>"
    await ana.sets("name", hostile)
    for line in ("/newsdesk home", "/newsdesk history", "/newsdesk status"):
        answer = await types(browser, line)
        assert answer.tree.css_first("#answer img") is None
        assert "onerror" in answer.text


async def test_an_export_keeps_its_lines(browser):
    answer = await types(browser, "/newsdesk config export")
    (said,) = answer.tree.css("#answer .listing")
    assert "[[workspace]]\nplatform" in said.text()
