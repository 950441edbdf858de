"""The next state of a source: old state and answer in, new state out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ingest import source_state
from bot.ingest.source_state import SourceReading
from bot.model import Source
from digests.errors import (
    SourceGone,
    SourceMissing,
    SourceRateLimited,
    SourceUnreachable,
)
from digests.messages import Message
from digests.types import Article
from tests.fakes import NOON

FEED = Source(
    id=1,
    workspace_id=None,
    kind="feed",
    address="https://a.example/feed",
    name="https://a.example/feed",
)
ARTICLE = Article(id="1", text="The lake is wide.", published=NOON)
READ = SourceReading(
    kind="feed", articles=(ARTICLE,), title="Hallin Courier", etag='"1"'
)
LATER = NOON + timedelta(hours=1)


def test_a_good_reading_ends_all_trouble():
    failed = replace(FEED, failures=4, problem=Message("404"), backoff_until=NOON)
    good = source_state.apply_reading(failed, READ, 1, NOON)
    assert (good.failures, good.problem, good.backoff_until) == (0, None, None)
    assert (good.last_success_at, good.requested_at, good.etag) == (NOON, NOON, '"1"')


def test_a_source_takes_its_own_title_unless_somebody_named_it():
    assert source_state.apply_reading(FEED, READ, 1, NOON).name == "Hallin Courier"
    named = replace(FEED, name="The local paper")
    assert source_state.apply_reading(named, READ, 1, NOON).name == "The local paper"


def test_a_page_is_called_after_its_host_and_not_after_its_article():
    page = source_state.apply_reading(FEED, replace(READ, kind="page"), 1, NOON)
    assert (page.kind, page.name) == ("page", "a.example")


def test_a_failure_keeps_what_is_known_of_better_days():
    good = source_state.apply_reading(FEED, READ, 1, NOON)
    failed = source_state.apply_failure(good, SourceMissing("Nothing there."), LATER)
    assert (failed.last_success_at, failed.etag, failed.failures) == (NOON, '"1"', 1)
    assert str(failed.problem) == "Nothing there."


@pytest.mark.parametrize("wait", [60.0, 7200.0, 86400.0])
def test_a_pause_holds_for_everybody_and_to_its_end(wait):
    paused = source_state.apply_failure(
        FEED, SourceRateLimited("Wait.", wait=wait), NOON
    )
    end = NOON + timedelta(seconds=wait)
    assert paused.next_poll_at is not None
    assert paused.next_poll_at >= end
    just_before = end - timedelta(seconds=1)
    assert not source_state.may_be_read_early(paused, just_before, insist=True)
    after = end + timedelta(seconds=0.1 * wait)
    assert source_state.may_be_read_early(paused, after, insist=False)


def test_an_ended_source_may_not_even_be_asked_by_hand():
    ended = source_state.apply_failure(FEED, SourceGone("It has ended."), NOON)
    assert (ended.stopped, ended.next_poll_at) == (True, None)
    assert not source_state.may_be_read_early(ended, LATER, insist=True)


def test_a_failing_source_is_asked_by_hand_and_not_by_a_schedule():
    failed = replace(FEED, failures=3, next_poll_at=LATER)
    assert source_state.may_be_read_early(failed, NOON, insist=True)
    assert not source_state.may_be_read_early(failed, NOON, insist=False)


def test_a_failed_folder_is_read_again_within_a_minute():
    folder = replace(FEED, kind="folder", address="/articles", failures=9)
    failed = source_state.apply_failure(folder, SourceUnreachable("It is empty."), NOON)
    assert failed.next_poll_at == NOON + timedelta(minutes=1)
    assert source_state.may_be_read_early(failed, NOON, insist=False)


def test_an_address_with_a_password_is_never_left_for_another():
    secret = replace(FEED, address="https://ada:quetzal@a.example/feed")
    moved = replace(READ, moved_to="https://b.example/feed")
    for _ in range(5):
        secret = source_state.apply_reading(secret, moved, 0, NOON)
    assert source_state.current_address(secret) == secret.address


def test_a_known_feed_must_stay_one_and_a_new_address_may_be_anything():
    assert source_state.expected_kind(FEED) is None
    assert source_state.expected_kind(replace(FEED, last_success_at=NOON)) == "feed"


FEED_OF_A = "https://a.example/f"


@pytest.mark.parametrize(
    ("address", "published", "feeds", "expected"),
    [
        ("https://a.example/", NOON, (FEED_OF_A,), (FEED_OF_A,)),
        ("https://a.example/news", None, (FEED_OF_A,), (FEED_OF_A,)),
        ("https://a.example/2026/bridge", NOON, (FEED_OF_A,), ()),
        ("https://a.example/", NOON, (), ()),
        # Further ones are compared with the first if they belong to the site.
        (
            "https://a.example/",
            NOON,
            (FEED_OF_A, "https://b.example/f", "https://a.example/g"),
            (FEED_OF_A, "https://a.example/g"),
        ),
    ],
)
def test_a_site_is_distinguished_from_an_article(address, published, feeds, expected):
    source = replace(FEED, address=address)
    article = replace(ARTICLE, published=published)
    page = SourceReading(kind="page", articles=(article,), feeds=feeds)
    assert source_state.list_own_feeds(source, page) == expected


def test_an_empty_answer_changes_nothing_about_the_kind_of_its_texts():
    known = source_state.apply_reading(
        FEED, a_feed("x/1", "x/2", excerpt=True), 2, NOON
    )
    empty = source_state.apply_reading(known, a_feed(excerpt=False), 0, LATER)
    assert (known.completeness, empty.completeness) == ("excerpt", "excerpt")
    fuller = a_feed("x/1", "x/2", excerpt=False)
    whole = source_state.apply_reading(empty, fuller, 0, LATER)
    assert whole.completeness == "full"


def a_feed(*links: str, excerpt: bool, title: str = "News") -> SourceReading:
    entry = replace(ARTICLE, title=title, excerpt=excerpt)
    entries = (replace(entry, id=one, url=one) for one in links)
    return SourceReading(kind="feed", articles=tuple(entries))


@pytest.mark.parametrize(
    ("first", "other", "fuller"),
    [
        (a_feed("x/1", "x/2", excerpt=True), a_feed("x/1", excerpt=False), True),
        # What the first has in full needs no other feed.
        (a_feed("x/1", "x/2", excerpt=False), a_feed("x/1", excerpt=False), False),
        (a_feed("x/1", "x/2", excerpt=True), a_feed("x/1", excerpt=True), False),
        # Comments and other sections.
        (
            a_feed("x/1", "x/2", excerpt=True),
            a_feed("x/1#c4", "x/2#c7", excerpt=False, title="Comment by Ben"),
            False,
        ),
        (a_feed("x/1", "x/2", excerpt=True), a_feed("x/8", excerpt=False), False),
        (a_feed("x/1", "x/2", excerpt=True), a_feed(excerpt=False), False),
    ],
)
def test_a_feed_is_fuller_if_it_has_the_same_articles_in_full(first, other, fuller):
    assert source_state.is_fuller(other, first) == fuller
