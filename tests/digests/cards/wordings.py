"""Words of cards in all scripts, invented, and a builder."""

import tomllib
from pathlib import Path
from typing import Any

from digests.cards.content import get_quotation_marks
from digests.cards.wording import LONGEST_QUOTE, CardWording, measure_length

_SAMPLES = Path(__file__).parents[2] / "data" / "card_scripts.toml"
#: By name of the script: what is said, by whom, and where that is printed.
SCRIPTS: dict[str, dict[str, str]] = tomllib.loads(_SAMPLES.read_text("utf-8"))
LENGTHS = ("short", "medium", "long")
#: A PDF has the words of other scripts in the order of their shapes.
LEFT_TO_RIGHT_ALPHABETS = ("latin", "german", "french", "vietnamese", "greek",
    "cyrillic", "armenian", "georgian")  # fmt: skip


def a_wording(
    script: str = "latin", length: str = "medium", **changes: Any
) -> CardWording:
    """The words of a card; a long one has as many letters as a card may have."""
    sample = SCRIPTS[script]
    opening, closing = get_quotation_marks(sample["lang"])
    fields: dict[str, Any] = {
        "quote": write_quote(sample, length),
        "opening": opening.replace(" ", "\u00a0"),
        "closing": closing.replace(" ", "\u00a0"),
        **{name: sample[name] for name in ("speaker", "role", "outlet", "date")},
        "check_line": "word for word from the source",
        "lang": sample["lang"],
    }
    return CardWording(**{**fields, **changes})


def write_quote(sample: dict[str, str], length: str) -> str:
    if length == "short":
        return sample["short"]
    space = "" if sample["lang"][:2] in ("ja", "zh") else " "
    quote = f"{sample['short']}{space}{sample['further']}"
    if length == "long":
        quote = space.join([quote] * 10)
        while measure_length(quote) > LONGEST_QUOTE:
            quote = quote[:-1]
    return quote.strip()
