"""Caches of people, channels and routes are bounded."""

import pytest

from bot.errors import SendRateLimited
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.rate_limits import MAX_HELD_ROUTES, HeldRoutes
from bot.platforms.discord.rate_limits import DiscordRateLimiter
from bot.platforms.slack.rate_limits import POST_MESSAGE, SlackRateLimiter


def test_a_full_cache_drops_the_oldest_value():
    cache: ExpiringCache[int, str] = ExpiringCache(2)
    for number in range(3):
        cache.put(number, str(number))
    assert len(cache) == 2
    assert cache.get(0) is None
    assert cache.get(2) == "2"


def test_a_value_expires_and_may_then_be_added_again():
    at = [0.0]
    cache: ExpiringCache[str, str] = ExpiringCache(2, 10.0, lambda: at[0])
    assert cache.add("key", "first")
    at[0] = 9.9
    assert not cache.add("key", "second")
    assert cache.get("key") == "first"
    at[0] = 10.0
    assert cache.get("key") is None
    assert cache.add("key", "third")


def test_a_value_may_have_a_life_of_its_own():
    at = [0.0]
    cache: ExpiringCache[str, str] = ExpiringCache(2, 10.0, lambda: at[0])
    cache.put("key", "value", life=1.0)
    at[0] = 1.0
    assert cache.get("key") is None


def test_a_table_that_is_full_of_held_routes_forgets_the_one_that_ends_first():
    held = HeldRoutes()
    for number in range(MAX_HELD_ROUTES + 1):
        held.hold(("POST", str(number)), 100.0 + number, now=0.0)
    assert len(held) == MAX_HELD_ROUTES
    assert held.until(("POST", "0")) == 0.0
    assert held.until(("POST", "1")) == 101.0


def test_holds_that_ended_are_dropped_before_any_other():
    held = HeldRoutes()
    held.hold(("POST", "ends last"), 500.0, now=0.0)
    for number in range(MAX_HELD_ROUTES):
        held.hold(("POST", str(number)), 1.0, now=2.0)
    assert len(held) == 1


def test_no_number_of_limited_channels_makes_discords_table_grow():
    limiter = DiscordRateLimiter(lambda: 0.0)
    for number in range(MAX_HELD_ROUTES + 50):
        headers = {"Via": "1.1", "X-RateLimit-Scope": "shared", "Retry-After": "60"}
        limiter.record_response("POST", str(number), 429, headers)
    assert len(limiter._held) == MAX_HELD_ROUTES
    with pytest.raises(SendRateLimited):
        limiter.check("POST", str(MAX_HELD_ROUTES))


def test_no_number_of_limited_channels_makes_slacks_table_grow():
    limiter = SlackRateLimiter(lambda: 0.0)
    for number in range(MAX_HELD_ROUTES + 50):
        limiter.limited(POST_MESSAGE, f"C{number}", 60.0)
    assert len(limiter._held) == MAX_HELD_ROUTES
