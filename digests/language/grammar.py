"""Tokens of a sentence, and whether a word looks like a finite verb.

Abbreviated titles, initials and «U.S.» keep their full stops; a possessive «'s» stays
with its word (`possessive`). To count or compare words use `digests.language.words`.

A word may be finite if it is an auxiliary, an irregular past or a frequent present
form, or ends in «-ed»: enough to decide whether a part of a sentence still has a verb.
Of German only the auxiliaries are listed.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from digests.language.words import word_set

#: Replaces every character of a span that must be ignored (quoted words).
COVER = "\ue000"

_TOKEN = re.compile(
    rf"(?P<cover>{COVER}++)"
    r"|(?P<word>"
    # The look-ahead spares most words the titles, initials and «U.S.».
    r"(?:(?=[A-Za-z]{1,4}+\.)"
    r"(?:(?:Mrs?|Ms|Mx|Dr|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Adm|Maj"
    r"|Cmdr|Amb|Supt|Det|St|Asst|Atty)\.(?=\s)"
    r"|[JS]r\.(?=\s|\Z|[,;])|[A-Z]\.(?=\s?[A-Z])"
    r"|(?:[A-Za-z]\.){2,12}(?:['’]s\b)?))"
    r"|[^\W_]++(?:[-.'’&][^\W_]++)*+(?:(?<=[sxz])['’](?=\s))?)"
    r"|[^\w\s]"
)
_POSSESSIVE = ("'s", "'")


class Token(NamedTuple):
    """A word, a sign, or a covered span (`kind` «word», «sign», «cover»)."""

    start: int
    end: int
    text: str
    low: str
    kind: str
    #: «Korea's», or «leaders» before a lone apostrophe.
    possessive: bool
    capital: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A name at one place of a sentence: tokens `first` to `last`, end exclusive.

    `first` to `core` are its titles and adjectives, `core` to `last` the name itself.
    """

    first: int
    core: int
    last: int
    text: str
    #: «person», «body», «place», «title» (a title alone), «party», or «» if unknown.
    kind: str
    #: «m», «f» or «».
    sex: str
    possessive: bool


def tokenize_span(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`, in order."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        words = match[0]
        if match.lastgroup == "word":
            low = words.lower()
            if "’" in low:
                low = low.replace("’", "'")
            possessive = "'" in low and low.endswith(_POSSESSIVE)
            capital = words[0] != low[0]
            parts = (*match.span(), words, low, "word", possessive, capital)
        else:
            kind = "cover" if match.lastgroup else "sign"
            parts = (*match.span(), words, words, kind, False, False)
        # Tokens are made by the thousand: this is the fastest way to a named tuple.
        found.append(tuple.__new__(Token, parts))
    return found


AUXILIARIES = word_set("""
    is are was were am has have had does do did will would can could may might must
    shall should isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't
    won't wouldn't can't cannot couldn't shouldn't ist sind war waren wurde wurden wird
    werden hat haben hatte hatten kann können soll sollen muss müssen will wollen darf
""")

PAST = word_set("""
    arose ate beat became began bent bet bit bled blew bought bound bred broke brought
    built burnt burst came caught chose clung cost crept cut dealt died drank drew drove
    dug fell fed felt flew fled forbade forgot fought found froze gave got grew heard
    held hid hit hung hurt kept knew laid lay led left lent let lost made meant met
    overcame overtook paid pled put quit ran rang read rebuilt rode rose said sang sank
    sat saw sent set shed shook shot showed shut slept slid sold sought spent split
    spoke spread sprang stole stood strode struck stuck swam swept swore swung thought
    threw took tore told taught undertook understood underwent upheld withdrew withheld
    woke won wore wound wrote
""")

_NEGATIONS = (
    "not|never|no|nobody|none|nothing|nor|neither|without|cannot|hardly|"
    r"den(?:y|ies|ied|ying)|nicht|nichts|nie|niemals|niemand|kein\w*|ohne|weder"
)


def compile_negation(also: str = "") -> re.Pattern[str]:
    """A pattern for words that negate a statement, in English and German.

    Args:
        also: Further alternatives, for callers to whom these words deny too.
    """
    words = f"{_NEGATIONS}|{also}" if also else _NEGATIONS
    return re.compile(rf"\b(?:{words})\b|n['’]t\b", re.IGNORECASE)


#: Words that negate a statement.
NEGATION = compile_negation()

PRESENT = word_set("""
    accuses adds admits agrees aims announces appears approves argues asks backs bans
    becomes begins believes brings builds buys calls carries causes claims closes comes
    confirms continues contains costs covers creates cuts dies denies depends drops
    earns employs ends expects faces fails falls fears feels finds follows gets gives
    goes grows happens helps hits holds hopes includes joins keeps knows lacks launches
    leads leaves lets lies likes lives looks loses makes means measures meets moves
    needs offers opens owns pays plans plays prepares produces proposes provides pushes
    puts quits raises ranks reaches receives rejects remains reports requires returns
    rises runs says seeks seems sees sells sends serves sets shows signs sits spends
    stands starts stays stops suffers suggests supports takes tells tends thinks
    threatens tries turns urges uses wants warns weighs wins wishes works writes
""")

#: Ends in «-ed» without being a past form.
_NOT_PAST = word_set("""
    bed bleed breed creed deed exceed feed freed greed hatred heed hundred indeed
    kindred need naked proceed red reed sacred seed shed sled speed succeed ted wed weed
    wicked united allied alleged so-called
""")
#: Ends in «-ing» without being a participle.
_NOT_PARTICIPLE = word_set("""
    morning evening during nothing something anything everything building ceiling
    wedding spring string
""")
_SHORTEST_PAST = 4


def looks_finite(word: str) -> bool:
    """Whether a word, in any case, may be a finite verb."""
    low = word.lower().replace("’", "'")
    if low in AUXILIARIES or low in PAST or low in PRESENT:
        return True
    return low.endswith("ed") and len(low) >= _SHORTEST_PAST and low not in _NOT_PAST


def looks_participle(word: str) -> bool:
    """Whether a word, in any case, may be a present participle («pledging»)."""
    low = word.lower()
    long = len(low) > _SHORTEST_PAST + 1
    return long and low.endswith("ing") and low not in _NOT_PARTICIPLE
