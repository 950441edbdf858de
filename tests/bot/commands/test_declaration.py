"""Declared commands: options from annotations, conversion, forms and controls."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, cast

import pytest

from bot.commands.context import CommandContext, CommandServices, Option
from bot.commands.declaration import CommandDeclaration, command
from bot.commands.presentation import Page
from bot.errors import FieldError, UserError
from bot.model import Command, Form, Invocation, Permission, Reply
from tests.bot.commands.editors import errors, said
from tests.bot.harness import BotHarness


def _parse_number(_: CommandContext, typed: str) -> int:
    if not typed.isdecimal():
        raise FieldError("«{typed}» is not a number.", typed=typed, field="")
    return int(typed)


@command("newsdesk try", "Try out the declaration", "2")
async def try_out(
    context: CommandContext,
    number: Annotated[
        int, Option("How many", convert=_parse_number, settings=("count",))
    ],
    place: Annotated[
        str,
        Option(
            "Where from",
            name="from",
            implicit=True,
            convert=lambda context, typed: typed or "here",
        ),
    ],
    note: Annotated[str, Option("Anything")] = "nothing",
) -> Reply:
    if number > 100:
        raise FieldError("Too many.", field="count")
    return context.reply(f"{number!r} {place} {note}")


@try_out.control("confirmed")
async def confirmed(context: CommandContext, carried: str) -> Reply:
    return context.reply(f"confirmed {carried}")


@pytest.fixture
def asks(harness: BotHarness) -> Callable[..., Awaitable[Reply | Form]]:
    """The answer of `try_out` to these arguments."""

    async def ask(**args: str) -> Reply | Form:
        asked: Invocation = await harness.asks("newsdesk try", True, None, args)
        return await bind(try_out).run(asked)

    return ask


def bind(declared: CommandDeclaration) -> Command:
    # Nothing here needs services.
    return declared.bind(cast("CommandServices", None), [])


def test_options_follow_from_the_parameters():
    bound = bind(try_out)
    assert [(o.name, o.required) for o in bound.options] == [
        ("number", True),
        ("from", False),
        ("note", False),
    ]
    assert bound.permission is Permission.EDITOR


async def test_the_function_gets_converted_values_and_defaults(asks):
    assert "2 here nothing" in said(await asks(number=" 2 "))
    assert "2 there new" in said(
        await asks(number="2", note="new", **{"from": "there"})
    )


async def test_a_missing_answer_is_asked_for_with_the_others_kept(asks):
    form = await asks(note="new")
    assert isinstance(form, Form)
    assert {f.name: f.value for f in form.fields}["note"] == "new"
    assert errors(form) == {}


async def test_an_answer_that_a_submitted_form_lacks_is_marked(harness: BotHarness):
    asked = await harness.asks("newsdesk try", True, None, {"note": "new"})
    form = await bind(try_out).run(replace(asked, submitted=True))
    assert isinstance(form, Form)
    assert errors(form) == {"number": "This is required."}


async def test_a_mistake_is_shown_at_its_question(asks):
    for number, error in (("two", "«two» is not a number."), ("101", "Too many.")):
        form = await asks(number=number)
        assert isinstance(form, Form)
        assert errors(form) == {"number": error}


async def test_what_a_control_carries_has_its_own_handler(asks):
    assert "confirmed e-1" in said(await asks(confirmed="e-1"))


async def test_other_errors_of_a_conversion_are_left_to_the_dispatcher(
    harness: BotHarness,
):
    def refuse(_: CommandContext, typed: str) -> str:
        raise UserError("No.")

    @command("news refuse", "Refuse", "x")
    async def refused(
        context: CommandContext, word: Annotated[str, Option("W", convert=refuse)]
    ) -> Reply:
        raise AssertionError("it must not run")

    asked = await harness.asks("news refuse", False, None, {"word": "x"})
    with pytest.raises(UserError, match="No"):
        await bind(refused).run(asked)


def test_a_page_knows_its_place_in_the_list():
    page = Page.of("abcde", "2", 2)
    assert (page.items, page.number, page.pages, page.first) == (("c", "d"), 2, 3, 3)
    assert Page.of("", "1", 2).items == ()


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("0", 1), ("", 1), ("-1", 1), ("x", 1), ("4", 3)],
)
def test_a_page_that_is_not_there_is_the_nearest(wanted: str, shown: int):
    assert Page.of("abcde", wanted, 2).number == shown
