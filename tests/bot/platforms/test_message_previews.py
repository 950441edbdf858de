"""A preview shows the parts and texts that are sent, and nothing of them is live."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings

from bot.configuration.change_steps import ChangeContext, request_entry
from bot.configuration.changes import apply_requests
from bot.configuration.unsaved_settings import apply_settings
from bot.i18n.safe_text import sanitize_text
from bot.model import DigestSettings, MessagePart
from bot.model.previews import MessagePreview, PreviewFrame
from bot.platforms.discord.markdown import escape_line
from bot.platforms.discord.preview import build_inline
from bot.platforms.plugins import load_plugins
from bot.platforms.slack.block_kit import escape_mrkdwn
from bot.platforms.slack.preview import build_mrkdwn
from bot.publishing import manual
from bot.publishing.live_previews import LivePreviews
from bot.storage import delivery_store
from digests.types import ALL_SECTIONS
from tests.bot.harness import BRIDGE, FLOOD, POOL, open_harness
from tests.bot.platforms.discord.hostile import STRINGS, texts
from tests.fakes import FakePlatform
from tests.wire.discord import markdown

#: A hundred when `make explore` looks for faults.
SETTINGS = 30 if settings.default and settings.default.derandomize else 100
SEEDS = Path(__file__).parents[3] / "seeds" / "articles"
FRAME = PreviewFrame(
    author="Standfirst", time="08:30", locate_picture=lambda hash: f"/{hash}"
)
#: What stands around a message, by its class.
AROUND: Final = re.compile(r"\b(dc|sl)-(head|avatar)\b")


class ShownText(HTMLParser):
    """Collects the texts of HTML, those that describe pictures among them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag in ("img", "hr", "br", "rect"):
            self.texts.append(found.get("alt") or " ")
        elif self._left_out or AROUND.search(found.get("class") or ""):
            self._left_out += 1

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and tag != "rect":
            self._left_out -= 1

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.texts.append(data)


def shown_in(html: str) -> str:
    reader = ShownText()
    reader.feed(html)
    return squeeze("".join(reader.texts))


def squeeze(text: str) -> str:
    return "".join(sanitize_text(text).split())


def said_by_discord(components: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts of components, as an independent reader of its markdown has them."""
    for one in components:
        if "content" in one:
            yield markdown.read(one["content"]).words
        yield str(one.get("label") or one.get("placeholder") or "")
        yield from (str(option["label"]) for option in one.get("options", ()))
        yield from (str(i.get("description", "")) for i in one.get("items", ()))
        yield from said_by_discord(one.get("components", ()))
        beside = one.get("accessory")
        yield str(beside.get("description", "")) if beside else ""


def said_by_slack(value: Any) -> Iterator[str]:
    """The texts of blocks, in their order."""
    if isinstance(value, list):
        for one in value:
            yield from said_by_slack(one)
    elif isinstance(value, dict) and isinstance(value.get("text"), str):
        text = value["text"]
        if value["type"] == "mrkdwn":
            text = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text)
            text = text.replace("&amp;", "&")
        yield text
    elif isinstance(value, dict):
        yield from said_by_slack(value.get("placeholder"))
        yield str(value.get("alt_text", ""))
        for name in ("text", "elements", "accessory", "options"):
            yield from said_by_slack(value.get(name))


def said_in(payload: Mapping[str, Any]) -> str:
    if "blocks" in payload:
        return squeeze("".join(said_by_slack(payload["blocks"])))
    return squeeze("".join(said_by_discord(payload["components"])))


class RenderingPlatform(FakePlatform):
    """Posts in memory what a real renderer makes."""

    def __init__(self, preview: MessagePreview) -> None:
        super().__init__("local")
        self.render = preview.render  # type: ignore[method-assign,assignment]


def preview_of(platform: str) -> MessagePreview:
    load = load_plugins()[platform].load_preview
    assert load is not None
    return load()


def some_settings(rng: random.Random, known: DigestSettings) -> DigestSettings:
    """Settings of a digest, drawn at random."""
    sections = rng.sample(ALL_SECTIONS, rng.randint(1, len(ALL_SECTIONS)))
    values = {
        "stories": rng.randint(1, 15),
        "summary": rng.choice(["short", "medium", "long"]),
        "quotes": rng.randint(0, 5),
        "figures": rng.random() < 0.7,
        "brief": rng.randint(0, 12),
        "sections": rng.choice([None, sections]),
        "accent": rng.choice([None, "#1f6feb"]),
        "exclude": rng.choice([[], ["harbour"], ["/pool|market/"]]),
        "language": rng.choice(["en", "en", "de"]),
        "name": rng.choice(
            ["Morning brief", "News & more", "A <b>digest</b> *of* all"]
        ),
    }
    return DigestSettings.model_validate({**known.to_entry(), **values})


@pytest.mark.hypothesis
@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_of_many_settings_it_shows_the_parts_and_texts_that_are_sent(
    sqlite_url, tmp_path, platform
):
    preview, rng = preview_of(platform), random.Random(20)
    fake = RenderingPlatform(preview)
    async with open_harness(sqlite_url, tmp_path, fake) as harness:
        articles = (BRIDGE, POOL, FLOOD)
        for number, text in enumerate(articles):
            harness.publish(str(number), text)
        for file in sorted(SEEDS.glob("*.txt"))[:4]:
            harness.publish(file.stem, file.read_text("utf-8"))
        await harness.apply()
        await harness.ingestor.refresh((await harness.digest()).sources, insist=True)
        place = await harness.place()
        live = LivePreviews(publisher=harness.publisher)
        name, posted = "Morning brief", 0
        for number in range(SETTINGS):
            saved = await harness.digest(name)
            wanted = some_settings(rng, saved.settings)
            unsaved = apply_settings(saved, wanted, (), saved.destinations)
            edition = await live.compose(unsaved)
            drawn = await live.draw(unsaved, place.workspace, edition)
            shown = preview.render(edition, drawn.context) if edition.stories else ()

            context = ChangeContext(plugins=load_plugins(), now=harness.clock.now())
            request = request_entry("digest", name, wanted.to_entry())
            await harness.db.write(apply_requests, saved.scope, [request], context)
            digest = await harness.digest(name := wanted.name)
            outcome = await harness.publisher.post_now(digest, f"post-{number}")
            stored = outcome.stored_edition
            if stored is None:
                assert shown == ()
                continue
            sent = await harness.db.read(
                delivery_store.list_deliveries, stored.scope, edition_id=stored.id
            )
            posted += 1
            assert [shown_in(preview.build_html(part, FRAME)) for part in shown] == [
                said_in(delivery.payload) for delivery in sent
            ]
            await harness.db.write(
                manual.undo_edition,
                stored.scope,
                public_id=stored.public_id,
                by="test",
                now=harness.clock.now(),
            )
        assert posted > SETTINGS * 0.8


@given(texts)
def test_foreign_text_on_discord_is_shown_as_it_is(text):
    line = " ".join(sanitize_text(text).split())
    html = build_inline(escape_line(text))
    reader = ShownText()
    reader.feed(html)
    assert "".join(reader.texts) == line
    assert reader.tags == []


@pytest.mark.parametrize("text", [*STRINGS, "<script>alert(1)</script>", "a & b"])
def test_foreign_text_on_slack_is_shown_as_it_is(text):
    html = build_mrkdwn(escape_mrkdwn(text).replace("*", "").replace("_", ""))
    assert "<script" not in html
    assert "<a " not in html


def test_a_link_that_is_no_web_address_is_text():
    assert build_inline("[here](<javascript:alert(1)>)") == "here"


@pytest.mark.parametrize("platform", ["discord", "slack"])
def test_the_limits_are_those_of_the_platform(platform):
    preview = preview_of(platform)
    payload: dict[str, Any] = {"blocks": [{"type": "divider"}]}
    if platform == "discord":
        payload = {"components": [{"type": 10, "content": "four"}]}
    part = MessagePart(key="1", payload=payload, fallback_text="")
    first, second = preview.measure(part)[:2]
    assert (first.used, first.most) == (1, {"discord": 40, "slack": 50}[platform])
    assert second.most == {"discord": 4_000, "slack": 11_300}[platform]
