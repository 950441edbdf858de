import time

import pytest
from yarl import URL

from digests.errors import Missing
from digests.sources.fetch.answers import Fetched, Validators
from digests.sources.fetch.robots import Robots

PAGE = URL("https://news.example/private/feed.xml")


def telling(text: str | None):
    """Who answers for robots.txt; `asked` counts."""

    async def ask(url: URL) -> Fetched:
        ask.asked += 1  # type: ignore[attr-defined]
        if text is None:
            raise Missing("none")
        return Fetched(
            url=str(url), body=text.encode(), content_type="", validators=Validators()
        )

    ask.asked = 0  # type: ignore[attr-defined]
    return ask


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", False),
        ("User-agent: *\nDisallow: /other/", True),
        ("User-agent: Standfirst\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: standfirst\nAllow: /", True),
        ("User-agent: SomeBot\nDisallow: /", True),
        ("User-agent: SomeBot\nUser-agent: *\nDisallow: /", False),
        ("", True),
        (None, True),
    ],
)
async def test_a_clear_answer_binds_us(text: str | None, allowed: bool):
    rules = await Robots().rules(PAGE, telling(text))
    assert rules.allow(PAGE) == allowed


async def test_a_host_is_asked_once_a_day():
    now = [0.0]
    robots, ask = Robots(clock=lambda: now[0]), telling("")
    for now[0] in (0.0, 10.0, 86_000.0, 87_000.0):
        await robots.rules(PAGE, ask)
    assert ask.asked == 2


async def test_the_space_a_host_asks_for_is_kept_within_reason():
    short = await Robots().rules(PAGE, telling("User-agent: *\nCrawl-delay: 3"))
    assert short.delay() == 3
    long = await Robots().rules(PAGE, telling("User-agent: *\nCrawl-delay: 86400"))
    assert long.delay() == 30


async def test_a_file_of_names_times_rules_costs_by_its_length():
    many = 12_000
    text = (
        "".join(f"User-agent: bot{i}\n" for i in range(many)) + "Disallow: /x\n" * many
    )
    begun = time.process_time()
    rules = await Robots().rules(PAGE, telling(text))
    assert rules.allow(PAGE)
    # Names × rules would be 144 million steps; this is some ten thousand.
    assert time.process_time() - begun < 5
