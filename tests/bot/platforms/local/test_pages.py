"""The page without JavaScript: answers are whole pages, or fragments on request."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.model import Permission
from digests.messages import Message
from tests.bot.large_inputs import MOST, counting_steps
from tests.bot.platforms.local import hostile
from tests.bot.platforms.local.samples import a_delivery
from tests.bot.web.asgi import Answer, Browser
from tests.browser.stage import Stage, an_edition_delivery


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    running = asyncio.create_task(stage.platform.run(stage.inbox()))
    await asyncio.sleep(0)
    yield stage
    running.cancel()


@pytest.fixture
def browser(stage) -> Browser:
    return Browser(stage.app())


async def command(browser: Browser, line: str, **fields: str) -> Answer:
    token = await browser.token()
    given = {"csrf": token, "channel": "news", "event": "0123456789", "line": line}
    return await browser.post("/command", given | fields)


async def test_the_first_channel_is_shown_at_the_root(stage, browser):
    await stage.platform.send(an_edition_delivery())
    tree = (await browser.get("/")).tree
    assert [n.text() for n in tree.css("h1")] == ["#news"]
    assert len(tree.css(".message .story")) == 3


async def test_a_page_of_fifty_editions_does_not_hold_the_event_loop(stage, browser):
    for number in range(1, 51):
        await stage.platform.send(an_edition_delivery(number))
    await browser.get("/")

    with counting_steps() as steps:
        # A task, whose steps end before the count is looked at.
        page = await asyncio.create_task(browser.get("/"))

    assert len(page.tree.css(".message .story")) == 150
    assert steps.most < MOST


async def test_a_german_browser_gets_page_and_answers_in_german(stage, browser):
    german = {"accept_language": "de-DE,de;q=0.9,en;q=0.5"}
    page = await browser.get("/", **german)
    assert page.tree.css("html")[0].attributes["lang"] == "de-DE"
    assert "Zum Eingabefeld springen" in page.text
    fields = {"csrf": await browser.token(), "channel": "news", "line": "/news help"}
    answer = await browser.post("/command", fields, **german)
    assert "Für andere unsichtbar" in answer.text
    assert stage.asked[-1].locale == "de_DE"


async def test_an_unknown_channel_is_not_found(browser):
    assert (await browser.get("/c/nowhere")).status == 404


async def test_a_workspace_without_channels_explains_what_to_do(stage):
    stage.channels = ()
    answer = await Browser(stage.app()).get("/")
    assert "There is no channel yet" in answer.text


async def test_problems_are_shown_to_editors_only(stage, browser):
    stage.list_problems = ("Nothing is posted on Slack (<b>Team</b>): token_revoked",)
    sees = {}
    for person in ("ana", "ben"):
        token = await browser.token()
        await browser.post("/person", {"csrf": token, "person": person})
        tree = (await browser.get("/")).tree
        sees[person] = [n.text() for n in tree.css("p[role=alert]")]
    assert sees == {"ana": list(stage.list_problems), "ben": []}


async def test_problems_are_shown_in_the_browsers_language(stage, browser):
    archived = Message("slack.channel_archived", code="is_archived")
    problem = Message(
        "Nothing is posted in #{place}: {why}", place="news", why=archived
    )
    stage.list_problems = (problem,)
    tree = (await browser.get("/", accept_language="de")).tree
    (reported,) = [n.text() for n in tree.css("p[role=alert]")]
    assert reported == (
        "In #news wird nichts gepostet: Der Kanal ist archiviert. (is_archived)"
    )


async def test_a_command_is_answered_with_a_whole_page(stage, browser):
    tree = (await command(browser, "/news quotes Ekdahl")).tree
    assert tree.css_first(".composer") is not None
    assert len(tree.css("#answer figure blockquote")) == 2
    assert stage.asked[0].args == {"speaker": "Ekdahl"}


async def test_the_pages_script_gets_the_answer_alone(browser):
    token = await browser.token()
    fields = {"csrf": token, "channel": "news", "line": "/news help"}
    answer = await browser.post("/command", fields, x_standfirst_fragment="1")
    assert answer.text.lstrip().startswith('<section class="answer"')
    assert "<html" not in answer.text


async def test_a_private_answer_is_marked_as_private(browser):
    assert "Only you can see this" in (await command(browser, "/news help")).text


async def test_a_problem_is_marked_by_word_and_sign(browser):
    tree = (await command(browser, "/news quots")).tree
    trouble = tree.css_first(".problem .trouble")
    assert trouble is not None
    assert "That did not work" in trouble.text()
    assert trouble.css_first("svg") is not None


async def test_the_person_determines_the_permission(stage, browser):
    token = await browser.token()
    await browser.post("/person", {"csrf": token, "channel": "news", "person": "ben"})
    refused = await command(browser, "/newsdesk status")
    assert stage.asked[-1].person.permission is Permission.EVERYONE
    assert "Only editors can do this" in refused.text


async def test_an_unknown_person_changes_nothing(stage, browser):
    token = await browser.token()
    await browser.post("/person", {"csrf": token, "channel": "news", "person": "root"})
    await command(browser, "/news help")
    assert stage.asked[-1].person.name == "Ana"


async def test_the_same_request_twice_has_one_key_and_another_has_another(
    stage, browser
):
    await command(browser, "/news help")
    await command(browser, "/news help")
    await command(browser, "/news latest")
    first, again, other = (invocation.key for invocation in stage.asked)
    assert first == again != other


async def test_a_control_is_answered(stage, browser):
    token = await browser.token()
    fields = {"csrf": token, "channel": "news", "control": "v1:story:s-bridge"}
    answer = await browser.post("/control", fields)
    assert "Harbour bridge closes" in answer.text
    assert stage.asked[-1].args == {"story": "s-bridge"}


async def test_a_strange_control_is_a_problem_and_not_a_defect(browser):
    token = await browser.token()
    fields = {"csrf": token, "channel": "news", "control": "v9:<b>"}
    answer = await browser.post("/control", fields)
    assert answer.status == 200
    assert "does not belong here" in answer.text


async def test_a_form_comes_back_with_its_mistakes_beside_the_fields(browser):
    await command(browser, "/newsdesk style")
    tree = (await command(browser, "", path="newsdesk style", **{"arg-note": "x"})).tree
    select = tree.css_first("select[name=arg-tone]")
    assert select is not None
    assert select.attributes["aria-invalid"] == "true"
    described = tree.css_first(f"#{select.attributes['aria-describedby']}")
    assert described is not None
    assert "This is required." in described.text()
    note = tree.css_first("input[name=arg-note]")
    assert note is not None
    assert note.attributes["value"] == "x"


async def test_a_filled_form_becomes_the_command(stage, browser):
    fields = {"path": "newsdesk style", "arg-tone": "calm"}
    answer = await command(browser, "", **fields)
    assert "It is calm now." in answer.text
    assert stage.asked[-1].args == {"tone": "calm"}


async def test_a_command_before_the_bot_runs_is_asked_to_wait():
    answer = await command(Browser(Stage().app()), "/news help")
    assert "still starting" in answer.text


@pytest.mark.parametrize("line", [*hostile.STRINGS, "x" * 6_000, "/news " + "'" * 900])
async def test_any_line_is_answered_and_stays_text(browser, line):
    answer = await command(browser, line)
    assert answer.status == 200
    assert [n.attributes for n in answer.tree.css("main script, main img[src=x]")] == []
    assert len(answer.tree.css("script")) == 3


async def test_unread_channels_are_marked_until_they_are_read(stage, browser):
    await browser.get("/c/science")
    await stage.platform.send(a_delivery(1, channel="science"))
    unread = '.channel-list a.unread[data-channel="science"]'
    assert (await browser.get("/c/news")).tree.css_first(unread) is not None
    await browser.get("/c/science")
    assert (await browser.get("/c/news")).tree.css_first(unread) is None


async def test_completion_offers_only_what_the_person_may_do(browser):
    path = "/complete?line=/news&caret=5&channel=news"
    assert "/newsdesk status" in (await browser.get(path)).text
    browser.cookies["standfirst_person"] = "ben"
    assert "/newsdesk status" not in (await browser.get(path)).text


async def test_completion_describes_commands_in_german(browser):
    path = "/complete?line=/news+lat&caret=9&channel=news"
    answer = await browser.get(path, accept_language="de")
    assert "Die neueste Ausgabe hier" in answer.text


async def test_completion_asks_the_archive_for_names(browser):
    answer = await browser.get("/complete?line=/news+quotes+Yus&caret=16&channel=news")
    assert '"insert":"Yusra Demetrian "' in answer.text


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/e/e-7k3m9q", ("news latest", {"edition": "e-7k3m9q"})),
        ("/s/s-7k3m9q", ("news story", {"story": "s-7k3m9q"})),
    ],
)
async def test_editions_and_stories_have_an_address_of_their_own(
    stage, browser, path, asked
):
    answer = await browser.get(path)
    assert (stage.asked[-1].path, stage.asked[-1].args) == asked
    assert answer.tree.css_first("#answer") is not None


async def test_an_edition_leads_to_its_address(stage, browser):
    await stage.platform.send(an_edition_delivery())
    tree = (await browser.get("/")).tree
    (link,) = list(tree.css(".address a"))
    assert (link.attributes["href"] or "").startswith("/e/e-")
