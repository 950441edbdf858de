"""How a text reports: what tells news from features, columns and talk by its form.

News names its day and its sources in whole sentences of its own. A feature opens with a
scene, a person or a question; a column speaks of «us» and to «you». Quotations do not
count, for anybody may say such things in them.
"""

import re
from collections.abc import Iterator

#: Characters of the text that are read, those for questions, and those of its opening.
READ_CHARACTERS, _ASKING, _OPENING = 1500, 1000, 500
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{0,600}[\"”“»]")
_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Tt]oday|[Yy]esterday|tonight"
    r"|[Oo]vernight|[Tt]his (?:morning|week|afternoon)"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag(?:s|\w*morgen|\w*abend|\w*nacht)?"
    r"|Mittwoch\w*|Sonnabend|[Hh]eut(?:e|ig)\w*|[Gg]est(?:ern|rig)\w*"
    r"|\d{1,2}\. (?:Januar|Februar|März|April|Mai|Ju[nl]i|August|September|Oktober"
    r"|November|Dezember))\b"
)
_SOURCE = re.compile(
    r"\b(?:said|says|told|according to|announced|report(?:ed|s)?|officials?|police"
    r"|authorities|figures show|sagten?|teilten?|laut|Angaben|berichte\w*|meldete\w*"
    r"|mitgeteilt|Sprecher\w*|Polizei)\b"
)
_OWN = re.compile(
    r"\b(?:I|[Ww]e|[Uu]s|[Oo]ur|[Yy]our?|[Mm]y|[Ww]ir|[Uu]ns(?:er\w*)?|[Ii]ch"
    r"|[Mm]eine?\w*)\b(?!\.)"
)
_CONTRACTED = re.compile(
    r"\b\w+(?:n['’]t|['’](?:re|ve|ll|d|m))\b"
    r"|\b(?:it|that|there|s?he|what|who|here|let)['’]s\b",
    re.IGNORECASE,
)
#: The first word of a sentence that leads up to something.
_LEADS_UP = re.compile(
    r"\W*(?:When|If|As|While|Before|What|How|Why|Who|Where|There|It|Imagine|Think|So|But"
    r"|And|Every\w*|Many|Most|Once|Ever|Meet|Consider|Forget|Perhaps|Maybe|You"
    r"|We|I|He|She|Not|No|Nobody|Remember|Call|Just|For"
    r"|Wenn|Als|Was|Es|Wer|Warum|Manche|Viele|Jeder|Wir|Ich|Man|Nicht|Stell\w*)\s"
)
#: A headline that quotes is of talk.
_SPEAKS = re.compile(r"[\"“„«‘]|(?<!\w)'")
_DATELINE = re.compile(r"[^.!?\n]{0,60}\((?:CNN|AP|AFP|Reuters|UPI|dpa)\)[\s–—-]*")


def iter_form(title: str, text: str) -> Iterator[tuple[str, float]]:
    """The signs of a text's form, each with its size, 1 at most.

    Args:
        title: May be empty.
        text: Without the title; the beginning is read.
    """
    title = title[:_OPENING]
    dateline = _DATELINE.match(text)
    start = dateline.end() if dateline else 0
    body = text[start : start + READ_CHARACTERS]
    said = _QUOTED.sub(" ", body)
    words = max(20, len(_WORD.findall(said)))
    opening = said[:_OPENING]
    yield "dated", float(bool(_DAY.search(f"{title} {opening}")))
    yield "sourced", _share(_SOURCE, said, 40 / words)
    yield "own voice", _share(_OWN, said, 25 / words)
    yield "asks", min(1.0, said.count("?", 0, _ASKING) / 2)
    yield "contracted", float(bool(_CONTRACTED.search(opening)))
    yield "leads up", float(any(_LEADS_UP.match(part) for part in (title, body)))
    yield "speaks", float(bool(_SPEAKS.search(title or body[:80])))


def _share(sign: re.Pattern[str], text: str, each: float) -> float:
    return min(1.0, each * sum(1 for _ in sign.finditer(text)))
