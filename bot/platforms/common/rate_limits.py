"""Reads the waits that platforms name in their headers; it waits for nothing itself."""


def seconds(text: str | None, most: float) -> float | None:
    """A wait as a header says it, at most `most`; None where it says nothing useful."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not value >= 0:  # negative, or not a number
        return None
    return min(value, most)
