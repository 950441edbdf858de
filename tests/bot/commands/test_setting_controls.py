"""Controls and forms of settings: what they show, and what they refuse."""

from dataclasses import replace

import pytest

from bot.model import Form, Permission, Reply
from bot.storage import destination_store, workspace_store
from tests.bot.commands.editors import ANA, Editor, editor, said
from tests.bot.harness import CONFIGURATION, BotHarness

SECRET = "hunter2hunter2"
SECOND = f"""
[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml", "https://b.example/f?token={SECRET}"]
exclude = ["rumour", "gossip"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    await harness.apply(CONFIGURATION + SECOND)
    return await editor(harness)


async def opens(ana: Editor, setting: str, digest: str = "Evening") -> Reply | Form:
    """Press the control of a digest's setting."""
    found = await ana.harness.digest(digest)
    return await ana.chooses(f"v1:set:d{found.id}:{setting}")


async def asked(ana: Editor, setting: str, digest: str = "Evening") -> Form:
    form = await opens(ana, setting, digest)
    assert isinstance(form, Form), said(form)
    return form


# ── forms ──────────────────────────────────────────────────────────────────────


async def test_a_form_names_its_target_and_setting_and_says_how_it_is_written(ana):
    form = await asked(ana, "max_age")
    assert form.title == "Evening: Maximum age"
    (field,) = form.fields
    assert field.value == "none"
    assert "1 to 168" in field.description


async def test_a_short_list_has_a_line_for_each_value(ana):
    form = await asked(ana, "exclude")
    (field,) = form.fields
    assert (field.value, field.lines) == ("rumour\ngossip", True)
    shown = await ana.answers(form, value="rumour\nferry, late")
    assert "leave out: + ferry, late" in said(shown)
    assert "leave out: − gossip" in said(shown)


async def test_a_short_list_is_emptied_by_an_empty_answer(ana):
    form = await asked(ana, "exclude")
    shown = await ana.answers(form, value="")
    assert "leave out: − rumour, gossip" in said(shown)


async def test_a_long_list_is_added_to_and_removed_from(ana):
    many = ", ".join(f'"word{n}"' for n in range(20))
    await ana.harness.apply(CONFIGURATION + f"exclude = [{many}]\n")
    form = await asked(ana, "exclude", "Morning brief")
    add, remove = form.fields
    assert (add.name, add.lines, add.value) == ("add", True, "")
    assert len(remove.choices) == 20
    shown = await ana.answers(form, add="ferry\nlate bus", remove="word7")
    assert "leave out: + ferry, late bus" in said(shown)
    assert "leave out: − word7" in said(shown)


async def test_sources_are_chosen_by_name_and_never_shown_with_their_secret(ana):
    form = await asked(ana, "sources")
    assert SECRET not in said(form)
    remove = next(f for f in form.fields if f.name == "remove")
    assert remove.choices == (
        "https://news.example/feed.xml",
        "https://b.example/f?token=…",
    )
    shown = await ana.answers(form, remove="https://b.example/f?token=…")
    assert "sources: − https://b.example/f?token=…" in said(shown)
    assert SECRET not in said(shown)


async def test_a_change_of_sources_keeps_the_secret_of_the_others(ana):
    shown = await ana.answers(
        await asked(ana, "sources"), remove="https://news.example/feed.xml"
    )
    await ana.presses(shown, "Confirm")
    (kept,) = (await ana.harness.digest("Evening")).sources
    assert SECRET in kept.address


async def test_a_mistake_is_shown_at_the_field_that_has_it(ana):
    form = await asked(ana, "sources")
    again = await ana.is_asked_again(form, add="https://")
    assert [f.name for f in again.fields if f.error] == ["add"]


async def test_a_switch_is_proposed_the_other_way_at_once(ana):
    shown = await opens(ana, "figures")
    assert "figures: yes → no" in said(shown)
    await ana.presses(shown, "Confirm")
    assert "figures: no → yes" in said(await opens(ana, "figures"))


async def test_the_form_of_a_switch_offers_both_values_and_takes_either(ana):
    form = await ana.is_asked("newsdesk set", target="Evening", setting="figures")
    (field,) = form.fields
    assert (field.value, field.choices) == ("yes", ("yes", "no"))
    assert "figures: yes → no" in said(await ana.answers(form, value="no"))
    assert "Nothing would change" in said(await ana.answers(form, value="yes"))


async def test_too_many_sources_at_once_are_refused_at_their_field(ana):
    form = await asked(ana, "sources")
    many = "\n".join(f"https://s{n}.example/feed" for n in range(21))
    again = await ana.is_asked_again(form, add=many)
    assert [f.error for f in again.fields if f.error] == [
        "That is too many at once; at most 20."
    ]


async def test_a_resumed_digest_is_not_paused_until_a_day_either(ana):
    await ana.sets("paused_until", "Friday", target="Evening")
    await ana.sets("paused", "yes", target="Evening")
    digest = await ana.harness.digest("Evening")
    assert (digest.paused, digest.paused_until) == (True, None)


async def test_a_channel_moves_to_where_its_form_is_submitted(ana):
    place = (await ana.harness.digest()).destinations[0]
    there = ana.at("c-square")
    form = await there.chooses(f"v1:set:p{place.id}:channel")
    assert isinstance(form, Form)
    await there.presses(await there.answers(form, value="here"), "Confirm")
    assert (await ana.harness.digest()).destinations[0].channel == "c-square"


@pytest.mark.parametrize("named", ["c-secret", "#secret", "<#c-secret>"])
async def test_no_channel_can_be_named_that_one_is_not_in(ana, named: str):
    why = await ana.fails_to_set("channel", named, target="#morning")
    assert "write «here»" in why


# ── what is gone, not theirs, or not a setting ─────────────────────────────────


async def test_the_control_of_a_deleted_digest_says_so(ana):
    digest = await ana.harness.digest("Evening")
    form = await asked(ana, "stories")
    bo = ana.also("Bo")
    await bo.confirms(await bo.sees("{Evening}:delete"))
    for answer in (
        await ana.answers(form, value="7"),
        await ana.chooses(f"v1:set:d{digest.id}:figures"),
    ):
        assert "was deleted in the meantime" in said(answer)


async def test_a_form_opened_before_another_change_is_shown_against_the_newer(ana):
    form = await asked(ana, "stories")
    await ana.also("Bo").sets("stories", "9", target="Evening")
    assert "stories: 9 → 7" in said(await ana.answers(form, value="7"))


async def test_a_target_of_another_workspace_is_none_here(ana):
    await ana.harness.apply(CONFIGURATION.replace('"newsroom"', '"rival"'))
    rival = await ana.harness.place("rival")
    (theirs,) = await ana.harness.db.read(
        destination_store.list_destinations, rival.workspace.scope
    )
    known = await ana.harness.archive.all_digests("rival")
    for key in (f"p{theirs.id}", f"d{known[0].id}", "d999", "x", "p", ""):
        answer = await ana.chooses(f"v1:set:{key}:name")
        assert isinstance(answer, Reply)
        assert "no longer exists" in said(answer), key


@pytest.mark.parametrize("setting", ["platform", "id", "digest", "version", "", "__x"])
async def test_what_is_no_setting_in_chat_cannot_be_pressed(ana, setting: str):
    answer = await ana.chooses(f"v1:set:w:{setting}")
    assert "There is no such setting" in said(answer)


# ── rights ─────────────────────────────────────────────────────────────────────


@pytest.fixture
async def ben(ana: Editor) -> Editor:
    """An editor by grant."""
    await ana.does("newsdesk access grant", who="<@ben>")
    person = replace(ANA, id="ben", permission=Permission.EVERYONE)
    return replace(ana, person=person)


async def test_readers_set_nothing(ana: Editor):
    reader = replace(ana, person=replace(ANA, permission=Permission.EVERYONE))
    typed = await reader.proposes("stories", "7")
    pressed = await opens(reader, "figures")
    assert "Only editors" in said(typed)
    assert "Only editors" in said(pressed)


async def test_an_editor_by_grant_sets_a_digest_and_the_zone(ben: Editor):
    await ben.sets("stories", "7")
    await ben.sets("zone", "Europe/Lisbon", target="workspace")


async def test_an_editor_by_grant_chooses_no_editors(ben: Editor):
    answer = await ben.proposes("editors", "add <@mallory>", target="workspace")
    assert "choose its editors" in said(answer)


async def test_editors_are_added_and_removed_in_one_list(ana: Editor):
    await ana.sets("editors", "<@ben>, role 4711", target="workspace")
    shown = await ana.proposes("editors", "role 4711", target="workspace")
    assert "No longer an editor: person ben" in said(shown)
    await ana.presses(shown, "Confirm")
    grants = await ana.harness.db.read(
        workspace_store.list_grants, ana.place.workspace.scope
    )
    assert [grant.external_id for grant in grants] == ["4711"]


async def test_an_editor_who_is_none_cannot_be_removed(ana: Editor):
    await ana.sets("editors", "add <@ben>", target="workspace")
    why = await ana.fails_to_set("editors", "remove <@carl>", target="workspace")
    assert "There are: «person ben»" in why
