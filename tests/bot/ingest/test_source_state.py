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


@pytest.mark.parametrize(
    ("address", "published", "feeds", "expected"),
    [
        ("https://a.example/", NOON, ("https://a.example/f",), "https://a.example/f"),
        (
            "https://a.example/news",
            None,
            ("https://a.example/f",),
            "https://a.example/f",
        ),
        ("https://a.example/2026/bridge", NOON, ("https://a.example/f",), None),
        ("https://a.example/", NOON, (), None),
    ],
)
def test_a_site_is_distinguished_from_an_article(address, published, feeds, expected):
    source = replace(FEED, address=address)
    article = replace(ARTICLE, published=published)
    page = SourceReading(kind="page", articles=(article,), feeds=feeds)
    assert source_state.find_own_feed(source, page) == expected
