"""With several digests to choose from, the bot asks which and keeps the input."""

import pytest

from bot.model import Form, Reply
from tests.bot.commands.editors import Editor, editor, errors, said
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
    form = await ana.is_asked("newsdesk post", topic="bridge")
    assert asked(form)["topic"][0] == "bridge"


async def test_the_chosen_digest_is_the_one_that_is_meant(ana):
    form = await ana.is_asked("newsdesk preview", day="today")
    answer = await ana.answers(form, digest="Evening")
    assert isinstance(answer, Reply)
    assert "Preview of Evening" in said(answer)


async def test_a_beginning_that_fits_several_offers_these_only(ana):
    await ana.sets("name", "Zen garden", target="Evening")
    form = await ana.is_asked("newsdesk preview", digest="zen")
    assert asked(form)["digest"] == ("", ("Zenith", "Zen garden"))


async def test_a_setting_is_set_for_the_target_that_is_named(ana):
    await ana.sets("exclude", "add rumour", target="Evening")
    assert (await ana.harness.digest("Evening")).options.exclude == ("rumour",)
    assert (await ana.harness.digest()).options.exclude == ()


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("Noon", "«Morning brief», «Evening», «Zenith», «#morning», «workspace»"),
        ("#noon", "There are: «morning»"),
        ("<#404>", "is not a destination yet"),
    ],
)
async def test_a_target_that_there_is_not_is_reported_at_its_question(ana, target, why):
    form = await ana.is_asked("newsdesk set", target=target, setting="stories")
    reported = errors(form)["target"]
    assert set(why.split(", ")) <= set(reported.split(", ")) or why in reported


async def test_the_beginning_of_several_names_is_reported_with_them(ana):
    await ana.sets("name", "Zen garden", target="Evening")
    form = await ana.is_asked("newsdesk set", target="zen", setting="stories")
    assert "«Zen garden», «Zenith»" in errors(form)["target"]


@pytest.mark.parametrize(
    ("target", "setting", "why"),
    [
        ("Evening", "storys", "perhaps «stories»?"),
        ("Evening", "weather", "There are: name, sources"),
        ("Evening", "zone", "/newsdesk set workspace zone …"),
        ("workspace", "stories", '/newsdesk set "Morning brief" stories …'),
        ("#morning", "thread count", "perhaps «thread»?"),
    ],
)
async def test_a_setting_that_there_is_not_is_reported_with_what_there_is(
    ana, target, setting, why
):
    form = await ana.is_asked("newsdesk set", target=target, setting=setting)
    assert why in errors(form)["setting"]


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


# ── a target's name without quotation marks ─────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        ("Morning", "brief", "quiet hours 22:00-7:00"),
        ("morning", "brief", "quiet_hours 22:00-7:00"),
        ("Morning brief", "quiet", "hours 22:00-7:00"),
        ("Morning", "quiet hours", "22:00-7:00"),
    ],
)
async def test_names_of_several_words_are_understood_as_they_were_split(ana, words):
    target, setting, value = words
    shown = await ana.says("newsdesk set", target=target, setting=setting, value=value)
    assert "quiet hours: off → 22:00 to 07:00" in said(shown)


async def test_a_setting_that_is_also_a_word_of_a_name_is_still_the_setting(ana):
    shown = await ana.proposes("brief", "3", target="Morning")
    assert "also in brief: 6 → 3" in said(shown)


# ── help for a group of commands ───────────────────────────────────────────────


@pytest.mark.parametrize("asked_for", ["access", "/newsdesk access"])
async def test_help_on_a_noun_lists_its_commands(ana: Editor, asked_for: str):
    reported = said(await ana.says("newsdesk help", command=asked_for))
    for verb in ("grant", "revoke", "list"):
        assert f"/newsdesk access {verb}" in reported


async def test_help_offers_what_is_near_and_nothing_far_fetched(ana: Editor):
    assert "/news quotes?" in said(await ana.says("news help", command="quots"))
    far = said(await ana.says("news help", command="nonsense"))
    assert "Did you mean" not in far
    assert "/news help lists them all" in far
