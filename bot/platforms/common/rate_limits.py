"""Read the waiting times that platforms state in their headers."""


def parse_wait(text: str | None, maximum: float) -> float | None:
    """A wait as a header says it, at most `most`; None where it says nothing useful."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not value >= 0:  # negative, or not a number
        return None
    return min(value, maximum)
