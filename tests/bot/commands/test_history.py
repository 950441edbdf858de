"""The history of changes and reverting them; isolated by workspace."""

import pytest

from bot.errors import SendRefused
from bot.model import Form, Reply
from bot.model.scope import Scope
from bot.storage import change_store
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, FLOOD, BotHarness

RIVAL = """
[[workspace]]
platform = "local"
id = "rival"

[[workspace.destination]]
name = "quetzal-channel"
channel = "c-rival"

[[workspace.digest]]
name = "Quetzal letter"
sources = ["https://quetzal.example/feed?token=quetzalquetzal"]
destinations = ["quetzal-channel"]
schedule = "daily at 9:00"
exclude = ["quetzal"]
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def test_history_shows_who_changed_what_and_when(ana: Editor):
    await ana.sets("stories", "7")
    await ana.also("Bo").sets("quiet_hours", "22:00-07:00")
    reported = said(await ana.says("newsdesk history"))
    assert "stories: 5 → 7" in reported
    assert "quiet hours: off → 22:00 to 07:00" in reported
    assert "Ana · today 13:00" in reported
    assert reported.index("Bo ·") < reported.index("Ana ·")


async def test_what_was_only_shown_is_not_history(ana: Editor):
    await ana.proposes("stories", "7")
    assert "No changes have been made" in said(await ana.says("newsdesk history"))


async def test_an_unconfirmed_change_expires_after_a_day(ana: Editor):
    left = await ana.proposes("stories", "7")
    ana.harness.clock.advance(days=2)
    await ana.proposes("stories", "8")
    assert "There is no such change" in said(await ana.presses(left, "Confirm"))


async def test_that_a_destination_was_stopped_is_nothing_to_go_back_to(ana: Editor):
    ana.harness.platform.script(SendRefused("The channel was deleted."))
    await ana.harness.post()
    saved = await ana.confirms(await ana.sees("#morning:resume"))
    answer = await ana.presses(saved, "Take this back")
    assert "Nothing would change" in said(answer)


async def test_what_is_kept_of_a_change_are_its_entries_before_and_after(ana: Editor):
    await ana.sets("stories", "7")
    (kept,) = await ana.harness.db.read(
        change_store.list_newest_changes, Scope(ana.place.workspace.id), count=9
    )
    (step,) = kept.steps
    assert (step["before"]["stories"], step["after"]["stories"]) == (5, 7)
    assert step["before"]["schedule"] == ["every 2 minutes Europe/Berlin"]
    assert (kept.person_id, kept.person_name) == ("ana", "Ana")


async def test_a_revert_is_in_the_history_too(ana: Editor):
    saved = await ana.sets("stories", "7")
    shown = await ana.presses(saved, "Take this back")
    assert "stories: 7 → 5" in said(shown)
    await ana.presses(shown, "Confirm")
    assert (await ana.harness.digest()).options.stories == 5
    assert "reverts c-" in said(await ana.says("newsdesk history"))


async def test_a_revert_can_be_reverted(ana: Editor):
    saved = await ana.sets("stories", "7")
    back = await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    await ana.presses(await ana.presses(back, "Take this back"), "Confirm")
    assert (await ana.harness.digest()).options.stories == 7


async def test_a_deleted_digest_comes_back_as_itself(ana: Editor):
    await ana.harness.post()
    before = await ana.harness.digest()
    gone = await ana.confirms(await ana.sees("{Morning brief}:delete"))
    await ana.presses(await ana.presses(gone, "Take this back"), "Confirm")
    after = await ana.harness.digest()
    assert after.id == before.id
    assert after.schedules == before.schedules
    assert after.next_due is not None
    # Its readers only get what is new.
    ana.harness.publish("flood", FLOOD)
    outcome = await ana.harness.post("again")
    assert outcome.stored_edition is not None
    assert len(outcome.stored_edition.edition.stories) == 1


async def test_a_folder_does_not_come_back_into_a_digest_that_a_file_took_it_from(
    ana: Editor,
):
    saved = await ana.sets("stories", "7")
    elsewhere = CONFIGURATION.replace('"articles"', '"https://a.example/feed"')
    await ana.harness.apply(elsewhere)
    form = await ana.asks("newsdesk history", revert=_id(saved))
    assert "only by the configuration file" in said(form)


async def test_what_came_later_is_shown_before_it_is_undone_too(ana: Editor):
    saved = await ana.sets("stories", "7")
    await ana.sets("language", "de")
    shown = await ana.presses(saved, "Take this back")
    assert "language: German → English" in said(shown)


async def test_a_change_of_a_removed_object_cannot_be_reverted(ana: Editor):
    saved = await ana.sets("stories", "7")
    await ana.confirms(await ana.sees("{Morning brief}:delete"))
    answer = await ana.presses(saved, "Take this back")
    assert answer.problem
    assert "no longer exists" in said(answer)


async def test_reverting_a_removed_destination_restores_its_digests(ana: Editor):
    saved = await ana.confirms(await ana.sees("#morning:remove"))
    await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    assert [d.name for d in (await ana.harness.digest()).destinations] == ["morning"]


async def test_a_destination_in_use_is_not_reverted(ana: Editor):
    there = ana.at("c-evening")
    saved = await there.confirms(await there.sees("here", name="evening"))
    await ana.sets("destinations", "evening")
    answer = await ana.presses(saved, "Take this back")
    assert "«Morning brief» posts to «evening»" in said(answer)


async def test_a_truncated_list_explains_how_to_see_the_rest(ana: Editor):
    for n in range(5):
        await ana.sets("exclude", f"add word{n}")
    assert "There are older ones: /newsdesk history 16" in said(
        await ana.says("newsdesk history")
    )
    assert "older" not in said(await ana.says("newsdesk history", n="5"))


@pytest.mark.parametrize("n", ["0", "21", "x", "-3", "9" * 30])
async def test_a_number_out_of_range_gets_a_sentence(ana: Editor, n: str):
    assert "from 1 to 20" in said(await ana.says("newsdesk history", n=n))


# ── other workspaces ───────────────────────────────────────────────────────────


@pytest.fixture
async def bo(ana: Editor) -> Editor:
    """An editor of another workspace."""
    await ana.harness.apply(RIVAL)
    return await editor(ana.harness, "rival")


async def test_no_command_shows_anything_of_another_workspace(ana, bo):
    await bo.sets("exclude", "add quetzal two", target="Quetzal letter")
    mine = {"Ana", "Morning brief"}
    answers = []
    for command in ana.harness.inbox.commands:
        for word in ("Quetzal letter", "quetzal", "1", "https://x.invalid/quetz"):
            args = {
                o.name: o.choices[0] if o.choices else word for o in command.options
            }
            answers.append(said(await ana.asks(command.path, **args)))
        for option in command.options:
            asked = await ana.harness.asks(command.path, True, None, {})
            answers.append(
                repr(await ana.harness.inbox.complete(asked, option.name, ""))
            )
    reported = "\n".join(answers)
    assert mine <= {name for name in mine if name in reported} | {"Ana"}
    # Typed input is quoted; data of the other workspace is not shown.
    for canary in ("quetzal-channel", "c-rival", "quetzal.example", "quetzal two"):
        assert canary not in reported


async def test_another_workspaces_change_is_no_change_here(ana: Editor, bo: Editor):
    saved = await bo.sets("stories", "7", target="Quetzal letter")
    theirs = _id(saved)
    for args in ({"revert": theirs}, {"confirm": theirs}):
        answer = await ana.says("newsdesk history", **args)
        assert "There is no such change here" in said(answer)


async def test_another_workspaces_button_opens_nothing(ana: Editor, bo: Editor):
    from bot.errors import UserError

    shown = await bo.proposes("stories", "7", target="Quetzal letter")
    with pytest.raises(UserError, match="does not belong here"):
        await ana.presses(shown, "Confirm")


async def test_a_destination_is_only_the_channel_of_the_command(ana, bo):
    answer = await ana.asks(
        "newsdesk set",
        target="Morning brief",
        setting="destinations",
        value="quetzal-channel",
    )
    assert isinstance(answer, Form)
    assert "There are: «morning»" in said(answer)


# ── hostile text ───────────────────────────────────────────────────────────────

HOSTILE = (
    "<script>alert(1)</script>",
    "@everyone <@&1> <!channel>",
    "[a](https://evil.example)",
    "'; DROP TABLE digests; --",
    "{{ 7*7 }} ${7*7}",
    "🦊" * 20,
    "עברית العربية",
    "%s%n \\ \x00",
    "\u202egnp.exe",
    "x" * 6000,
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_odd_words_are_taken_as_words_or_refused_with_a_sentence(ana, words):
    for setting in ("name", "schedule", "quiet_hours", "sources", "source_names"):
        answer = await ana.asks(
            "newsdesk set", target="Morning brief", setting=setting, value=words
        )
        assert "went wrong on our side" not in said(answer), (setting, words)
    for path, option in (
        ("newsdesk set", "target"),
        ("newsdesk home", "page"),
        ("newsdesk history", "revert"),
        ("newsdesk help", "command"),
        ("newsdesk setup", "name"),
        ("newsdesk setup", "sources"),
        ("newsdesk setup", "schedule"),
    ):
        answer = await ana.asks(path, **{option: words})
        reported = said(answer)
        assert "went wrong on our side" not in reported, (path, words)
        assert len(reported) < 8_000
    for page, field in (
        ("{Morning brief}:copy", "name"),
        ("{Morning brief}:test", "sources"),
    ):
        answer = await ana.visits(page, **{field: words})
        assert "went wrong on our side" not in said(answer), (page, words)


@pytest.mark.parametrize("words", HOSTILE[:7])
async def test_odd_filters_are_kept_as_they_were_written(ana: Editor, words: str):
    await ana.sets("exclude", f"add {words}")
    assert (await ana.harness.digest()).options.exclude == (words,)


def _id(saved: Reply) -> str:
    """The id of the change that an answer's button reverts."""
    (control,) = [c.id for c in saved.controls if ":revert:" in c.id]
    return control.split(":")[2]
