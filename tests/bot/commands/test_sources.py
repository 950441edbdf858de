"""What is read: tried out before it is kept, paused, taken away, and never a secret."""

import pytest

from bot.types import Form
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.intake.press import Press
from tests.bot.newsroom import Newsroom
from tests.feeds import an_item, items

SECRET = "hunter2hunter2"


@pytest.fixture
async def ana(room: Press) -> Editor:
    room.publish("/feed", items(range(5)))
    room.publish("/other", items(range(6, 12)), title="Torvale Herald")
    await room.subscribe("/feed", more='schedule = "daily at 7:00"')
    return await editor(room.desk)


async def test_an_address_is_tried_out_before_it_is_kept(room: Press, ana: Editor):
    shown = await ana.says("newsdesk source add", address=room.url("/other"))
    told = said(shown)
    assert "Torvale Herald" in told
    newest = [an_item(n).title in told for n in range(6, 12)]
    assert newest == [True, True, True, False, False, False]
    assert len((await room.desk.digest()).sources) == 1
    await ana.presses(shown, "Confirm")
    assert len((await room.desk.digest()).sources) == 2


async def test_an_address_that_gives_nothing_is_told_and_not_kept(room, ana):
    form = await ana.is_asked("newsdesk source add", address=room.url("/nowhere"))
    assert list(errors(form)) == ["address"]


async def test_a_test_keeps_nothing(room: Press, ana: Editor):
    before = len(await room.sources())
    told = said(await ana.says("newsdesk source test", address=room.url("/other")))
    assert "Torvale Herald" in told
    assert len(await room.sources()) == before


@pytest.mark.parametrize("command", ["add", "test"])
@pytest.mark.parametrize(
    "address",
    ["/etc/passwd", "../..", "ftp://x.example/feed", "https://", "http://a b"],
)
async def test_what_is_no_address_is_told_at_its_question(ana, command, address):
    answer = await ana.asks(f"newsdesk source {command}", address=address)
    if isinstance(answer, Form):
        assert list(errors(answer)) == ["address"]
    else:
        assert "✗" in said(answer) or answer.problem
    assert "root:" not in said(answer)


async def test_a_paused_source_is_kept_and_not_read(room: Press, ana: Editor):
    await room.poll(minutes=1)
    shown = await ana.says("newsdesk source pause", source=room.url("/feed"))
    assert "not read for now" in said(shown)
    await ana.presses(shown, "Confirm")
    digest = await room.desk.digest()
    assert (len(digest.sources), len(digest.paused_sources)) == (0, 1)
    assert await room.asked(days=1) == 0
    assert "not read for now" in said(await ana.says("newsdesk source list"))


async def test_a_resumed_source_is_read_again(room: Press, ana: Editor):
    await ana.does("newsdesk source pause", source=room.url("/feed"))
    made = await ana.does("newsdesk source resume", source=room.url("/feed"))
    assert "read again" in said(made)
    assert await room.asked(days=1) > 0


async def test_a_source_goes_by_its_name_or_its_address(room: Press, ana: Editor):
    await ana.does("newsdesk source add", address=room.url("/other"))
    await room.poll(minutes=1)
    await ana.does("newsdesk source remove", source="torvale herald")
    assert len((await room.desk.digest()).sources) == 1


async def test_the_only_source_is_not_taken_away(room: Press, ana: Editor):
    answer = await ana.says("newsdesk source remove", source=room.url("/feed"))
    assert "only source" in said(answer)


async def test_a_source_that_is_not_there_lists_those_that_are(room, ana):
    await room.poll(minutes=1)
    answer = await ana.says("newsdesk source remove", source="Nobody Times")
    assert "«Hallin Courier»" in said(answer)


async def test_sources_are_listed_with_their_health(room: Press, ana: Editor):
    await room.poll(minutes=1)
    told = said(await ana.says("newsdesk source list"))
    assert "✓ Hallin Courier" in told
    assert "last read well" in told


@pytest.mark.parametrize("page", ["0", "9", "x", "-1", "99999999999999999999"])
async def test_a_page_that_is_not_there_gets_a_sentence(ana, page):
    assert "pages 1 to 1" in said(await ana.says("newsdesk source list", page=page))


async def test_a_secret_of_an_address_is_shown_nowhere(room: Press, ana: Editor):
    address = room.url(f"/feed?token={SECRET}")
    room.publish(f"/feed?token={SECRET}", items(range(12, 18)))
    shown = await ana.says("newsdesk source add", address=address)
    made = await ana.presses(shown, "Confirm")
    answers = [shown, made]
    lists = ("source list", "history", "export", "doctor", "digest list", "status")
    answers += [await ana.says(f"newsdesk {path}") for path in lists]
    assert SECRET not in "".join(map(said, answers))
    asked = await ana.desk.asks("newsdesk source remove", True, None, {})
    assert SECRET not in repr(await ana.desk.inbox.complete(asked, "source", ""))
    # As it is shown, so it can be named.
    await ana.does("newsdesk source remove", source="/feed?token=…")
    (kept,) = (await room.desk.digest()).sources
    assert SECRET not in kept.address


async def test_an_address_copied_without_its_secret_is_asked_for_whole(ana: Editor):
    masked = "https://x.example/feed?token=…"
    form = await ana.is_asked("newsdesk source add", address=masked)
    assert "Write it whole" in errors(form)["address"]


async def test_what_a_paused_source_held_is_no_news_when_it_is_resumed(room, ana):
    room.publish("/other", items(range(6, 40)), title="Torvale Herald")
    await ana.does("newsdesk source add", address=room.url("/other"))
    await ana.does("newsdesk source pause", source=room.url("/other"))
    await room.desk.post("first")
    await ana.does("newsdesk source resume", source=room.url("/other"))
    await room.desk.post("second")
    room.publish("/other", items(range(5, 40)), title="Torvale Herald")
    room.desk.clock.advance(minutes=10)
    outcome = await room.desk.post("third")
    assert outcome.issue is not None
    assert [s.headline.text for s in outcome.issue.edition.stories] == [
        an_item(5).title
    ]


async def test_a_change_beside_a_secret_keeps_it_whole(room: Press, ana: Editor):
    room.publish(f"/feed?token={SECRET}", items(range(12, 18)))
    address = room.url(f"/feed?token={SECRET}")
    await ana.does("newsdesk source add", address=address)
    await ana.does("newsdesk style", stories="7")
    assert address in {s.address for s in (await room.desk.digest()).sources}


async def test_names_of_packs_and_sources_complete(room: Press, ana: Editor):
    await room.poll(minutes=1)
    asked = await room.desk.asks("newsdesk source add", True, None, {})
    assert "technology" in await room.desk.inbox.complete(asked, "address", "tech")
    asked = await room.desk.asks("newsdesk source pause", True, None, {})
    found = await room.desk.inbox.complete(asked, "source", "hall")
    assert found == ("Hallin Courier",)


async def test_a_folder_that_a_file_gave_stays_through_changes_from_chat(
    desk: Newsroom,
):
    ana = await editor(desk)
    await ana.does("newsdesk style", stories="7")
    (source,) = (await desk.digest()).sources
    assert source.kind == "folder"
    assert str(desk.home) not in said(await ana.says("newsdesk source list"))


async def test_a_digest_whose_folder_is_gone_can_still_be_changed(desk: Newsroom):
    import shutil

    ana = await editor(desk)
    shutil.rmtree(desk.home / "articles")
    await ana.does("newsdesk style", stories="7")
    assert (await desk.digest()).stories == 7


async def test_where_folders_lie_on_the_machine_is_told_to_no_chat(desk: Newsroom):
    import shutil

    ana = await editor(desk)
    await ana.does("newsdesk style", stories="7")
    shutil.rmtree(desk.home / "articles")
    await desk.intake.refresh((await desk.digest()).sources)
    for path in ("source list", "doctor", "export", "history", "digest list", "setup"):
        assert str(desk.home) not in said(await ana.says(f"newsdesk {path}")), path
