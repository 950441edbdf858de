"""Numbers that people, pages and platforms can send: of any length, in any digits.

Python converts no integer of more than 4,300 digits, and `isdigit` takes «²» for one.
"""

from contextlib import suppress
from urllib.parse import quote

import pytest

from bot.errors import UserError
from bot.schedules.parsing import parse_schedule
from tests.bot.harness import BotHarness
from tests.bot.web.asgi import FORM, OURS, SAME, Browser
from tests.browser.stage import Stage

NUMBERS = ("9" * 5_000, "000005" + "9" * 4_400, "²", "٣" * 5_000, "-1", "1_0", " 7 ")
FAILED = "Something went wrong"


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize(
    ("path", "option"),
    [
        ("newsdesk history", "n"),
        ("news story", "story"),
        ("news latest", "edition"),
        ("news search", "since"),
    ],
)
async def test_a_command_answers_any_number(
    harness: BotHarness, path: str, option: str, number: str
):
    await harness.post()
    command = next((c for c in harness.inbox.commands if c.path == path), None)
    assert command is not None
    assert option in {o.name for o in command.options}
    others = {o.name: "daily at 9:00" for o in command.options if o.required}

    asked = await harness.asks(path, True, None, {**others, option: number})
    assert FAILED not in str(await harness.inbox.dispatch(asked))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("stories", "{}"),
        ("max_age", "{}"),
        ("schedule", "remove {}"),
        ("schedule", "{} = daily at 9:00"),
        ("exclude", "remove {}"),
        ("skip", "add {}"),
    ],
)
async def test_a_setting_answers_any_number(
    harness: BotHarness, setting: str, value: str, number: str
):
    typed = {"target": "Morning brief", "setting": setting}
    asked = await harness.asks(
        "newsdesk set", True, None, {**typed, "value": value.format(number)}
    )
    assert FAILED not in str(await harness.inbox.dispatch(asked))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize(
    "sentence",
    [
        "every {} minutes",
        "every {} weeks on monday at 9:00",
        "every {}th monday of the month at 9:00",
        "daily at {}:00",
    ],
)
def test_a_schedule_with_any_number_is_read_or_refused(sentence: str, number: str):
    with suppress(UserError):
        parse_schedule(sentence.format(number[:900]))


def test_a_long_number_of_weeks_is_not_taken_for_its_first_digits():
    with pytest.raises(UserError, match="it may be 1 to"):
        parse_schedule("every 00029 weeks on monday at 9:00".replace("29", "2999"))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize(
    "address",
    [
        "/complete?line=/news&caret={}",
        "/articles/{}/newest",
        "/articles/bridge/newest?from={}&to={}",
        "/?channel={}",
    ],
)
async def test_a_page_answers_any_number(address: str, number: str):
    browser = Browser(Stage().app())
    browser.cookies["standfirst_seen"] = quote(f"news={quote(number)}", safe="")

    answer = await browser.get(address.replace("{}", quote(number)))

    too_long = len(address) + len(quote(number)) > 4_000
    assert answer.status in ({414} if too_long else {200, 404})
    assert (await browser.get("/")).status == 200


@pytest.mark.parametrize("number", ["9" * 5_000, "-1", "1_0", "0" * 5_000])
async def test_any_length_that_a_body_declares_is_refused_or_read(number: str):
    browser = Browser(Stage().app())
    headers = {**OURS, **SAME, **FORM, "content-length": number}

    answer = await browser.send("POST", "/command", b"line=%2Fnews", headers)

    assert answer.status in {200, 403, 413}
