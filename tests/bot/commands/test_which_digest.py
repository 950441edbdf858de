"""Where several digests may be meant, it is asked which, and nothing is typed twice."""

import pytest

from bot.types import Form, Reply
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.newsroom import CONFIGURATION, Newsroom

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
"""
HERE = """
[[workspace.digest]]
name = "Zenith"
sources = ["articles"]
destinations = ["morning"]
"""


@pytest.fixture
async def ana(desk: Newsroom) -> Editor:
    await desk.apply(CONFIGURATION + SECOND + HERE)
    return await editor(desk)


def asked(form: Form) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {f.name: (f.value, f.choices) for f in form.fields}


async def test_the_digests_are_offered_and_those_of_this_channel_come_first(ana):
    form = await ana.is_asked("newsdesk post")
    assert asked(form) == {"digest": ("", ("Morning brief", "Zenith", "Evening"))}
    assert form.fields[0].required


async def test_what_was_given_stands_in_the_form(ana):
    form = await ana.is_asked("newsdesk filter add", kind="exclude", words="rumour")
    given = asked(form)
    assert given["words"][0] == "rumour"
    assert given["kind"][0] == "exclude"


async def test_the_chosen_digest_is_the_one_that_is_meant(ana):
    form = await ana.is_asked("newsdesk filter add", kind="exclude", words="rumour")
    answer = await ana.answers(form, digest="Evening")
    assert isinstance(answer, Reply)
    await ana.presses(answer, "Confirm")
    assert (await ana.desk.digest("Evening")).exclude == ("rumour",)
    assert (await ana.desk.digest()).exclude == ()


async def test_a_beginning_that_fits_several_offers_these_only(ana):
    await ana.does("newsdesk digest edit", digest="Evening", name="Zen garden")
    form = await ana.is_asked("newsdesk preview", digest="zen")
    assert asked(form)["digest"] == ("", ("Zenith", "Zen garden"))


async def test_more_than_a_form_holds_is_not_lost_in_one(ana):
    look = {
        "stories": "4",
        "summary": "long",
        "quotes": "2",
        "brief": "0",
        "figures": "no",
    }
    assert "Say which digest" in said(await ana.asks("newsdesk style", **look))


async def test_more_digests_than_a_form_offers_are_asked_for_in_words(ana):
    many = "".join(SECOND.replace("Evening", f"Late {n}") for n in range(23))
    await ana.desk.apply(CONFIGURATION + SECOND + HERE + many)
    assert "Say which digest" in said(await ana.asks("newsdesk post"))


async def test_a_channel_with_one_digest_is_not_asked(desk: Newsroom):
    await desk.apply(CONFIGURATION + SECOND)
    one = await editor(desk)
    assert "«Morning brief»" in said(await one.says("newsdesk post"))
