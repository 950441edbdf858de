"""Folds a text to the form in which two texts are compared; never for showing.

NFKC, case folded, every quotation mark and apostrophe «'», every dash «-», every run
of white space one space, none at the ends. Folding twice changes nothing.
"""

import unicodedata

_MARKS = '"`´‘’‚‛“”„‟«»‹›「」『』〝〞〟＂＇'
_DASHES = "‐‑‒–—―−﹘﹣－"
_ONE_FORM = str.maketrans(dict.fromkeys(_MARKS, "'") | dict.fromkeys(_DASHES, "-"))


def fold(text: str) -> str:
    """Give the comparing form of `text`."""
    plain = text.translate(_ONE_FORM)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
        plain = unicodedata.normalize("NFKC", plain.casefold()).translate(_ONE_FORM)
    return " ".join(plain.casefold().split())
