"""Untrusted text runs no script anywhere. A script would change the title."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bot.platforms.local.render import render
from digests.types import Headline, Sentence
from tests.bot.platforms.local import hostile, samples

pytestmark = pytest.mark.browser


def a_hostile_delivery(number: int, text: str):
    card = replace(samples.HERO, text=text, speaker=text, role=text, source=text)
    story = samples.a_story(
        replace(samples.BRIDGE, source=text, url="javascript:document.title='ran'"),
        headline=Headline(text=text),
        summary=(Sentence(text=text, spans=()),),
        cards=(card,),
        outlets=(text, text),
    )
    edition = samples.an_edition(title=text, stories=(story,), hero=card)
    part = render(edition, samples.a_context())[0]
    return samples.a_delivery(
        number, payload=part.payload, fallback_text=part.fallback_text
    )


def wake_now(page) -> None:
    """Trigger every event that a script might wait for."""
    page.evaluate(
        """() => { for (const at of document.querySelectorAll("main *")) {
          for (const kind of ["mouseover", "focus", "toggle", "load", "error"])
            at.dispatchEvent(new Event(kind));
        } }"""
    )


def nothing_ran(page) -> bool:
    wake_now(page)
    page.wait_for_timeout(150)
    title: str = page.title()
    count = page.locator(
        "main iframe, main base, main meta, main style, main script, main math"
    ).count()
    return title == "#news · Standfirst" and count == 0


def test_there_are_at_least_twenty_strings():
    assert len(set(hostile.STRINGS)) >= 20


def test_the_hook_would_notice(page):
    page.evaluate("document.title = 'ran'")
    assert not nothing_ran(page)


def test_a_script_that_got_into_the_page_would_still_not_run(page):
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML(
          "beforeend", "<img src=x onerror=\\"document.title='ran'\\">")"""
    )
    page.wait_for_timeout(200)
    assert page.title() == "#news · Standfirst"


def test_no_string_runs_in_an_edition_that_was_there_or_arrives(page, served_page):
    for number, text in enumerate(hostile.STRINGS, 10):
        served_page.send(a_hostile_delivery(number, text))
    everything = len(hostile.STRINGS) + 1
    expect(page.locator(".message")).to_have_count(everything)
    assert nothing_ran(page)
    page.reload()
    expect(page.locator(".message")).to_have_count(everything)
    assert nothing_ran(page)


def test_no_string_runs_when_it_is_typed(page):
    for count, text in enumerate(hostile.STRINGS, 1):
        page.fill("#command", text.replace("\x00", ""))
        page.keyboard.press("Enter")
        expect(page.locator(".answer")).to_have_count(count)
    assert nothing_ran(page)


def test_no_string_runs_on_the_reading_page(page, served_page):
    text = "\n".join(hostile.STRINGS)
    served_page.stage.articles["bad"] = replace(
        samples.BRIDGE, title=text, source=text, author=text, text=text, url=text
    )
    page.goto(f"{served_page.url}/articles/bad/newest?from=3&to=90")
    wake_now(page)
    page.wait_for_timeout(150)
    assert page.title() != "ran"
    assert page.locator("main script, main img, main iframe, main base").count() == 0
