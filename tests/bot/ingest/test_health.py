"""The health of a source, in words for an admin, with the remedy."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.i18n.translation import Texts
from bot.ingest import source_health
from bot.model import Source
from digests.messages import Message
from digests.sources.article_page import PageVerdict
from tests.bot.ingest.newswire import Newswire
from tests.fakes import NOON
from tests.feeds import items
from tests.wire.server import answer

WELL = Source(
    id=1,
    workspace_id=None,
    kind="feed",
    address="https://a.example/feed",
    name="Hallin Courier",
    last_success_at=NOON - timedelta(minutes=20),
    requested_at=NOON - timedelta(minutes=20),
    next_poll_at=NOON + timedelta(minutes=5),
    items_per_day=11.6,
    completeness="full",
)


def how(**changes: object) -> source_health.SourceHealth:
    return with_pages({}, **changes)


def with_pages(
    pages: Mapping[str, int], **changes: object
) -> source_health.SourceHealth:
    source = replace(WELL, **changes)  # type: ignore[arg-type]
    return source_health.describe_health(source, NOON, "UTC", Texts.of("en"), pages)


def test_a_source_that_is_well():
    assert how() == source_health.SourceHealth(
        state="ok", text="last read today 11:40; 12 articles a day; full texts"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_success_at": None, "items_per_day": None}, "never read yet"),
        ({"items_per_day": 0.0}, "nothing new lately"),
        ({"items_per_day": 0.4}, "less than one article a day"),
        ({"items_per_day": 1.0}, "1 article a day"),
        ({"moved_to": "https://b.example/f", "moved_count": 3}, "b.example"),
    ],
)
def test_a_healthy_source_is_described(changes, words):
    found = how(**changes)
    assert (found.state, words in found.text) == ("ok", True)


@pytest.mark.parametrize(
    ("found", "use", "words"),
    [
        ("full", None, "; full texts"),
        ("full", "always", "; full texts; the pages behind them are read too"),
        ("excerpt", None, "; excerpts: the pages behind them are read"),
        ("excerpt", "always", "; excerpts: the pages behind them are read"),
        ("excerpt", "never", "; excerpts, and no page behind them is read"),
        (None, None, "; full texts or excerpts: not known yet"),
    ],
)
def test_what_kind_of_texts_it_has_is_said(found, use, words):
    assert how(completeness=found, full_text=use).text.endswith(words)


@pytest.mark.parametrize(
    "changes", [{"kind": "folder"}, {"kind": "page"}, {"last_success_at": None}]
)
def test_what_has_no_entries_yet_is_not_said_to_have_excerpts(changes):
    text = how(**changes, completeness=None).text
    assert "text" not in text
    assert "excerpt" not in text


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (
            {"article": 12, "paywall": 3},
            "12 of 15 pages could be used lately (3: paywall)",
        ),
        ({"article": 1}, "1 of 1 page could be used lately"),
        ({"article": 8, "entry_full": 2}, "10 of 10 pages could be used lately"),
        (
            {"article": 9, "cut": 1, "paywall": 3, "no_text": 2},
            "9 of 15 pages could be used lately (3: paywall, 2: no text found)",
        ),
    ],
)
def test_what_came_of_its_pages_is_said(pages, words):
    found = with_pages(pages, completeness="excerpt")
    assert found.state == "ok"
    assert found.text.endswith(f"; {words}")


def test_pages_of_which_most_cannot_be_used_are_a_warning_with_a_way_out():
    found = with_pages({"paywall": 5}, completeness="excerpt", called="The Courier")
    assert (found.state, "(5: paywall)" in found.text) == ("warning", True)
    assert "set its full texts to never in /newsdesk home" in found.fix


def test_a_few_pages_are_too_few_for_a_warning():
    assert with_pages({"paywall": 4}, completeness="excerpt").state == "ok"


def test_pages_that_its_digest_does_not_read_are_no_problem_of_the_source():
    found = with_pages({"paywall": 9}, completeness="excerpt", full_text="never")
    assert (found.state, "page could" in found.text) == ("ok", False)


def test_short_entries_whose_pages_say_no_more_are_full_texts():
    found = with_pages({"entry_full": 3, "article": 1}, completeness="excerpt")
    assert "; full texts;" in found.text


def test_every_verdict_has_its_words():
    verdicts = {*get_args(PageVerdict)} - {"article"}
    assert verdicts <= source_health.PAGE_VERDICTS.keys()


def test_an_unconfirmed_move_is_not_reported():
    assert "b.example" not in how(moved_to="https://b.example/f", moved_count=2).text


def test_a_failure_of_today_is_a_warning_and_an_old_one_a_problem():
    failed = {"failures": 2, "problem": Message("a.example has nothing there.")}
    assert how(**failed).state == "warning"
    old = how(**failed, last_success_at=NOON - timedelta(days=3))
    assert old.state == "problem"
    assert old.text.startswith("a.example has nothing there; last read")
    assert "tried again today 12:05" in old.text
    assert "standfirst source test https://a.example/feed" in old.fix


def test_a_source_that_wants_to_be_left_alone_is_no_problem():
    paused = {"failures": 1, "problem": Message("a.example asks for a pause.")}
    until = NOON + timedelta(hours=2)
    assert how(**paused, last_success_at=None, backoff_until=until).state == "warning"


def test_a_source_that_has_ended_is_a_problem_with_a_way_out():
    found = how(stopped=True, failures=1)
    assert found.state == "problem"
    assert "no longer exists" in found.text
    assert found.fix


def test_a_notice_is_shown_for_a_week():
    flood = {
        "notice": Message("It offered 30 articles as new at once."),
        "noticed_at": NOON,
    }
    assert "30 articles" in how(**flood).text
    assert how(**flood).state == "warning"
    old = flood | {"noticed_at": NOON - timedelta(days=8)}
    assert how(**old) == how()


async def test_status_shows_the_health_of_each_source(newswire: Newswire):
    newswire.publish("/feed", items(range(12)))
    newswire.shelf["/gone"] = answer(status=410)
    await newswire.subscribe("/feed", "/gone")
    await newswire.poll()
    status = repr(await newswire.harness.says("newsdesk status"))
    assert "Hallin Courier" in status
    assert "last read today 12:00" in status
    assert "it no longer exists and is not read any more" in status


async def test_doctor_reports_a_dead_source_without_a_request(newswire: Newswire):
    newswire.publish("/feed", items(range(12)))
    newswire.shelf["/gone"] = answer(status=410)
    await newswire.subscribe("/feed", "/gone")
    await newswire.poll()
    asked = len(newswire.server.requests)
    found = await newswire.harness.doctor.examine()
    assert [f.state for f in found if f.subject.startswith("source")] == [
        "ok",
        "problem",
    ]
    assert len(newswire.server.requests) == asked


async def test_doctor_tries_a_source_that_was_never_read_and_keeps_nothing(
    newswire: Newswire,
):
    newswire.publish("/feed", items(range(12)))
    await newswire.subscribe("/feed")
    found = await newswire.harness.doctor.examine()
    (line,) = [f for f in found if f.subject.startswith("source")]
    assert (line.state, str(line.text)) == ("ok", "12 articles")
    assert await newswire.articles() == 0
