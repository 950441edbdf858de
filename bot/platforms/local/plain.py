"""An edition's structure in plain words: notifications, screen readers, last resort.

It says what the page says, in the same order, without markup. It reads the payload
that `render` built and nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.platforms.inert import inert


def edition_text(payload: Mapping[str, Any]) -> str:
    """The whole edition as lines of text."""
    return inert("\n".join(_lines(payload)))


def _lines(payload: Mapping[str, Any]) -> Iterator[str]:
    yield f"{payload['title']} · {payload['day']}"
    yield payload["counts"]
    if payload["late"]:
        yield payload["late"]
    for story in payload["stories"]:
        yield ""
        yield from _story(story)
    if payload["hero"]:
        yield ""
        yield _quote(payload["hero"])
    if payload["brief"]:
        yield ""
        for brief in payload["brief"]:
            said = (brief["headline"], brief["source"], *brief["notes"])
            yield "– " + " · ".join(filter(None, said))
    yield ""
    yield payload["honesty"]
    yield payload["end"]


def _story(story: Mapping[str, Any]) -> Iterator[str]:
    mark = f"{story['update']}: " if story["update"] else ""
    yield f"{story['number']}. {mark}{story['headline']}"
    if story["summary"]:
        yield " ".join(sentence["text"] for sentence in story["summary"])
    if story["matters"]:
        yield story["matters"]["text"]
    for card in (story["shown"], *story["cards"]):
        if card is not None:
            yield _quote(card)
    if story["figures"]:
        yield " · ".join(
            " ".join(filter(None, (figure["text"], figure["what"])))
            for figure in story["figures"]
        )
    for sides in story["disputes"]:
        yield " · ".join(f"{s['text']} {s['what']} ({s['source']})" for s in sides)
    yield story["source"]
    yield from story["notes"]


def _quote(card: Mapping[str, Any]) -> str:
    said_by = ", ".join(filter(None, (card["speaker"], card["role"], card["outlet"])))
    said = f"{card['opening']}{card['text']}{card['closing']} {said_by}"
    return f"{said} · {card['withdrawn']}" if card["withdrawn"] else said
