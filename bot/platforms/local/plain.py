"""An edition's structure in plain words: notifications, screen readers, last resort.

It says what the page says, in the same order, without markup. It reads the payload
that `render` built and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.platforms.inert import inert

#: The order of a payload that says none.
_USUAL: Final[Mapping[str, Any]] = {
    "story": ("summary", "matters", "quotes", "figures"),
    "also": "below",
}


def edition_text(payload: Mapping[str, Any]) -> str:
    """The whole edition as lines of text."""
    return inert("\n".join(_lines(payload)))


def _lines(payload: Mapping[str, Any]) -> Iterator[str]:
    yield f"{payload['title']} · {payload['day']}"
    yield payload["counts"]
    if payload["late"]:
        yield payload["late"]
    laid_out = payload.get("layout") or _USUAL
    if laid_out["also"] == "above":
        yield from _brief(payload)
    for story in payload["stories"]:
        yield ""
        yield from _story(story, laid_out["story"])
    if payload["hero"]:
        yield ""
        yield _quote(payload["hero"])
    if laid_out["also"] == "below":
        yield from _brief(payload)
    yield ""
    yield payload["honesty"]
    yield payload["end"]


def _brief(payload: Mapping[str, Any]) -> Iterator[str]:
    if payload["brief"]:
        yield ""
        for brief in payload["brief"]:
            said = (brief["headline"], brief["source"], *brief["notes"])
            yield "– " + " · ".join(filter(None, said))


def _story(story: Mapping[str, Any], sections: Sequence[str]) -> Iterator[str]:
    mark = f"{story['update']}: " if story["update"] else ""
    yield f"{story['number']}. {mark}{story['headline']}"
    for section in sections:
        yield from _section(story, section)
    yield story["source"]
    yield from story["notes"]


def _section(story: Mapping[str, Any], section: str) -> Iterator[str]:
    match section:
        case "summary" if story["summary"]:
            yield " ".join(sentence["text"] for sentence in story["summary"])
        case "matters" if story["matters"]:
            yield story["matters"]["text"]
        case "quotes":
            cards = (story["shown"], *story["cards"])
            yield from (_quote(card) for card in cards if card is not None)
        case "figures":
            yield from _figures(story)


def _figures(story: Mapping[str, Any]) -> Iterator[str]:
    if story["figures"]:
        yield " · ".join(
            " ".join(filter(None, (figure["text"], figure["what"])))
            for figure in story["figures"]
        )
    for sides in story["disputes"]:
        yield " · ".join(f"{s['text']} {s['what']} ({s['source']})" for s in sides)


def _quote(card: Mapping[str, Any]) -> str:
    said_by = ", ".join(filter(None, (card["speaker"], card["role"], card["outlet"])))
    said = f"{card['opening']}{card['text']}{card['closing']} {said_by}"
    return f"{said} · {card['withdrawn']}" if card["withdrawn"] else said
