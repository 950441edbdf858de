"""The control panel: what is wrong comes first, and every page leads on and back."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from bot.model import DestinationProblem, ListItem, Permission, Reply
from bot.storage import destination_store, schema
from digests.messages import Message
from tests.bot.commands.editors import Editor, controls, editor, newcomer, said
from tests.bot.harness import CONFIGURATION, BotHarness

SECOND = """
[[workspace.destination]]
name = "evening"
channel = "c-evening"

[[workspace.digest]]
name = "Evening"
sources = ["https://news.example/feed.xml", "https://b.example/f"]
destinations = ["evening"]
schedule = "daily at 18:00 Europe/Berlin"
"""


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


@pytest.fixture
async def of_two(harness: BotHarness) -> Editor:
    """Ana, where two digests are posted to two channels."""
    await harness.apply(CONFIGURATION + SECOND)
    return await editor(harness)


def labels(reply: Reply) -> list[str]:
    return [label for _, label in controls(reply)]


def choices(reply: Reply, menu: str) -> list[str]:
    """The choices of the menu with this label."""
    (found,) = [one for one in reply.menus if one.label.endswith(menu)]
    return [option.label for option in found.options]


# ── the overview ───────────────────────────────────────────────────────────────


async def test_each_digest_is_shown_with_its_next_moment_and_its_last_outcome(of_two):
    await of_two.harness.post()
    shown = await of_two.says("newsdesk home")
    lines = {b.title: b for b in shown.blocks if isinstance(b, ListItem)}
    assert set(lines) == {"Evening", "Morning brief"}
    assert lines["Evening"].text == "Next: today 18:00 → #evening"
    assert lines["Morning brief"].note == "Last: today 13:00: posted"
    assert {"Open Evening", "Open Morning brief"} <= set(labels(shown))


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("held", "1 message is held"),
        ("failed", "1 message was not posted"),
        ("retry", "being posted"),
        ("uncertain", "being posted"),
    ],
)
async def test_the_last_outcome_says_whether_the_edition_arrived(
    of_two, state: str, outcome: str
):
    await of_two.harness.post()
    await of_two.harness.db.write(
        Connection.execute,
        update(schema.deliveries)
        .where(schema.deliveries.c.part == 1)
        .values(state=state),
    )
    shown = await of_two.says("newsdesk home")
    lines = {b.title: b for b in shown.blocks if isinstance(b, ListItem)}
    assert lines["Morning brief"].note == f"Last: today 13:00: {outcome}"


async def test_an_edition_that_was_taken_back_is_the_last_outcome_too(of_two):
    await of_two.harness.post()
    asked = await of_two.says("newsdesk undo", digest="Morning brief")
    await of_two.presses(asked, asked.controls[0].label)
    shown = await of_two.says("newsdesk home")
    lines = {b.title: b for b in shown.blocks if isinstance(b, ListItem)}
    assert lines["Morning brief"].note == "Last: today 13:00: taken back"


async def test_where_there_is_one_digest_its_menus_stand_on_the_overview(ana):
    shown = await ana.says("newsdesk home")
    assert [menu.label for menu in shown.menus] == [
        "What it contains",
        "When it is posted",
        "Where it is posted",
        "How it looks",
    ]


async def test_so_do_those_of_the_only_digest_of_a_channel_with_its_name(of_two):
    shown = await of_two.says("newsdesk home")
    assert {menu.label.split(" · ")[0] for menu in shown.menus} == {"Morning brief"}


async def test_where_nothing_is_set_up_it_leads_to_the_first_digest(empty_harness):
    shown = await newcomer(empty_harness).says("newsdesk home")
    assert "No digest is set up here yet" in said(shown)
    assert "New digest" in labels(shown)


async def test_of_many_digests_one_is_chosen_from_menus_of_25(harness: BotHarness):
    many = "".join(
        f'\n[[workspace.digest]]\nname = "Ward {n:03}"\nsources = ["articles"]\n'
        for n in range(1, 140)
    )
    await harness.apply(CONFIGURATION + many)
    ana = await editor(harness)
    shown = await ana.says("newsdesk home")
    assert max(len(menu.options) for menu in shown.menus) <= 25
    listed = await ana.presses(shown, "All digests")
    assert "Page 1 of 2" in said(listed)
    last = await ana.presses(listed, "Next page")
    page = await ana.presses(last, "Ward 139")
    assert page.title == "Ward 139"


async def test_pages_take_the_place_of_the_one_that_led_to_them(of_two):
    overview = await of_two.says("newsdesk home")
    page = await of_two.presses(overview, "Open Evening")
    assert (overview.in_place, page.in_place) == (True, True)
    back = await of_two.presses(page, "Back")
    assert back.title == overview.title


# ── a digest ───────────────────────────────────────────────────────────────────


async def test_the_page_of_a_digest_shows_its_settings_with_their_values(ana):
    page = await ana.presses(await ana.says("newsdesk home"), "Open Morning brief")
    assert {"Stories", "Figures", "Sections"} <= set(choices(page, "How it looks"))
    assert {"Schedule", "Quiet hours"} <= set(choices(page, "When it is posted"))
    assert "#morning" in choices(page, "Where it is posted")


async def test_a_digest_is_paused_and_resumed_by_its_buttons(ana):
    page = await ana.presses(await ana.says("newsdesk home"), "Open Morning brief")
    saved = await ana.presses(await ana.presses(page, "Pause"), "Confirm")
    assert (await ana.harness.digest()).paused
    page = await ana.presses(saved, "Back")
    assert "paused until somebody resumes it" in said(page)
    await ana.presses(await ana.presses(page, "Resume"), "Confirm")
    assert not (await ana.harness.digest()).paused


async def test_resume_ends_a_pause_until_a_day_too(ana):
    await ana.sets("paused_until", "Friday")
    page = await ana.presses(await ana.says("newsdesk home"), "Open Morning brief")
    await ana.presses(await ana.presses(page, "Resume"), "Confirm")
    digest = await ana.harness.digest()
    assert (digest.paused, digest.paused_until) == (False, None)


async def test_a_page_whose_digest_was_deleted_answers_with_a_sentence(of_two):
    overview = await of_two.says("newsdesk home")
    page = await of_two.presses(overview, "Open Evening")
    deleted = await of_two.presses(await of_two.presses(page, "Delete"), "Confirm")
    assert (await of_two.presses(deleted, "Back")).title == overview.title
    for where, label in (
        (overview, "Open Evening"),
        (page, "All sources"),
        (page, "Copy"),
    ):
        late = await of_two.presses(where, label)
        assert late.problem
        assert "This digest no longer exists." in said(late)
        assert (await of_two.presses(late, "Back")).title == overview.title


@pytest.mark.parametrize(
    "page",
    ["d999", "d1x", "p9", "x", "d1:nothing", "d1:source:9", "report:r"],
)
async def test_a_page_that_does_not_exist_answers_with_a_sentence(ana, page):
    answer = await ana.says("newsdesk home", page=page)
    assert answer.problem
    assert labels(answer) == ["Back"]


async def test_pages_of_another_workspace_do_not_open(harness: BotHarness):
    rival = CONFIGURATION.replace('"newsroom"', '"rival"').replace("Morning", "Their")
    await harness.apply(rival)
    theirs = await editor(harness, "rival")
    page = await theirs.presses(await theirs.says("newsdesk home"), "Open Their brief")
    ana = await editor(harness)
    for label in ("All sources", "Copy", "Pause", "Add a source", "Stories"):
        assert "no longer exists" in said(await ana.presses(page, label)), label


async def test_a_copy_starts_without_schedules_under_its_own_name(of_two):
    page = await of_two.presses(await of_two.says("newsdesk home"), "Open Evening")
    form = await of_two.opens(page, "Copy")
    assert not isinstance(form, Reply)
    assert "already" in said(await of_two.answers(form, name="Morning brief"))
    shown = await of_two.answers(form, name="Late")
    assert isinstance(shown, Reply)
    saved = await of_two.presses(shown, "Confirm")
    assert (await of_two.harness.digest("Late")).schedules == ()
    assert (await of_two.presses(saved, "Back")).title == "Late"


# ── sources ────────────────────────────────────────────────────────────────────


async def test_a_source_is_opened_from_the_list_and_removed(of_two):
    page = await of_two.presses(await of_two.says("newsdesk home"), "Open Evening")
    listed = await of_two.presses(page, "All sources")
    source = await of_two.presses(listed, "https://b.example/f")
    shown = await of_two.presses(source, "Remove")
    await of_two.presses(shown, "Confirm")
    assert len((await of_two.harness.digest("Evening")).sources) == 1
    assert "does not read this any more" in said(await of_two.presses(source, "Move"))


# ── problems ───────────────────────────────────────────────────────────────────


async def test_a_channel_that_refuses_messages_comes_first(ana):
    await stopped(ana)
    shown = await ana.says("newsdesk home")
    assert isinstance(first := shown.blocks[0], ListItem)
    assert first.title == "✗ #morning"
    assert "may not write" in first.text


async def stopped(ana: Editor) -> None:
    await ana.harness.db.write(
        destination_store.pause_destination,
        ana.place.workspace.scope,
        destination_id=(await ana.harness.digest()).destinations[0].id,
        reason=Message("The bot may not write there."),
    )


async def test_a_stopped_channel_works_again_after_two_presses(ana):
    await stopped(ana)
    shown = await ana.presses(await ana.says("newsdesk home"), "Post there again")
    assert "works again" in said(await ana.presses(shown, "Confirm"))
    assert (await ana.harness.digest()).destinations[0].paused is None


async def test_while_the_permission_is_missing_the_button_says_which(ana, monkeypatch):
    async def inspect(*_: object) -> list[DestinationProblem]:
        text, fix = Message("the bot lacks «Send Messages»"), Message("give it that")
        return [DestinationProblem(text=text, fix=fix, stops=True)]

    monkeypatch.setattr(ana.harness.platform, "inspect", inspect, raising=False)
    await stopped(ana)
    shown = await ana.presses(await ana.says("newsdesk home"), "Post there again")
    assert "the bot lacks «Send Messages»" in said(shown)
    assert "give it that" in said(shown)
    assert labels(shown) == ["Check again", "Back"]
    assert (await ana.harness.digest()).destinations[0].paused is not None


async def test_a_source_that_is_gone_leads_to_its_page(of_two):
    await of_two.harness.db.write(end_source, "https://b.example/f")
    shown = await of_two.says("newsdesk home")
    assert isinstance(first := shown.blocks[0], ListItem)
    assert "no longer exists and is not read any more" in first.text
    page = await of_two.presses(shown, "Open the source")
    assert "Remove" in labels(page)


def end_source(conn: Connection, address: str) -> None:
    known = schema.sources.c
    ended = update(schema.sources).where(known.address == address)
    conn.execute(ended.values(stopped=True, failures=1))


async def test_of_many_problems_a_few_stand_first_and_a_page_has_more(ana):
    for n in range(6):
        ben = replace(ana.person, id=f"ben{n}", permission=Permission.EVERYONE)
        await ana.harness.post(f"edition {n}")
        reader = replace(ana, person=ben)
        await reader.says("news report", story="bridge", text=f"It was {n} days ago.")
    shown = await ana.says("newsdesk home")
    assert said(shown).count("A reader reports") == 4
    every = await ana.presses(shown, "All problems")
    assert said(every).count("A reader reports") == 6


async def test_a_reader_does_not_see_the_panel(ana):
    ben = replace(ana.person, id="ben", permission=Permission.EVERYONE)
    shown = await replace(ana, person=ben).says("newsdesk home")
    assert shown.problem
    assert "Only editors" in said(shown)
    assert "Morning brief" not in said(shown)
