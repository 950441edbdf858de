"""Review before posting: what editors see, and what is posted when."""

from datetime import UTC, datetime

import pytest

from bot.errors import MessageGone, UserError
from bot.i18n.translation import Texts
from bot.model.drafts import Draft
from bot.operations import backup
from bot.publishing import draft_acts
from bot.publishing.drafts import describe_state
from bot.storage import draft_store, ledger_store
from tests.bot.commands.editors import said
from tests.bot.harness import BRIDGE, FLOOD, POOL, BotHarness
from tests.bot.publishing.reviews import (
    BRIDGE_HEADLINE,
    DEADLINE,
    POOL_HEADLINE,
    REVIEWED,
    Newsroom,
)
from tests.bot.publishing.test_planning import at

TWO_QUOTES = BRIDGE.replace(
    "She added: “Nobody was in danger at any time.”",
    "“The city will replace the whole girder before the winter,” she said.\n\n"
    "“The ferry will run every ten minutes until then,” said mayor Jonas Reed.",
)
NEWER_BRIDGE = """---
title: Harbour bridge stays closed for a month after crack
source: Hallin Courier
published: 2026-11-25T06:40:00+00:00
lang: en
---
The harbour bridge at Hallin stays closed for a month after a crack was found.

“The girder has to be replaced,” said engineer Ada Brandt on Wednesday.

About 31,000 vehicles cross the bridge every day.
"""


@pytest.fixture
async def room(empty_harness: BotHarness) -> Newsroom:
    """A newsroom whose editions wait for approval, with two articles."""
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(REVIEWED)
    return Newsroom(empty_harness)


@pytest.fixture
async def punctual(room: Newsroom) -> Newsroom:
    """The same with editions that are posted at their time in any case."""
    await room.harness.apply(DEADLINE)
    return room


async def ledger(room: Newsroom) -> frozenset[str]:
    digest = await room.harness.digest()
    found = await room.harness.db.read(
        ledger_store.get_ledger, digest.scope, digest_id=digest.id
    )
    return found.stories


# ── its moments ─────────────────────────────────────────────────────────────────


async def test_a_draft_is_shown_to_editors_before_its_time_and_to_nobody_else(room):
    await room.goes_by("11-25T06:29")
    assert room.in_channel("c-desk") == []
    await room.goes_by("11-25T06:30")
    assert room.drafted == [BRIDGE_HEADLINE, POOL_HEADLINE]
    assert "It waits for approval. Its time: today 08:00" in room.words
    assert room.posted == []
    assert await room.states() == [("11-25 07:00", "draft")]


async def test_a_draft_is_nothing_that_was_published(room):
    await room.goes_by("11-25T06:30")
    assert await ledger(room) == frozenset()
    assert (await (await room.editor()).says("news latest")).blocks[0] is not None
    digest = await room.harness.digest()
    assert digest.next_due == at("11-25T07:00")


async def test_at_the_deadline_what_there_is_is_posted(punctual):
    await punctual.goes_by("11-25T06:30", "11-25T06:59")
    assert punctual.posted == []
    await punctual.goes_by("11-25T07:00")
    assert punctual.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]
    assert await punctual.states() == [("11-25 07:00", "composed")]
    assert "Posted at its time; nobody had approved it." in punctual.words


async def test_the_changes_so_far_are_posted_at_the_deadline(punctual):
    await punctual.goes_by("11-25T06:30")
    await punctual.types("drop 1")
    await punctual.goes_by("11-25T07:00")
    assert punctual.posted == [POOL_HEADLINE]


async def test_without_approval_it_waits_and_reminds_once(room):
    await room.goes_by("11-25T06:30", "11-25T07:00")
    assert room.posted == []
    reminded = room.in_channel("c-desk")
    assert len(reminded) == 2
    await room.goes_by("11-25T07:05", "11-25T07:30", "11-25T09:00")
    assert len(room.in_channel("c-desk")) == 2
    assert room.posted == []
    assert await room.states() == [("11-25 07:00", "draft")]


async def test_what_is_approved_in_time_is_posted_at_its_time(room):
    await room.goes_by("11-25T06:30")
    await room.types("approve")
    await room.goes_by("11-25T06:50")
    assert room.posted == []
    assert "Approved by Ana. It is posted: today 08:00" in room.words
    await room.goes_by("11-25T07:00")
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]
    assert "Posted as Ana approved it." in room.words


async def test_what_is_approved_later_is_posted_at_once(room):
    await room.goes_by("11-25T06:30", "11-25T07:00", "11-25T07:40")
    await room.types("approve")
    await room.harness.wake()
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]
    # Its reminder is gone.
    assert len(room.in_channel("c-desk")) == 1


async def test_a_change_after_the_approval_needs_another_one(room):
    await room.goes_by("11-25T06:30")
    await room.types("approve")
    await room.types("drop 1")
    await room.goes_by("11-25T07:00")
    assert room.posted == []
    await room.types("approve")
    await room.harness.wake()
    assert room.posted == [POOL_HEADLINE]


async def test_an_edition_can_be_held_beyond_its_deadline_and_let_go_again(punctual):
    await punctual.goes_by("11-25T06:30")
    await punctual.types("hold")
    await punctual.goes_by("11-25T07:00")
    assert punctual.posted == []
    await punctual.types("release")
    await punctual.harness.wake()
    assert punctual.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_a_dropped_draft_is_never_posted(room):
    await room.goes_by("11-25T06:30")
    await room.types("cancel")
    await room.goes_by("11-25T07:00", "11-25T08:00")
    assert room.posted == []
    assert "Dropped by Ana." in room.words
    assert await room.states() == [("11-25 07:00", "skipped")]


async def test_the_ledger_holds_only_what_was_posted(room):
    await room.goes_by("11-25T06:30")
    draft = await room.draft()
    dropped, kept = [story.id for story in draft.content.numbered]
    await room.types("drop 1")
    await room.types("approve")
    await room.goes_by("11-25T07:00")
    assert await ledger(room) == {kept}
    assert dropped not in await ledger(room)


async def test_a_newer_draft_takes_the_place_of_one_that_nobody_approved(room):
    await room.goes_by("11-25T06:30", "11-25T07:00")
    room.harness.publish("flood", FLOOD)
    await room.goes_by("11-26T06:30")
    assert await room.states() == [
        ("11-25 07:00", "skipped"),
        ("11-26 07:00", "draft"),
    ]
    first = room.in_channel("c-desk")[0]
    assert "A newer draft took its place." in "\n".join(first.payload["lines"])


async def test_nothing_new_is_no_draft_and_says_why_at_its_time(room):
    await room.goes_by("11-25T06:30")
    await room.types("approve")
    await room.goes_by("11-25T07:00", "11-26T06:30", "11-26T07:00")
    assert (await room.states())[-1] == ("11-26 07:00", "skipped")
    assert len(room.in_channel("c-desk")) == 1


async def test_news_just_before_the_deadline_still_make_a_draft(room):
    for name in ("bridge", "pool"):
        (room.harness.home / "articles" / f"{name}.txt").unlink()
    await room.goes_by("11-25T06:30")
    assert room.in_channel("c-desk") == []
    room.harness.publish("flood", FLOOD)
    await room.goes_by("11-25T06:36")
    assert len(room.drafted) == 1


async def test_a_bot_that_was_down_posts_at_the_deadline_late_but_once(punctual):
    await punctual.goes_by("11-25T07:20", "11-25T07:20", "11-25T07:21")
    assert punctual.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_a_bot_that_was_down_posts_nothing_without_approval(room):
    await room.goes_by("11-25T07:20", "11-25T08:20")
    assert room.posted == []
    await room.types("approve")
    await room.harness.wake()
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_an_edition_posted_by_hand_needs_no_review(room):
    await room.harness.post()
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


# ── quiet hours and clocks ──────────────────────────────────────────────────────


async def test_a_deadline_in_quiet_hours_is_their_end_and_the_draft_comes_before_it(
    punctual,
):
    quiet = DEADLINE + 'quiet_hours = "22:00-9:30"\n'
    await punctual.harness.apply(quiet)
    await punctual.goes_by("11-25T06:30", "11-25T07:00")
    assert punctual.in_channel("c-desk") == []
    await punctual.goes_by("11-25T08:00")
    assert "today 09:30" in punctual.words
    await punctual.goes_by("11-25T08:29")
    assert punctual.posted == []
    await punctual.goes_by("11-25T08:30")
    assert punctual.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_what_is_approved_in_quiet_hours_is_posted_at_their_end(room):
    await room.harness.apply(REVIEWED + 'quiet_hours = "22:00-7:00"\n')
    await room.goes_by("11-25T06:30", "11-25T07:00", "11-25T21:30")
    await room.types("approve")
    await room.harness.wake()
    assert room.posted == []
    await room.goes_by("11-26T05:59")
    assert room.posted == []
    await room.goes_by("11-26T06:00")
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


@pytest.mark.parametrize(
    ("sentence", "draft", "due"),
    [
        # Clocks go from 2:00 to 3:00: there is no 2:30, and it is 3:00 at once.
        ("daily at 3:10 Europe/Berlin", "2027-03-28T00:40", "2027-03-28T01:10"),
        # Clocks go back from 3:00 to 2:00: the first 2:30 counts.
        ("daily at 2:30 Europe/Berlin", "2027-10-31T00:00", "2027-10-31T00:30"),
    ],
)
async def test_a_review_over_a_change_of_clocks_keeps_its_lead(
    punctual, sentence, draft, due
):
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (draft, due)]
    start = moments[0].replace(hour=0, minute=0) if moments[0].hour else moments[0]
    punctual.harness.clock.set(start.replace(day=start.day - 1, hour=12))
    for name, text in (("bridge", BRIDGE), ("pool", POOL)):
        day = f"{start:%Y-%m}-{start.day - 1:02}"
        punctual.harness.publish(name, text.replace("2026-11-24", day))
    await punctual.harness.apply(DEADLINE.replace("daily at 8 Europe/Berlin", sentence))
    await punctual.waits_until(moments[0])
    assert len(punctual.drafted) == 2
    assert punctual.posted == []
    await punctual.waits_until(moments[1])
    assert len(punctual.posted) == 2
    assert len(await punctual.states()) == 1


# ── acts ────────────────────────────────────────────────────────────────────────


async def acted(room: Newsroom, *acts: str) -> Draft:
    """The draft after these acts."""
    await room.goes_by("11-25T06:30")
    for act in acts:
        answer = await room.types(act)
        assert not answer.problem, said(answer)
    await room.harness.wake()
    return await room.draft()


async def test_a_story_is_dropped_and_put_back(room):
    await acted(room, "drop 1")
    assert room.drafted == [POOL_HEADLINE]
    assert f"Ana dropped «{BRIDGE_HEADLINE}»" in room.words
    await room.types("restore 1")
    await room.harness.wake()
    assert room.drafted == [POOL_HEADLINE, BRIDGE_HEADLINE]


@pytest.mark.parametrize("act", ["2 up", "up 2", "1 down", "down 1"])
async def test_a_story_is_moved(room, act):
    await acted(room, act)
    assert room.drafted == [POOL_HEADLINE, BRIDGE_HEADLINE]


async def test_the_first_story_cannot_be_moved_up(room):
    await room.goes_by("11-25T06:30")
    assert (await room.types("1 up")).problem


async def test_a_story_changes_places_with_one_in_brief(room):
    await room.harness.apply(REVIEWED + "stories = 1\n")
    await acted(room, "swap 1 2")
    assert room.drafted == [POOL_HEADLINE]
    draft = await room.draft()
    edition = draft_acts.build_edition(draft.content, room.harness.clock.now())
    assert [line.headline.text for line in edition.brief] == [BRIDGE_HEADLINE]


async def test_a_headline_is_written_and_marked(room):
    draft = await acted(room, "headline 1: The pool is open again")
    assert room.drafted[0] == "The pool is open again"
    (story, _) = draft_acts.build_edition(
        draft.content, room.harness.clock.now()
    ).stories
    assert story.headline.by_editors
    assert not story.headline.spans


async def test_a_headline_is_chosen_among_the_candidates_and_not_marked(room):
    draft = await acted(room, "headline 2 2")
    story = draft.content.numbered[1]
    assert story.headline == story.headlines[1]
    assert not story.headline.by_editors
    assert story.headline.spans, "it leads to its source"


async def test_another_quote_is_chosen(room):
    room.harness.publish("bridge", TWO_QUOTES)
    draft = await acted(room, "quote 1 2")
    story = draft.content.numbered[0].story
    assert story is not None
    assert [card.text for card in story.cards] == [
        draft.content.numbered[0].cards[1].text
    ]


async def test_a_note_is_added_and_removed(room):
    draft = await acted(room, "note 1: Opening hours are on the club’s page")
    story = draft.content.numbered[0].story
    assert story is not None
    assert story.editors_note == "Opening hours are on the club’s page"
    await room.types("note 1:")
    draft = await room.draft()
    assert draft.content.numbered[0].story.editors_note == ""


@pytest.mark.parametrize(
    "act", ["drop", "drop 9", "fly 1", "headline 1", "quote 1 99", "swap 1", "0 up"]
)
async def test_what_cannot_be_done_is_explained_and_changes_nothing(room, act):
    await room.goes_by("11-25T06:30")
    before = await room.draft()
    assert (await room.types(act)).problem
    assert await room.draft() == before


async def test_what_was_done_stands_in_the_history_and_cannot_be_reverted_there(room):
    await acted(room, "drop 1")
    shown = await (await room.editor()).says("newsdesk history")
    assert f"Draft of «Morning brief»: dropped «{BRIDGE_HEADLINE}»" in said(shown)
    (change, *_) = [word for word in said(shown).split() if word.startswith("c-")]
    answer = await (await room.editor()).says("newsdesk history", revert=change)
    assert answer.problem


# ── two editors ─────────────────────────────────────────────────────────────────


async def test_the_second_of_two_editors_is_told_what_the_first_one_did(room):
    await room.goes_by("11-25T06:30")
    ana, ben = await room.editor("Ana"), await room.editor("Ben")
    page = await ben.says("newsdesk drafts")
    await ana.says("newsdesk drafts", act="drop 1")
    answer = await ben.presses(page, "Approve all")
    assert f"Ana dropped «{BRIDGE_HEADLINE}»" in said(answer)
    assert POOL_HEADLINE in said(answer)
    assert not (await room.draft()).is_approved


async def test_a_button_below_an_old_draft_does_nothing(room):
    await room.goes_by("11-25T06:30")
    approve = room.control("Approve all")
    await room.types("drop 1")
    answer = await (await room.editor("Ben")).presses_below(approve)
    assert "Nothing was done" in said(answer)
    await room.goes_by("11-25T07:00")
    assert room.posted == []


async def test_a_headline_that_was_written_meanwhile_is_kept_in_the_form(room):
    await room.goes_by("11-25T06:30")
    ana, ben = await room.editor("Ana"), await room.editor("Ben")
    page = await ben.presses(await ben.says("newsdesk drafts"), f"1. {BRIDGE_HEADLINE}")
    form = await ben.opens(page, "Write a headline")
    await ana.says("newsdesk drafts", act="2 up")
    again = await ben.is_asked_again(form, text="Open again")
    (field,) = again.fields
    assert field.value == "Open again"
    assert "Ana moved" in field.error
    await ben.answers(again)
    assert "Open again" in str(await room.draft())


async def test_a_number_that_was_typed_just_after_another_act_is_to_be_confirmed(room):
    await room.goes_by("11-25T06:30")
    await room.types("drop 1", "Ana")
    answer = await room.types("drop 1", "Ben")
    assert POOL_HEADLINE in said(answer)
    assert len((await room.draft()).content.numbered) == 1
    await (await room.editor("Ben")).presses(answer, "Yes")
    assert len((await room.draft()).content.numbered) == 0


async def test_the_same_version_is_changed_once(room):
    await room.goes_by("11-25T06:30")
    draft = await room.draft()
    update, db = draft_store.update_draft, room.harness.db
    assert await db.write(update, draft, draft.content) is not None
    assert await db.write(update, draft, draft.content) is None


async def test_readers_cannot_press_what_is_below_a_draft(room):
    from bot.model import Permission, Person

    await room.goes_by("11-25T06:30")
    reader = await room.editor()
    reader.person = Person(id="r", name="R", permission=Permission.EVERYONE)
    assert (await reader.presses_below(room.control("Approve all"))).problem
    assert not (await room.draft()).is_approved


# ── news meanwhile ──────────────────────────────────────────────────────────────


async def test_a_newer_report_replaces_a_story_that_nobody_touched(room):
    await acted(room, "2 up")
    assert not (await room.draft()).content.numbered[1].touched
    room.harness.publish("bridge2", NEWER_BRIDGE)
    await room.goes_by("11-25T06:45")
    assert "Harbour bridge stays closed for a month after crack" in room.drafted
    assert "is now told from a newer report" in room.words


async def test_a_story_that_an_editor_touched_stays_as_it_is(room):
    await acted(room, "headline 1: Bridge shut")
    room.harness.publish("bridge2", NEWER_BRIDGE)
    await room.goes_by("11-25T06:45")
    assert room.drafted == ["Bridge shut", POOL_HEADLINE]


async def test_a_new_story_is_offered_in_a_draft_that_editors_changed(room):
    await acted(room, "drop 1")
    room.harness.publish("flood", FLOOD)
    await room.goes_by("11-25T06:45")
    assert room.drafted == [POOL_HEADLINE]
    assert "New, and not in the draft" in room.words


async def test_an_approved_draft_stays_as_it_was_approved(room):
    await acted(room, "approve")
    room.harness.publish("bridge2", NEWER_BRIDGE)
    await room.goes_by("11-25T06:45", "11-25T07:00")
    assert room.posted == [BRIDGE_HEADLINE, POOL_HEADLINE]


async def test_what_was_posted_by_hand_meanwhile_is_not_posted_again(room):
    await acted(room, "approve")
    await room.harness.post()
    await room.goes_by("11-25T06:45", "11-25T07:00", "11-25T07:10")
    assert sorted(room.posted) == sorted([BRIDGE_HEADLINE, POOL_HEADLINE])


# ── its digest ──────────────────────────────────────────────────────────────────


async def test_a_digest_that_is_paused_posts_no_draft_unless_it_is_resumed(punctual):
    await punctual.goes_by("11-25T06:30")
    await punctual.harness.apply(DEADLINE + "paused = true\n")
    await punctual.harness.wake()
    assert "The digest was paused." in punctual.words
    await punctual.harness.apply(DEADLINE + "paused = false\n")
    await punctual.goes_by("11-25T07:00")
    assert len(punctual.posted) == 2


async def test_a_digest_that_is_paused_at_its_time_skips_its_draft(punctual):
    await punctual.goes_by("11-25T06:30")
    await punctual.harness.apply(DEADLINE + "paused = true\n")
    await punctual.goes_by("11-25T07:00")
    assert punctual.posted == []
    assert await punctual.states() == [("11-25 07:00", "skipped")]
    assert "The digest was paused." in punctual.words


async def test_a_draft_moves_with_its_digest_to_another_time(punctual):
    await acted(punctual, "drop 1")
    await punctual.harness.apply(DEADLINE.replace("daily at 8", "daily at 10"))
    await punctual.harness.wake()
    assert "today 10:00" in punctual.words
    await punctual.goes_by("11-25T07:00", "11-25T08:30")
    assert punctual.posted == []
    await punctual.goes_by("11-25T09:00")
    assert punctual.posted == [POOL_HEADLINE]
    assert len(punctual.in_channel("c-desk")) == 1


async def test_a_draft_whose_time_is_gone_ends_and_says_so(punctual):
    await punctual.goes_by("11-25T06:30")
    await punctual.harness.apply(DEADLINE.replace("daily at 8", "Mondays at 8"))
    await punctual.goes_by("11-25T07:00", "11-25T07:10")
    assert punctual.posted == []
    assert "nothing is posted at this time any more" in punctual.words


async def test_a_deleted_digest_ends_its_draft(room):
    await room.goes_by("11-25T06:30")
    digest_free = REVIEWED.split("[[workspace.digest]]")[0]
    await room.harness.apply(digest_free, prune=True)
    await room.goes_by("11-25T07:00")
    assert room.posted == []
    assert "The digest was deleted." in room.words


async def test_a_review_that_is_switched_off_posts_the_draft_as_it_is(room):
    await acted(room, "drop 1")
    await room.harness.apply(REVIEWED.replace('"hold"', '"off"'))
    await room.harness.wake()
    assert "Review was switched off" in room.words
    await room.goes_by("11-25T07:00")
    assert room.posted == [POOL_HEADLINE]


async def test_changed_settings_compose_an_untouched_draft_again(room):
    await room.goes_by("11-25T06:30")
    await room.harness.apply(REVIEWED + "stories = 1\n")
    await room.harness.wake()
    assert len(room.drafted) == 1


async def test_changed_settings_leave_a_draft_that_editors_changed(room):
    await acted(room, "2 up")
    await room.harness.apply(REVIEWED + "stories = 1\n")
    await room.harness.wake()
    assert len(room.drafted) == 2
    assert "they apply from the next edition on" in room.words


async def test_another_review_channel_shows_the_draft_instead(room):
    other = '\n[[workspace.destination]]\nname = "editors"\nchannel = "c-editors"\n'
    await room.goes_by("11-25T06:30")
    head, digest = REVIEWED.split("[[workspace.digest]]")
    moved = digest.replace('review_channel = "desk"', 'review_channel = "editors"')
    await room.harness.apply(f"{head}{other}\n[[workspace.digest]]{moved}")
    await room.harness.wake()
    assert room.in_channel("c-desk") == []
    assert len(room.in_channel("c-editors")) == 1


async def test_review_that_is_switched_on_before_a_moment_deferred_by_quiet_hours(room):
    """An occurrence that was planned without review is not posted without it."""
    plain = REVIEWED.replace('"hold"', '"off"') + 'quiet_hours = "22:00-9:30"\n'
    await room.harness.apply(plain)
    await room.goes_by("11-25T07:00")
    await room.harness.apply(REVIEWED + 'quiet_hours = "22:00-9:30"\n')
    await room.goes_by("11-25T08:30")
    assert room.posted == []
    assert len(room.drafted) == 2


# ── settings ────────────────────────────────────────────────────────────────────


async def test_drafts_are_never_shown_to_the_readers_of_the_digest(room):
    with pytest.raises(UserError, match="eaders would see the drafts"):
        await room.harness.apply(
            REVIEWED.replace('review_channel = "desk"', 'review_channel = "morning"')
        )


async def test_the_review_channel_keeps_up_with_its_new_name(room):
    editor = await room.editor()
    await editor.does("newsdesk set", target="desk", setting="name", value="editors")
    digest = await room.harness.digest()
    assert digest.options.review_channel == "editors"


async def test_a_review_channel_is_not_removed_while_drafts_are_shown_there(room):
    removed = REVIEWED.replace(
        '[[workspace.destination]]\nname = "desk"\nchannel = "c-desk"\n', ""
    ).replace('review_channel = "desk"\n', 'review_channel = "desk"\n')
    with pytest.raises(UserError):
        await room.harness.apply(removed, prune=True)


# ── safety ──────────────────────────────────────────────────────────────────────


async def test_a_restored_database_posts_no_draft(room):
    await acted(room, "approve")
    await room.harness.db.write(
        backup.secure_restored_database, now=room.harness.clock.now(), published=True
    )
    await room.goes_by("11-25T07:00")
    assert room.posted == []


async def test_a_draft_message_that_was_deleted_comes_again(room):
    await room.goes_by("11-25T06:30")
    room.harness.platform.messages.clear()
    await room.types("drop 1")
    gone = MessageGone("There is no such message.", message_only=True)
    room.harness.platform.script(gone)
    await room.harness.wake()
    assert room.drafted == [POOL_HEADLINE]


async def test_a_lost_answer_shows_a_draft_once(room):
    from tests.fakes import Lost

    room.harness.platform.script(Lost())
    await room.goes_by("11-25T06:30", "11-25T06:32", "11-25T06:34")
    assert len(room.in_channel("c-desk")) == 1
    await room.types("drop 1")
    await room.harness.wake()
    assert room.drafted == [POOL_HEADLINE]


async def test_a_draft_without_its_digest_has_the_zone_of_the_workspace(room: Newsroom):
    await room.goes_by("11-25 06:30")
    draft, texts = await room.draft(), Texts.of("en")
    now = room.harness.clock.now()
    _, state = describe_state(draft, None, "Pacific/Auckland", texts, now)
    assert state.endswith("today 20:00")
