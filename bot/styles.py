"""A digest's settings in the composer's words; it composes nothing."""

from typing import Any

from bot.types import Digest, Look
from digests.types import Style

#: Characters of a story's summary, at the most.
SUMMARY_CHARS = {"short": 280, "medium": 400, "long": 600}


def style_of(digest: Digest) -> Style:
    """The digest's settings in the composer's words."""
    return Style(
        title=digest.name,
        stories=digest.stories,
        lang=digest.language,
        include=digest.include,
        exclude=digest.exclude,
        more=digest.more,
        less=digest.less,
        **told_as(digest.look),
    )


def told_as(look: Look) -> dict[str, Any]:
    """The look in the composer's words."""
    return {
        "summary_chars": SUMMARY_CHARS[look.summary],
        "quotes": look.quotes,
        "figures": look.figures,
        "brief": look.brief,
        "sections": look.sections,
    }
