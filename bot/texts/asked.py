"""Which of our languages a browser asks for; it reads the header and nothing else."""

from collections.abc import Iterator

from bot.texts import languages

#: Characters of the header that are read: no browser names more languages.
_LONGEST = 400


def asked_for(header: str | None, otherwise: str) -> str:
    """The locale of «de-DE,de;q=0.9,en;q=0.8» that we have texts for, else another.

    Args:
        header: `Accept-Language` as it came, or None.
        otherwise: What holds where the header names none of ours.
    """
    known = languages()
    named = sorted(_named((header or "")[:_LONGEST]), key=lambda one: -one[0])
    ours = (tag for weight, tag in named if weight and tag.split("-")[0] in known)
    return next(ours, otherwise)


def _named(header: str) -> Iterator[tuple[float, str]]:
    """Each language with its weight, 0 to 1; what is no weight counts as 0."""
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        if tag:
            yield _number(weight or "1"), tag.strip()


def _number(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        return 0.0
    return number if 0 <= number <= 1 else 0.0
