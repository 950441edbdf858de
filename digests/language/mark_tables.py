"""Quotation marks by family and language: data only.

A family is what can stand for one another in one text: a straight mark may close a
curly one, but a single mark never closes a double one.
"""

from digests.language.tables import word_set

#: Marks that only open, only close, or do either, by family.
DOUBLE_OPEN = "“„‟«「『〝"
DOUBLE_CLOSE = "”»」』〞〟"
DOUBLE_EITHER = '"＂'
DOUBLE = DOUBLE_OPEN + DOUBLE_CLOSE + DOUBLE_EITHER
SINGLE_OPEN = "‘‚‹"
SINGLE_CLOSE = "’›"
SINGLE_EITHER = "'"
SINGLE = SINGLE_OPEN + SINGLE_CLOSE + SINGLE_EITHER

#: Marks that are what they look like wherever they stand (no spaces around them).
CORNERS = {"「": "」", "『": "』", "〝": "〞〟"}

#: Languages in which “ closes what „ opened.
LOW_OPENER = frozenset(("de", "at", "cs", "sk", "sl", "bg", "is", "lt", "et", "ka"))

#: After an apostrophe at a word's beginning: nothing is quoted.
CLIPPED = word_set("em til tis twas cause bout n round ere neath cuz tween nuff im ya")

#: Small words before which a mark after «s» closes; before others it is a possessive.
AFTER_CLOSE = word_set(
    "a about above after against although am among amid an and are as at because",
    "been before behind below beside between but by can could did do does during",
    "for from had has have how if in inside into is it its like may might must near",
    "nor of off on onto or our out outside over said say says she he they we than",
    "that the then this through to toward towards under unless until up upon via was",
    "were what when where whether which while who will with within without would yet",
    "adding added saying told asked wrote",
)
