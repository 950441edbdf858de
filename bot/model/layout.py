"""Layout settings of a digest: how much is shown of each story, and which sections.

It does nothing else. Others take the noun from `bot.types`, where all nouns are.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from digests.types import Sections

SummaryLength = Literal["short", "medium", "long"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutSettings:
    """How a digest tells its stories."""

    summary: SummaryLength = "short"
    #: Quotes with a story, at the most; a chat message shows the best of them.
    quotes: int = 5
    #: Whether figures stand with a story.
    figures: bool = True
    #: Lines under «also in brief»; 0 = no such section.
    brief: int = 6
    #: What is shown, in order; None = what each platform shows by itself.
    sections: Sections = None


def layout_to_settings(look: LayoutSettings) -> dict[str, Any]:
    """Every setting by its name, as the configuration file has it."""
    chosen = look.sections
    return {**asdict(look), "sections": None if chosen is None else list(chosen)}


def layout_from_settings(settings: Mapping[str, Any] | None) -> LayoutSettings:
    """The look that these settings say; what they leave out is as usual."""
    said = settings or {}
    names = [field.name for field in fields(LayoutSettings) if field.name in said]
    kept = {name: said[name] for name in names}
    chosen = kept.get("sections")
    return LayoutSettings(
        **{**kept, "sections": None if chosen is None else tuple(chosen)}
    )


#: Characters of a story's summary, at the most.
SUMMARY_CHARS = {"short": 280, "medium": 400, "long": 600}


def layout_to_style(look: LayoutSettings) -> dict[str, Any]:
    """The look in the composer's words."""
    return {
        "summary_chars": SUMMARY_CHARS[look.summary],
        "quotes": look.quotes,
        "figures": look.figures,
        "brief": look.brief,
        "sections": look.sections,
    }
