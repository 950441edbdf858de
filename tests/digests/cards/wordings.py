"""Words of cards in all scripts, invented, and a builder."""

from typing import Any

from digests.cards.wording import CardWording

#: By script: the language, the quote, its marks, a speaker, a role and an outlet.
SCRIPTS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "latin": (
        "en",
        "“",
        "”",
        "The bridge was never closed; somebody had painted the barrier on the wall.",
        "Marit Oakes",
        "harbour engineer",
        "Tidewater Gazette",
    ),
}


def a_wording(script: str = "latin", **changes: Any) -> CardWording:
    lang, opening, closing, quote, speaker, role, outlet = SCRIPTS[script]
    fields: dict[str, Any] = {
        "quote": quote,
        "opening": opening,
        "closing": closing,
        "speaker": speaker,
        "role": role,
        "outlet": outlet,
        "date": "24 November 2026",
        "check_line": "word for word from the source",
        "lang": lang,
    }
    return CardWording(**{**fields, **changes})
