"""Writes a table of words as a line of text; for data modules only."""


def word_set(*lines: str) -> frozenset[str]:
    """Give the words of `lines`, which are separated by white space."""
    return frozenset(word for line in lines for word in line.split())
