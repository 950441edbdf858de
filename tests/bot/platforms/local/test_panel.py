"""Pages of a control panel on the local page, without JavaScript."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.model import Control, ListItem, Reply
from tests.bot.platforms.panel import HOME, NAME, NOTE, PAGE
from tests.bot.web.asgi import Answer, Browser
from tests.browser.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    running = asyncio.create_task(stage.platform.run(stage.inbox()))
    await asyncio.sleep(0)
    yield stage
    running.cancel()


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage.app())


async def opened(browser: Browser) -> LexborHTMLParser:
    """The overview, as the answer to a typed command."""
    token = await browser.token()
    fields = {"csrf": token, "channel": "news", "line": "/newsdesk home"}
    return (await browser.post("/command", fields)).tree


def fields_of(form: LexborNode) -> dict[str, str]:
    inputs = form.css("input")
    return {
        str(i.attributes["name"]): str(i.attributes.get("value") or "") for i in inputs
    }


async def press(browser: Browser, shown: LexborHTMLParser, label: str) -> Answer:
    """Press the button with this label, as a browser without JavaScript does."""
    for form in shown.css("#answer form"):
        for button in form.css("button[name=control]"):
            if button.text(strip=True).startswith(label):
                control = str(button.attributes["value"])
                fields = fields_of(form) | {"control": control}
                return await browser.post("/control", fields)
    raise AssertionError(f"no button {label}")


def title(shown: LexborHTMLParser) -> str:
    node = shown.css_first("#answer .reply-title")
    return node.text() if node else ""


async def test_a_menu_is_a_named_group_of_buttons_with_their_present_values(browser):
    shown = await opened(browser)
    [group] = shown.css("#answer fieldset")
    assert [n.text() for n in group.css("legend")] == ["What it contains"]
    assert [" ".join(n.text().split()) for n in group.css("button")] == [
        "Name Evening brief",
        "Note What a note is",
        "Everything",
    ]


async def test_a_button_beside_an_item_is_named_after_it(browser):
    shown = await opened(browser)
    [button] = shown.css("#answer li.beside button")
    assert button.text() == "Open"
    assert button.attributes["aria-label"] == "Open: Evening brief"


async def test_a_button_that_names_its_item_is_not_named_twice(stage, browser):
    named = Control(id=f"v1:{PAGE}:1", label="Open Evening brief")
    item = ListItem(title="Evening brief", control=named)
    stage.panel.replies = {HOME: Reply(blocks=(item,))}
    [button] = (await opened(browser)).css("#answer li.beside button")
    assert "aria-label" not in button.attributes


async def test_a_page_leads_to_another_and_back(stage, browser):
    page = (await press(browser, await opened(browser), "Open")).tree
    assert title(page) == "Evening brief"
    assert len(page.css(".answer")) == 1
    back = (await press(browser, page, "Back")).tree
    assert title(back) == "Newsroom"
    assert [i.path for i in stage.asked] == ["newsdesk home", PAGE, "home"]


async def test_a_choice_presses_its_control(stage, browser):
    note = (await press(browser, await opened(browser), "Note")).tree
    assert title(note) == "A note"
    assert stage.asked[-1].path == NOTE


async def test_a_form_that_belongs_to_a_control_presses_it(stage, browser):
    form = (await press(browser, await opened(browser), "Name")).tree
    question = form.css_first("#answer form.questions")
    assert question is not None
    sent = await browser.post("/command", fields_of(question) | {"arg-name": " Dusk "})
    assert title(sent.tree) == "It is called Dusk"
    assert stage.asked[-1].path == NAME
    assert stage.asked[-1].answers == {"name": "Dusk"}


async def test_a_mistake_in_such_a_form_stands_beside_its_field(browser):
    form = (await press(browser, await opened(browser), "Name")).tree
    question = form.css_first("#answer form.questions")
    assert question is not None
    sent = await browser.post("/command", fields_of(question) | {"arg-name": ""})
    assert "A name is needed." in sent.tree.css_first("#answer .wrong .error").text()


async def test_only_a_page_that_takes_a_place_says_so_to_the_script(browser):
    shown = await opened(browser)
    assert shown.css("#answer[data-in-place]")
    note = (await press(browser, shown, "Note")).tree
    assert not note.css("#answer[data-in-place]")


@pytest.mark.parametrize("control", ["v1:nothing:1", "v1:menu:0", "", "x" * 900])
async def test_a_choice_that_no_menu_offers_gets_one_sentence(browser, control):
    fields = {"csrf": await browser.token(), "channel": "news", "control": control}
    answer = await browser.post("/control", fields)
    [trouble] = answer.tree.css("#answer .said")
    assert "does not belong here" in trouble.text()


async def test_what_was_pressed_is_named_where_it_cannot_be_typed(browser):
    fields = {"csrf": await browser.token(), "channel": "news", "label": "Open"}
    page = await browser.post("/control", fields | {"control": f"v1:{PAGE}:1"})
    assert page.tree.css_first("#answer .asked code").text() == "Open"


async def test_the_choices_of_a_question_are_shown_in_the_readers_language(browser):
    fields = {"csrf": await browser.token(), "channel": "news"}
    asked = fields | {"line": "/newsdesk style"}
    answer = await browser.post("/command", asked, accept_language="de")
    options = answer.tree.css("#answer select option")
    assert [o.attributes.get("value") for o in options] == ["", "calm", "brisk", "off"]
    assert [o.text() for o in options] == ["", "calm", "brisk", "aus"]
