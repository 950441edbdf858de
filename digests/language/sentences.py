"""Split text into sentences by rule, with abbreviations by language.

Every full stop before white space is examined once, with the words before and after it:
abbreviations and initials do not end a sentence, a lower-case letter after the stop
continues it, closing marks after the stop belong to it, a line break ends it. Speech of
several sentences is split like any other text. Linear time.

`BEFORE_NAME`: always followed by more (a title before a name), never ends a sentence.
`BEFORE_NUMBER`: does not end a sentence before a number.
`MAY_END`: ends a sentence only before a word that usually begins one.
`LETTERED`: words that are followed by a single letter as a label.
`STARTERS`: words that usually begin a sentence.

Entries have no final stop. A lower-case entry matches both cases, a capitalised one
only itself: «Ill.» is a state, «ill.» ends a sentence.
"""

import re
import sys
from functools import lru_cache
from typing import NamedTuple

from digests.language.spans import trim_span
from digests.language.words import primary_language, word_set
from digests.types import Span

_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
#: A line break, an ideographic stop, or a stop with its closing marks; then, if white
#: space follows, the next word with its opening marks. Possessive quantifiers keep it
#: linear over a million stops.
_BOUNDARY = re.compile(
    rf"[{_BREAKS}]++"
    r"|[。！？｡]++[」』”’）)]*+"
    r"|(?P<stop>[.!?…‽]++(?:[ \u00a0][.…]++)*+)"
    r"(?P<close>[\"'”’“‘»«›‹)\]}]*+(?:[ \u00a0\u202f][»›](?=\s|\Z))?)"
    rf"(?=(?P<gap>[^\S{_BREAKS}]++(?P<open>[\"'“”„‘‚«»‹›(\[{{—–-]*+)"
    r"(?P<next>[^\W\d_]{0,20}))?)"
)
#: Where a boundary can begin: found much faster than by the whole pattern.
_SIGN = re.compile(rf"[.!?…‽。！？｡{_BREAKS}]")
_BEFORE = 24
_OPENING = "\"'“”„‘’‚«»‹›([{—–-"
_LETTERS_AND_STOPS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}\Z")
_PARTY = re.compile(r"[A-Z]-[A-Z][a-z]{0,6}\Z")
_CLOCK = word_set("a.m p.m")
#: «"Why?" Tom asked»: the sentence goes on after a question or an exclamation.
_REPORTS = re.compile(
    r"\s+(?:[A-Z][\w.'’-]*\s+){1,3}"
    r"(?:said|says|asked|asks|cried|shouted|wrote|added|told|replied|yelled|went on"
    r"|continued|responded|exclaimed|quipped|joked|wondered|demanded|recalled|tweeted"
    r"|answered|explained|noted|argued|declared|mused|has said|has asked)\b"
)


class _LanguageTables(NamedTuple):
    #: Every abbreviation in lower case; other words are plain words.
    known: frozenset[str]
    before_name: frozenset[str]
    may_end: frozenset[str]
    starters: frozenset[str]
    ordinal_stop: bool


def split_sentences(
    text: str, lang: str | None = None, *, most: int = sys.maxsize
) -> tuple[Span, ...]:
    """The sentences of `text` in order, without surrounding white space.

    Args:
        text: Any text; offsets of the answer point into it.
        lang: BCP 47 tag; None and languages without a table are read as English.
        most: Stop reading after so many sentences.
    """
    language = _load_tables(primary_language(lang))
    found: list[Span] = []
    start = read = 0
    for sign in _SIGN.finditer(text):
        at = sign.start()
        match = _BOUNDARY.match(text, at) if at >= read else None
        if match is None:
            continue
        read = end = match.end()
        if match["stop"] is None:
            end = at if text[at] in _BREAKS else end
        elif match["gap"] is None or not _is_sentence_end(text, start, match, language):
            continue
        _append_sentence(found, text, start, end)
        start = read
        if len(found) >= most:
            return tuple(found)
    _append_sentence(found, text, start, len(text))
    return tuple(found)


@lru_cache(maxsize=16)
def _load_tables(code: str) -> _LanguageTables:
    code = code if code in STARTERS else "en"
    known = BEFORE_NAME[code] | MAY_END[code] | BEFORE_NUMBER | _CLOCK
    return _LanguageTables(
        known=frozenset(word.lower() for word in known),
        before_name=BEFORE_NAME[code],
        may_end=MAY_END[code],
        starters=STARTERS[code],
        ordinal_stop=code in {"de", "cs", "da", "nb", "fi"},
    )


def _append_sentence(found: list[Span], text: str, start: int, end: int) -> None:
    start, end = trim_span(text, start, end)
    if end > start:
        found.append(Span(start=start, end=end))


def _is_sentence_end(
    text: str, start: int, match: re.Match[str], language: _LanguageTables
) -> bool:
    following = match["next"]
    if following and following[0].islower() and not following[1:2].isupper():
        return False
    stop = match["stop"]
    if stop[-1] in "!?" and match["close"] and not match["open"]:
        return not _REPORTS.match(text, match.end())
    at = match.start()
    words = text[max(start, at - _BEFORE) : at].rsplit(None, 2)
    if not words:
        return True
    word = words[-1].lstrip(_OPENING)
    if stop != ".":
        # «I… I do not know» is one sentence.
        return stop[-1] not in ".…" or word != following
    if len(word) == 1 and len(words) > 1 and words[-2].lower() in LETTERED:
        return True
    return _word_ends(word, following, language, opens_line=len(words) == 1)


def _word_ends(
    word: str, following: str, language: _LanguageTables, *, opens_line: bool
) -> bool:
    """Whether the stop after `word` ends a sentence before `following`."""
    low = word.lower()
    if len(word) > 1 and word.isalpha() and low not in language.known:
        return not (language.ordinal_stop and low.endswith("str"))
    if word in language.before_name or low in language.before_name:
        return False
    if not following and low in BEFORE_NUMBER:
        return False
    begins = following.lower() in language.starters
    if low in _CLOCK:
        return bool(following) and following.lower() not in AFTER_CLOCK
    if word.isdigit():
        if opens_line and len(word) < 4 and following:
            return False
        return begins or not (language.ordinal_stop and len(word) < 4)
    if opens_line and len(word) == 1 and word.isalpha() and word != "I":
        return False
    if _is_short(word, low, language):
        return begins
    return True


def _is_short(word: str, low: str, language: _LanguageTables) -> bool:
    """Whether a word is an abbreviation, an initial, «U.S.» or «R-Wis.»."""
    if low in language.may_end or word in language.may_end:
        return True
    if len(word) == 1:
        return word.isalpha() and word != "I"
    if "." in word:
        return _LETTERS_AND_STOPS.match(word) is not None
    return "-" in word and _PARTY.match(word) is not None


BEFORE_NAME = {
    "en": word_set("""
        Mr Mrs Ms Mx Dr Prof Sen Sens Rep Reps Gov Govs Gen Lt Col Maj Capt Cmdr Cpl Sgt
        Pvt Adm Brig Insp Det Supt Rev Hon Fr St Mt Ft Messrs Mme Mlle Amb Asst Assoc
        Atty Att Pres Treas Sec Spc Pfc Cllr Ald vs v approx cf
    """),
    "de": word_set("""
        dr prof hr fr frl st dipl ing mag bspw ca vgl bzw evtl ggf inkl exkl sog insb
        insbes lt hl tel str ehem geb gest gen fa gebr z d u i s o
    """),
    "fr": word_set("M MM mme mmes mlle dr pr me st ste mgr cf env"),
    "es": word_set("sr sra srta sres dr dra D dña st sto sta ud uds"),
    "it": word_set("sig sigg dott prof avv Ing On Sen"),
    "nl": word_set("dhr mevr mw dr prof mr drs ir st ca bijv"),
    "pt": word_set("sr sra dr dra prof sto exmo"),
}

BEFORE_NUMBER = word_set("""
    no nos fig figs vol p pp art sect par sec nr abs núm pág pag ch approx pop est
""")

MAY_END = {
    "en": word_set("""
        Jr Sr Inc Ltd Co Corp Cos Bros Mfg llc plc etc dept univ Ave blvd rd assn intl
        Nat gov't eds al ph.d m.d b.a m.a Jan Feb Mar Apr Jun Jul Aug Sep sept Oct Nov
        Dec Mon Tue tues Wed Thu thur thurs Fri Sat Ala Ariz Ark calif colo Conn Del Fla
        Ga Ill Ind Kan Kans Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa
        Penn Tenn Tex Vt Va Wash Wis Wyo yrs mph hrs sq oz lb
    """),
    "de": word_set("""
        usw etc mio mrd tsd Bd jr sr inc ltd co e.v z.b d.h u.a z.t i.d.r o.ä u.ä jan
        feb apr jun jul aug sep sept okt nov dez
    """),
    "fr": word_set("etc janv févr juil sept oct nov déc av"),
    "es": word_set("etc ee uu s.a"),
    "it": word_set("ecc s.p.a"),
    "nl": word_set("enz n.v b.v"),
    "pt": word_set("etc s.a"),
}

#: Things labelled by a letter: «plan B.» may end a sentence, «Mr. B.» does not.
LETTERED = word_set("""
    plan plans vitamin grade group hepatitis influenza type option lot appendix class
    category point exhibit gate terminal wing ward platform schedule gruppe klasse halle
""")

STARTERS = {
    "en": word_set("""
        a an the this that these those he she it they we i you his her its their our my
        your there here in on at by for from with without within after before during
        since until under over about as if when while where why how what who which
        whether although though because but and or so yet not nor no none some many most
        all both each every few several another other others one two three meanwhile
        however moreover still then now once also even earlier later last next police
        officials instead indeed despite among according
    """),
    "de": word_set("""
        der die das den dem des ein eine einer eines einem einen er sie es wir ihr ich
        man dies diese dieser dieses jener in im am an auf aus bei beim bis durch für
        gegen mit nach ohne seit um unter über von vom vor während wegen zu zum zur als
        wenn weil da dann doch aber und oder auch nur noch nun so wie was wer wo warum
        damit dabei dazu danach daher deshalb außerdem zudem jedoch laut seine ihre
        unser kein keine alle viele einige mehrere trotz zuvor später
    """),
    "fr": word_set("""
        le la les l un une des il elle ils elles on nous vous je ce cette ces cet son sa
        ses leur leurs dans en au aux à de du par pour sur avec sans mais et ou donc or
        car selon après avant depuis pendant si quand comme
    """),
    "es": word_set("""
        el la los las un una unos unas él ella ellos este esta estos estas ese esa su
        sus en con por para según tras desde pero y o si cuando como no
    """),
    "it": word_set("""
        il lo la i gli le un una uno egli lui lei loro questo questa in con per secondo
        dopo da ma e o se quando come non
    """),
    "nl": word_set("""
        de het een hij zij ze we wij ik dit dat deze die in op bij met voor na volgens
        maar en of als toen
    """),
    "pt": word_set("""
        o a os as um uma ele ela eles este esta em no na com por para segundo após mas e
        ou se quando como não
    """),
}

#: Capitalised words that may follow a clock time inside its sentence.
AFTER_CLOCK = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december et est edt ct cst cdt
    mt mst mdt pt pst pdt gmt utc bst cet eastern central mountain pacific london moscow
    beijing greenwich local
""")
