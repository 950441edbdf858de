"""Editions as Discord messages: within limits, whole quotes, one control a message."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.safe_text import sanitize_text
from bot.platforms.discord import limits
from bot.platforms.discord.messages import build_edit_body, build_post_body
from bot.platforms.discord.render import render
from digests.types import Headline, Sentence
from tests.bot.platforms.discord.hostile import texts
from tests.bot.platforms.local.samples import (
    BRIDGE,
    HERO,
    a_card,
    a_context,
    a_delivery,
    a_ref,
    a_story,
    an_edition,
)
from tests.wire.discord import rules, schema
from tests.wire.discord.markdown import read

KEY = "abcdefghijklmnopqrstuvwx2"


def displays(part) -> list[str]:
    nodes = rules.walk(part.payload["components"])
    return [node["content"] for _, node in nodes if node["type"] == 10]


def control_ids(part) -> list[str]:
    """Every id that a press can send: buttons, and the options of selects."""
    found = []
    for _, node in rules.walk(part.payload["components"]):
        if node["type"] == 2:
            found.append(node["custom_id"])
        found += [option["value"] for option in node.get("options", ())]
    return found


def bodies(parts):
    for part in parts:
        delivery = a_delivery(
            key=KEY, payload=part.payload, fallback_text=part.fallback_text
        )
        yield build_post_body(delivery), False
        yield build_post_body(replace(delivery, payload={}, fallback_level=1)), False
        yield build_edit_body(delivery), True
        yield build_edit_body(replace(delivery, payload={}, fallback_level=1)), True


def complaints(parts) -> list:
    return [
        complaint
        for body, is_edit in bodies(parts)
        for complaint in (
            *rules.message(body, edit=is_edit),
            *schema.complaints(
                "MessageEditRequestPartial" if is_edit else "MessageCreateRequest",
                body,
            ),
        )
    ]


def big(stories: int, text: str = "A sentence about the harbour. " * 12):
    """An edition in which every story has the maximum length."""
    story = a_story(
        BRIDGE,
        summary=tuple(Sentence(text=text, spans=()) for _ in range(4)),
        cards=(replace(HERO, text="W" + "e waited " * 43),),
    )
    return an_edition(
        stories=tuple(replace(story, id=f"s-{n}") for n in range(1, stories + 1))
    )


def test_an_edition_is_one_message_that_discord_takes():
    parts = render(an_edition(), a_context())
    assert len(parts) == 1
    assert complaints(parts) == []


@pytest.mark.parametrize("stories", [0, 1, 3, 6, 10, 30])
def test_a_long_edition_is_split_between_stories(stories):
    parts = render(big(stories), a_context())
    assert complaints(parts) == []
    assert [part.key for part in parts] == [str(n + 1) for n in range(len(parts))]
    reported = [
        int(display.removeprefix("**").split("\\.")[0])
        for part in parts
        for display in displays(part)
        if display.startswith("**") and "Also" not in display
    ]
    assert reported == list(range(1, stories + 1))


@pytest.mark.parametrize("stories", [0, 3, 30])
def test_every_message_has_a_control(stories):
    assert all(control_ids(part) for part in render(big(stories), a_context()))


def test_the_controls_are_those_of_the_local_page_and_the_way_to_its_thread():
    from bot.platforms.local.render import render as local

    (part,) = render(an_edition(), a_context())
    (page,) = local(an_edition(), a_context())
    controls = page.payload["controls"]
    wanted = [option["id"] for option in controls["select"]["options"]]
    wanted += [button["id"] for button in controls["buttons"]]
    assert control_ids(part) == [*wanted, "v1:discuss:e-7k3m9q"]


def test_a_label_of_many_emoji_fits_as_discord_counts():
    story = a_story(BRIDGE, headline=Headline(text="🌉" * 150))
    assert complaints(render(an_edition(stories=(story,)), a_context())) == []


def test_a_story_is_offered_in_its_own_message():
    for part in render(big(12), a_context()):
        reported = [d for d in displays(part) if d.startswith("**") and "Also" not in d]
        offered = [c for c in control_ids(part) if c.startswith("v1:story:")]
        assert len(reported) == len(offered)


def test_quotes_are_whole_or_not_there():
    fits = "W" + "e" * (limits.QUOTE - 1)
    too_long = fits + "e"
    story = a_story(
        BRIDGE,
        cards=tuple(replace(HERO, text=text) for text in (too_long, fits)),
    )
    (part,) = render(an_edition(stories=(story,), hero=None), a_context())
    shown = read("\n".join(displays(part))).words
    assert f"“{fits}”" in shown
    assert too_long not in shown


def test_a_quote_keeps_its_lines_and_quotation_marks():
    card = replace(HERO, text="Eine Zeile.\n# Noch eine: *fest*.", lang="de")
    story = a_story(BRIDGE, cards=(card,))
    (part,) = render(an_edition(stories=(story,), hero=None), a_context())
    shown = read("\n".join(displays(part))).words
    assert "„Eine Zeile.\n# Noch eine: *fest*.“" in shown


def test_a_summary_is_shortened_by_whole_sentences():
    marked_up = " ".join("*_*" for _ in range(120))
    parts = render(big(1, marked_up), a_context())
    (display,) = [d for part in parts for d in displays(part) if d.startswith("**1")]
    whole = read(display).words.count(marked_up)
    assert 0 < whole < 4
    assert read(display).words.count("*_*") == whole * 120


def test_rendering_again_gives_the_same():
    assert render(big(8), a_context()) == render(big(8), a_context())


@given(st.lists(texts, min_size=9, max_size=9), st.integers(1, 4))
def test_no_text_of_a_feed_becomes_live(said, count):
    title, headline, sentence, words, speaker, role, source, brief, url = said
    card = replace(
        a_card(BRIDGE, BRIDGE.text[:20], speaker or "Ada"),
        text=f"W{words}",
        role=role,
        source=source,
    )
    ref = replace(a_ref(BRIDGE), url=f"https://wire.example/{url}", source=source)
    story = a_story(
        BRIDGE,
        headline=Headline(text=headline),
        summary=(Sentence(text=sentence, spans=()),),
        cards=(card,),
        articles=(ref,),
        outlets=(source,),
    )
    edition = an_edition(
        title=title,
        stories=tuple(replace(story, id=f"s-{n}") for n in range(count)),
        hero=replace(card, text=words) if words.strip() else None,
    )
    first = edition.brief[0]
    edition = replace(
        edition,
        brief=(replace(first, headline=Headline(text=brief), article=ref),),
    )
    parts = render(edition, a_context())
    assert complaints(parts) == []
    for part in parts:
        for display in displays(part):
            check_live(read(display).live)
    shown = read("\n".join(d for part in parts for d in displays(part))).words
    lines = sanitize_text(card.text).replace("\r\n", "\n").replace("\r", "\n")
    assert f"“{lines}”" in shown or card.text[:2].strip() != card.text[:2]


def check_live(live: list[tuple[str, str]]) -> None:
    """Only our own markup: heading, small print, quotes, bold titles, honest links."""
    for kind, said in live:
        assert kind in {"heading", "small", "quote", "strong", "list", "link"}, said
        if kind == "heading":
            assert said == "##"
        if kind == "link":
            label, _, target = said.partition(" → ")
            assert label == target.split("/")[2]


def test_posts_have_no_pings_and_no_previews():
    for body, _ in bodies(render(an_edition(), a_context())):
        assert body["allowed_mentions"] == {"parse": []}
        assert body["flags"] & limits.SUPPRESS_EMBEDS


def test_plain_words_are_escaped_and_fit():
    delivery = a_delivery(fallback_text="# @everyone *x*\n" * 400)
    content = build_post_body(delivery)["content"]
    assert len(content) <= limits.CONTENT
    shown = read(content)
    assert shown.live == []
    assert shown.words.endswith("*x*\n…")


@pytest.mark.parametrize("headline", ["🌉" * 150, "🇩🇪" * 90, "word 𝔘𝔘𝔘 " * 20])
def test_an_option_counts_as_discord_counts(headline):
    story = a_story(BRIDGE, headline=Headline(text=headline))
    parts = render(an_edition(stories=(story,), hero=None), a_context())
    assert not complaints(parts)
    nodes = (node for _, node in rules.walk(parts[0].payload["components"]))
    (option,) = (option for node in nodes for option in node.get("options", ()))
    assert option["label"].endswith("…")
