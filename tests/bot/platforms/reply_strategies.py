"""Replies of every kind, with hostile texts, for the renderers of all platforms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.model import (
    Control,
    ControlMenu,
    FactTable,
    ListItem,
    MenuOption,
    MessagePart,
    Paragraph,
    Picture,
    PictureBlock,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from digests.types import QuoteCard, Span


def a_card(**changes: Any) -> QuoteCard:
    parts: dict[str, Any] = {
        "text": "We will not reopen it",
        "speaker": "Ada Brandt",
        "role": "engineer",
        "source": "Hallin Courier",
        "article": "1",
        "url": "https://courier.example/bridge",
        "published": datetime(2026, 1, 6, tzinfo=UTC),
        "span": Span(start=0, end=21),
        "context": Span(start=0, end=21),
        "context_text": "We will not reopen it",
        "alt": "Quote card",
        "lang": "en",
    }
    return QuoteCard(**{**parts, **changes})


#: Ids as they are, and as no page would have them; several have the same.
_IDS = st.one_of(st.text(max_size=120), st.sampled_from(["v1:page:1", "v1:home:"]))


_PICTURES = st.integers(0, 10**6).map(
    lambda n: Picture(hash=f"{n:032x}", content=b"\x89PNG", width=1200, height=630)
)


def any_control(text: st.SearchStrategy[str]) -> st.SearchStrategy[Control]:
    return st.builds(Control, id=_IDS, label=text, primary=st.booleans())


def any_menu(text: st.SearchStrategy[str]) -> st.SearchStrategy[ControlMenu]:
    option = st.builds(MenuOption, id=_IDS, label=text, note=text)
    options = st.lists(option, max_size=30).map(tuple)
    return st.builds(ControlMenu, label=text, options=options)


def any_reply(
    texts: st.SearchStrategy[str], parts: Sequence[MessagePart]
) -> st.SearchStrategy[Reply]:
    """Replies from these texts; `parts` is an edition as the platform renders it."""
    text = st.one_of(
        texts,
        st.text(max_size=60),
        texts.map(lambda part: part * 40),
        st.sampled_from(
            [
                "🌉" * 2_000,
                '"' * 4_000,
                "*" * 4_000,
                "\\" * 4_000,
                "a\n" * 1_000,
                "ב" * 2_000,
            ]
        ),
    )
    url = st.one_of(
        st.none(),
        st.sampled_from(
            ["https://a.example/x", "javascript:alert(1)", "https://u@b.example"]
        ),
        texts.map(lambda part: f"https://a.example/{part}"),
    )
    card = st.builds(
        a_card,
        text=text,
        speaker=st.one_of(st.none(), text),
        role=st.one_of(st.none(), text),
        source=text,
        url=url,
    )
    block = st.one_of(
        st.builds(Paragraph, text=text),
        st.builds(SmallPrint, text=text),
        st.builds(
            ListItem,
            title=text,
            text=text,
            note=text,
            url=url,
            control=st.one_of(st.none(), any_control(text)),
        ),
        st.builds(QuoteBlock, card=card),
        st.builds(PictureBlock, picture=_PICTURES, alt=text),
        st.builds(
            FactTable, rows=st.lists(st.tuples(text, text), max_size=12).map(tuple)
        ),
        st.builds(RenderedEdition, parts=st.just(tuple(parts))),
        st.builds(
            RenderedEdition,
            parts=st.builds(
                MessagePart, key=st.just("1"), payload=st.just({}), fallback_text=text
            ).map(lambda part: (part,)),
        ),
    )
    return st.builds(
        Reply,
        title=text,
        blocks=st.lists(block, max_size=8).map(tuple),
        controls=st.lists(any_control(text), max_size=14).map(tuple),
        menus=st.lists(any_menu(text), max_size=6).map(tuple),
        in_place=st.booleans(),
        problem=st.booleans(),
    )
