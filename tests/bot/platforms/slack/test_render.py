"""Editions as Slack messages: within limits, whole quotes, one control a message."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from syrupy.extensions.json import JSONSnapshotExtension

from bot.i18n.safe_text import sanitize_text
from bot.platforms.common.text import count_utf16, shorten_text, shorten_utf16
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import escape_mrkdwn, format_link, measure_blocks
from bot.platforms.slack.messages import (
    build_edit_body,
    build_post_body,
    format_fallback,
)
from bot.platforms.slack.render import render
from digests.language.links import make_link
from digests.types import Headline, Sentence
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
from tests.bot.platforms.slack.hostile import texts
from tests.wire.slack import rules

KEY = "abcdefghijklmnopqrstuvwx2"
LONG_ADDRESS = f"https://news.example/{'a' * 1500}"


@pytest.fixture
def snapshot(snapshot):
    return snapshot.use_extension(JSONSnapshotExtension)


def blocks(part) -> list[dict[str, Any]]:
    return list(part.payload["blocks"])


def control_ids(part) -> list[str]:
    """Every id that a press can send: buttons, and the options of selects."""
    found = []
    for _, element in rules.elements(blocks(part)):
        found += [option["value"] for option in element.get("options", ())]
        if element["type"] == "button":
            found.append(element["value"])
    return found


def bodies(parts) -> Iterator[tuple[dict[str, Any], bool]]:
    for part in parts:
        for payload in (part.payload, {}, {"links": [LONG_ADDRESS] * 15}):
            delivery = a_delivery(
                key=KEY, payload=payload, fallback_text=part.fallback_text
            )
            yield {"channel": "C1", **build_post_body(delivery)}, False
            yield {"channel": "C1", "ts": "1.1", **build_edit_body(delivery)}, True


def complaints(parts) -> list[rules.Complaint]:
    return [
        complaint
        for body, is_edit in bodies(parts)
        for complaint in rules.message(body, edit=is_edit)
    ]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every nested object, the outermost first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def words(part, kind: str = "text") -> list[str]:
    found = nodes(blocks(part))
    return [node["text"] for node in found if node.get("type") == kind]


def quotes(part) -> list[str]:
    found = [n for n in nodes(blocks(part)) if n.get("type") == "rich_text_quote"]
    return [node["elements"][0]["text"] for node in found]


def bold(part) -> list[str]:
    found = [n for n in nodes(blocks(part)) if n.get("style") == {"bold": True}]
    return [node["text"] for node in found]


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


# ── one message ────────────────────────────────────────────────────────────────


def test_an_edition_is_one_message_that_slack_takes():
    parts = render(an_edition(), a_context())
    assert len(parts) == 1
    assert complaints(parts) == []


@pytest.mark.parametrize("locale", ["en", "de"])
def test_what_slack_gets_is_this(snapshot, locale):
    (part,) = render(an_edition(), a_context(locale=locale))
    assert build_post_body(a_delivery(key=KEY, **_of(part))) == snapshot


def test_what_slack_gets_in_plain_words_is_this(snapshot):
    (part,) = render(an_edition(), a_context(late=True))
    delivery = a_delivery(key=KEY, payload={}, fallback_text=part.fallback_text)
    assert build_post_body(delivery)["text"].split("\n") == snapshot


def test_what_slack_gets_as_links_names_their_hosts():
    links = {"links": ["https://news.example/a?x=1&y=2", "javascript:alert(1)"]}
    delivery = a_delivery(key=KEY, payload=links, fallback_text="")

    assert build_post_body(delivery)["text"] == (
        "<https://news.example/a?x=1&amp;y=2|news.example>"
    )


def _of(part) -> dict[str, Any]:
    return {"payload": part.payload, "fallback_text": part.fallback_text}


@pytest.mark.parametrize("stories", [0, 3, 30])
def test_the_classes_of_slacks_own_library_take_it_too(stories):
    for part in render(big(stories), a_context()):
        for block in blocks(part):
            parsed = Block.parse(block)
            assert parsed is not None
            assert parsed.to_dict()["type"] == block["type"]


def test_the_controls_are_those_of_the_local_page():
    from bot.platforms.local.render import render as local

    (part,) = render(an_edition(), a_context())
    (page,) = local(an_edition(), a_context())
    controls = page.payload["controls"]
    wanted = [option["id"] for option in controls["select"]["options"]]
    wanted += [button["id"] for button in controls["buttons"]]
    assert control_ids(part) == wanted


def test_notifications_and_readers_get_the_whole_edition_in_words():
    (part,) = render(an_edition(), a_context())
    text = build_post_body(a_delivery(**_of(part)))["text"]
    assert text.startswith("Morning news\n")
    for story in an_edition().stories:
        assert story.headline.text in text


def test_rendering_again_gives_the_same():
    assert render(big(8), a_context()) == render(big(8), a_context())


# ── long messages ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stories", [0, 1, 3, 6, 10, 30])
def test_a_long_edition_is_split_between_stories(stories):
    parts = render(big(stories), a_context())
    assert complaints(parts) == []
    assert [part.key for part in parts] == [str(n + 1) for n in range(len(parts))]
    reported = [title for part in parts for title in bold(part) if title[0].isdigit()]
    numbers = [int(title.split(".")[0]) for title in reported]
    assert numbers == list(range(1, stories + 1))


@pytest.mark.parametrize("stories", [0, 3, 30])
def test_every_message_has_a_control_and_stays_within_our_budget(stories):
    for part in render(big(stories), a_context()):
        assert control_ids(part)
        assert measure_blocks(blocks(part)) <= limits.BLOCKS_SIZE_USED
        assert len(blocks(part)) <= limits.BLOCKS_USED


def test_a_message_holds_ten_short_stories_and_no_more():
    story = a_story(BRIDGE, summary=())
    stories = tuple(replace(story, id=f"s-{n}") for n in range(11))
    first, second = render(an_edition(stories=stories), a_context())
    assert [sum("story" in c for c in control_ids(p)) for p in (first, second)] == [
        10, 1,
    ]  # fmt: skip


def test_a_story_is_offered_in_its_own_message():
    for part in render(big(12), a_context()):
        reported = [title for title in bold(part) if title[0].isdigit()]
        offered = [c for c in control_ids(part) if c.startswith("v1:story:")]
        assert len(reported) == len(offered)


def test_a_continued_message_is_marked():
    first, second, *_ = render(big(12), a_context())
    assert second.fallback_text.startswith("Morning news · 2/")
    assert not first.fallback_text.startswith("Morning news ·")


def test_quotes_are_whole_or_not_there():
    fits = "W" + "e" * (limits.QUOTE - 1)
    too_long = fits + "e"
    story = a_story(
        BRIDGE, cards=tuple(replace(HERO, text=text) for text in (too_long, fits))
    )
    (part,) = render(an_edition(stories=(story,), hero=None), a_context())
    assert quotes(part) == [f"“{fits}”"]


def test_a_quote_keeps_its_lines_and_quotation_marks():
    card = replace(HERO, text="Eine Zeile.\n> Noch eine: *fest* & <gut>.", lang="de")
    story = a_story(BRIDGE, cards=(card,))
    (part,) = render(an_edition(stories=(story,), hero=None), a_context())
    assert quotes(part) == ["„Eine Zeile.\n> Noch eine: *fest* & <gut>.“"]


def test_a_summary_is_shortened_by_whole_sentences():
    # JSON writes a backslash as two.
    wide = "\\" * (limits.SENTENCE - 1)
    (part, *_) = render(big(1, wide), a_context())
    reported = "".join(words(part))
    assert reported.count(wide) == 3
    assert reported.count("\\") == 3 * len(wide)


# ── limits ─────────────────────────────────────────────────────────────────────


def test_our_budgets_are_below_slacks_limits():
    assert limits.BLOCKS_USED <= limits.BLOCKS
    assert limits.BLOCKS_SIZE_USED <= limits.BLOCKS_SIZE
    assert limits.TEXT_USED <= limits.TEXT_BEST <= limits.TEXT
    assert limits.STORIES <= limits.OPTIONS


def test_the_numbers_are_those_of_the_shared_table():
    file = Path(__file__).parents[5] / "shared" / "platform" / "limits.json"
    if not file.is_file():
        pytest.skip("The table of limits is not beside this repository.")
    table = json.loads(file.read_text(encoding="utf-8"))["slack"]
    ours = {
        "blocks_message": limits.BLOCKS,
        "header": limits.HEADER,
        "button_text": limits.LABEL_OF_CONTROL,
        "option_text": limits.LABEL_OF_CONTROL,
        "placeholder": limits.PLACEHOLDER,
        "select_options": limits.OPTIONS,
        "context_elements": limits.CONTEXT_ELEMENTS,
        "action_id": limits.ACTION_ID,
        "text_best": limits.TEXT_BEST,
        "text_truncates": limits.TEXT,
        "post_per_channel_per_second": limits.CHANNEL_RATE,
    }
    assert ours == {name: table[name] for name in ours}


# ── hostile text ───────────────────────────────────────────────────────────────


@given(st.lists(texts, min_size=9, max_size=9), st.integers(1, 12))
def test_no_text_of_a_feed_becomes_live(said, count):
    title, headline, sentence, spoken, speaker, role, source, brief, url = said
    card = replace(
        a_card(BRIDGE, BRIDGE.text[:20], speaker or "Ada"),
        text=f"W{spoken}"[: limits.QUOTE],
        role=role,
        source=source,
    )
    ref = replace(a_ref(BRIDGE), url=f"https://wire.example/{url}", source=source)
    story = a_story(
        BRIDGE,
        headline=Headline(text=headline),
        summary=tuple(Sentence(text=sentence, spans=()) for _ in range(5)),
        cards=(card,),
        articles=(ref,),
        outlets=(source,),
    )
    edition = an_edition(
        title=title,
        stories=tuple(replace(story, id=f"s-{n}") for n in range(count)),
        hero=replace(card, text=spoken) if spoken.strip() else None,
    )
    first = edition.brief[0]
    edition = replace(
        edition, brief=(replace(first, headline=Headline(text=brief), article=ref),)
    )
    parts = render(edition, a_context())
    # The rules report every ping, every misleading link and all unescaped text.
    assert complaints(parts) == []
    for part in parts:
        check_live(part)
    if count_utf16(card.text) <= limits.QUOTE and card != edition.hero:
        shown = [quote for part in parts for quote in quotes(part)]
        assert shown.count(f"“{sanitize_text(card.text)}”") >= count


def check_live(part) -> None:
    """Markup is read in one field only, which holds one honest link or nothing."""
    for node in nodes(blocks(part)):
        assert node.get("emoji", False) is False
        if node.get("type") == "mrkdwn":
            href, _, label = node["text"].strip("<>").partition("|")
            assert label == href.split("/")[2]
        if node.get("type") == "link":
            assert node["text"] == node["url"].split("/")[2]


def test_posts_have_no_pings_and_no_previews():
    for body, is_edit in bodies(render(an_edition(), a_context())):
        assert body["link_names"] is False
        assert body["parse"] == "none"
        if not is_edit:
            assert body["unfurl_links"] is body["unfurl_media"] is False
            assert body["mrkdwn"] is False


@given(texts)
def test_an_escaped_text_is_read_back_as_what_it_was(text):
    shown = escape_mrkdwn(text)
    assert list(rules.mrkdwn("text", shown)) == []
    read = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read == sanitize_text(text).replace("\r\n", "\n").replace("\r", "\n")


def test_plain_words_are_escaped_and_fit():
    delivery = a_delivery(fallback_text="<!channel> & *x*\n" * 400)
    text = build_post_body(delivery)["text"]
    assert count_utf16(text) <= limits.TEXT_USED
    assert text.endswith("&lt;!channel&gt; &amp; *x*\n…")


@pytest.mark.parametrize(
    "url",
    [
        "https://wire.example/a|b",
        "https://wire.example/a>b",
        "https://wire.example/?a=1&b=2",
        "https://wire.example/%3Ca%3E",
        "https://wire.example/brücke",
        "http://[::1]:8080/x",
    ],
)
def test_no_address_ends_its_link_early(url):
    found = make_link(url)
    written = format_link(found)
    assert found is not None
    assert list(rules.mrkdwn("x", written)) == []
    assert written.endswith(f"|{found.host}>")
    assert written.count("|") == 1


def test_an_address_that_is_too_long_is_left_out():
    assert format_link(make_link("https://wire.example/" + "a" * limits.LINK)) == ""


@given(texts, st.integers(2, 200))
def test_a_fitted_text_fits_as_slack_counts(text, most):
    kept = shorten_utf16(text, most)
    assert count_utf16(kept) <= most
    if count_utf16(" ".join(text.split())) <= most:
        assert kept == shorten_text(text, most)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("See https://user:password@bank.example/a now", "https://bank.example/a"),
        ("HTTP://ana@bank.example", "HTTP://bank.example"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://a@b:c@evil.example/", "https://evil.example/"),
        ("https://bank.example/@ana", "https://bank.example/@ana"),
        ("ana@bank.example", "ana@bank.example"),
    ],
)
def test_an_address_in_the_plain_text_has_no_user_information(written: str, kept: str):
    said = format_fallback(written)
    assert kept in said
    assert "password" not in said
    assert said.count("@") == kept.count("@")
