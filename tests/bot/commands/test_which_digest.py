"""With several digests to choose from, the bot asks which and keeps the input."""

import pytest

from bot.model import Form, Reply
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness

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
async def ana(harness: BotHarness) -> Editor:
    await harness.apply(CONFIGURATION + SECOND + HERE)
    return await editor(harness)


def asked(form: Form) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {f.name: (f.value, f.choices) for f in form.fields}


async def test_the_digests_are_offered_and_those_of_this_channel_come_first(ana):
    form = await ana.is_asked("newsdesk post")
    assert asked(form)["digest"] == ("", ("Morning brief", "Zenith", "Evening"))
    assert [field.name for field in form.fields if field.required] == ["digest"]


async def test_given_values_are_in_the_form(ana):
    form = await ana.is_asked("newsdesk filter add", kind="exclude", words="rumour")
    given = asked(form)
    assert given["words"][0] == "rumour"
    assert given["kind"][0] == "exclude"


async def test_the_chosen_digest_is_the_one_that_is_meant(ana):
    form = await ana.is_asked("newsdesk filter add", kind="exclude", words="rumour")
    answer = await ana.answers(form, digest="Evening")
    assert isinstance(answer, Reply)
    await ana.presses(answer, "Confirm")
    assert (await ana.harness.digest("Evening")).options.exclude == ("rumour",)
    assert (await ana.harness.digest()).options.exclude == ()


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
    assert "Choose a digest" in said(await ana.asks("newsdesk style", **look))


async def test_more_digests_than_a_form_offers_are_asked_for_in_words(ana):
    many = "".join(SECOND.replace("Evening", f"Late {n}") for n in range(23))
    await ana.harness.apply(CONFIGURATION + SECOND + HERE + many)
    assert "Choose a digest" in said(await ana.asks("newsdesk post"))


async def test_a_channel_with_one_digest_is_not_asked(harness: BotHarness):
    await harness.apply(CONFIGURATION + SECOND)
    one = await editor(harness)
    assert "«Morning brief»" in said(await one.says("newsdesk post"))


# ── the newest edition of one of them ──────────────────────────────────────────


async def test_the_newest_edition_of_a_digest_is_asked_for_by_its_name(ana: Editor):
    harness = ana.harness
    await harness.post()
    zenith = await harness.digest("Zenith")
    harness.publish("flood", FLOOD)
    await harness.publisher.post_now(zenith, "zenith")
    await harness.outbox.drain()
    newest = said(await ana.says("news latest"))
    assert "River floods" in newest
    morning = said(await ana.says("news latest", edition="morning"))
    assert "Torvale pool" in morning
    assert "River floods" not in morning


async def test_before_its_first_edition_a_reader_learns_when_that_comes(ana: Editor):
    for asked in ({}, {"edition": "Morning brief"}):
        reported = said(await ana.says("news latest", **asked))
        assert "The first one comes today 13:02: Morning brief." in reported


async def test_a_name_that_is_no_digest_lists_those_that_are(ana: Editor):
    reported = said(await ana.says("news latest", edition="yesterday"))
    assert "«yesterday» is neither a digest here" in reported
    assert "«Evening»" in reported


# ── a schedule after the digest's name ──────────────────────────────────────────


@pytest.mark.parametrize("name", ["Evening", "evening"])
async def test_the_digests_name_may_precede_the_schedule(ana: Editor, name: str):
    await ana.does("newsdesk schedule add", schedule=f"{name} daily at 18:00")
    assert (await ana.harness.digest("Evening")).schedules == (
        "daily at 18:00 Europe/Berlin",
    )


async def test_a_sentence_is_not_taken_apart_for_a_digest_that_is_called_like_it(ana):
    await ana.does("newsdesk digest edit", digest="Evening", name="Daily")
    form = await ana.is_asked("newsdesk schedule add", schedule="daily at 18:00")
    assert asked(form)["digest"][1]


# ── help for a group of commands ───────────────────────────────────────────────


@pytest.mark.parametrize("asked_for", ["filter", "/newsdesk filter"])
async def test_help_on_a_noun_lists_its_commands(ana: Editor, asked_for: str):
    reported = said(await ana.says("newsdesk help", command=asked_for))
    for verb in ("add", "list", "test", "remove"):
        assert f"/newsdesk filter {verb}" in reported


async def test_help_offers_what_is_near_and_nothing_far_fetched(ana: Editor):
    assert "/news quotes?" in said(await ana.says("news help", command="quots"))
    far = said(await ana.says("news help", command="nonsense"))
    assert "Did you mean" not in far
    assert "/news help lists them all" in far
