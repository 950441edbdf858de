"""«Read on the web» under a post: where it has a page, as each platform has links."""

from dataclasses import replace

import pytest

from bot.model.edition import context_from_json, context_to_json
from bot.platforms.discord.render import render as render_for_discord
from bot.platforms.local.render import render as render_for_page
from bot.platforms.slack.render import render as render_for_slack
from tests.bot.platforms.local.samples import a_context, an_edition
from tests.bot.platforms.local.test_render import shown
from tests.bot.platforms.slack.test_render import complaints
from tests.wire.discord import rules as discord_rules

ADDRESS = "https://news.example/editions/morning-brief/2026-11-24-7k3m9q"
each_platform = pytest.mark.parametrize(
    "render", [render_for_discord, render_for_slack, render_for_page]
)


@each_platform
def test_the_last_message_leads_to_the_page(render):
    *earlier, last = render(an_edition(), a_context(web_url=ADDRESS))
    assert ADDRESS in str(last.payload)
    assert "Read on the web" in str(last.payload)
    assert not any(ADDRESS in str(one.payload) for one in earlier)


@each_platform
def test_the_plain_text_has_the_address(render):
    last = render(an_edition(), a_context(web_url=ADDRESS))[-1]
    assert f"Read on the web: {ADDRESS}" in last.fallback_text


@each_platform
def test_without_a_page_there_is_nothing_of_it(render):
    for part in render(an_edition(), a_context()):
        assert "Read on the web" not in str(part)


@each_platform
def test_it_is_in_the_language_of_the_digest(render):
    last = render(an_edition(), a_context(web_url=ADDRESS, locale="de"))[-1]
    assert "Im Web lesen" in str(last.payload)


def test_on_discord_it_is_a_link_button_within_the_rules():
    parts = render_for_discord(an_edition(), a_context(web_url=ADDRESS))
    (button,) = [
        node
        for _, node in discord_rules.walk(parts[-1].payload["components"])
        if node["type"] == 2 and "url" in node
    ]
    assert button == {
        "type": 2,
        "style": 5,
        "url": ADDRESS,
        "label": "Read on the web",
    }


def test_an_address_that_discord_refuses_is_left_out():
    long = f"https://news.example/{'a' * 500}"
    parts = render_for_discord(an_edition(), a_context(web_url=long))
    assert long not in str([part.payload for part in parts])


def test_on_slack_it_is_a_link_that_sends_us_nothing():
    parts = render_for_slack(an_edition(), a_context(web_url=ADDRESS))
    assert complaints(parts) == []
    links = [
        element
        for block in parts[-1].payload["blocks"]
        if block["type"] == "context"
        for element in block["elements"]
        if element["type"] == "mrkdwn" and ADDRESS in element["text"]
    ]
    assert [link["text"] for link in links] == [f"<{ADDRESS}|Read on the web>"]


def test_on_the_local_page_it_is_a_link():
    page = shown(an_edition(), web_url=ADDRESS)
    (link,) = page.css(f'a[href="{ADDRESS}"]')
    assert link.text() == "Read on the web"


def test_it_is_stored_with_the_edition():
    context = a_context(web_url=ADDRESS)
    assert context_from_json(context_to_json(context), "e-7k3m9q") == replace(
        context, edition_id="e-7k3m9q"
    )
    assert "web_url" not in context_to_json(a_context())
