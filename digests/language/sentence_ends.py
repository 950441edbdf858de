"""Find the ends that a sentence can do without; `insertions` finds other parts.

Summaries, headlines and the clauses of figures are made so. A sentence may end at a
comma, a dash or a conjunction («…, pledging to …», «… after the …»), before a phrase
(«… in the old town») or before an addition («… and the roads»), if `completeness`
finds what is kept to be whole.
"""

import re
from collections.abc import Iterator, Sequence

from digests.language import dates, grammar, words
from digests.language.clause_verbs import (
    DETERMINERS,
    FINITE,
    LINK,
    has_verb,
    is_german,
    takes_verb,
)
from digests.language.completeness import (
    HARMED,
    LONE,
    NEEDS_BOTH,
    OF_LINK,
    ONE_OF_MANY,
    RESUMED,
    SAYS_WHICH,
    TABLES,
    TAKES_IN,
    changes_sense,
    cuts_list,
    dangles,
    leans_on_link,
    leaves_clause_open,
    turns_round,
    waits_for_phrase,
)
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.words import word_set
from digests.types import Span

_LINKS = (
    "after|as|before|when|while|where|because|following|despite|amid|although|though"
    "|since|whereas"
)
#: What follows the comma of a tail: a clause, a participle, an apposition, a phrase.
_AFTER_COMMA = (
    rf"(?:{_LINKS}|who|which|whose|whom|(?:[a-z]+ly\s)?[a-z]{{3,}}(?:ing|ed)"
    r"(?!\s(?:and|or)\s|,|\s[a-z]+s(?:,|\.|$))|hurt"
    r"|driven|led|held|made|known|built|hit|taken|seen|used|under|almost|nearly|about"
    r"|with"
    r"|including|an?|the|his|her|its|their|more|less|up|down|even|part|one|at|in|on|for"
    r"|to|from|weil|nachdem|obwohl|während|wobei|als|bevor|der|die|das|den|dem|deren"
    r"|dessen|eine?|sonst)\s"
)
#: A name that ends the sentence: «the hospital's parent company| , Torvale Health.»
_LAST_NAME = r"[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,3}\.\Z"
#: «eliminated taxes |for millions of workers»: how many belongs to it.
_SOME = (
    "(?:most|many|some|few|all|half|almost|nearly|millions|thousands|hundreds|dozens)"
)
_PHRASES = (
    rf"(?:{'|'.join(sorted(TABLES['circumstance']))})\s"
    rf"(?![£$€]?\d(?!\d{{3}}\b)|{_SOME}\s)"
    r"|to\s[A-Z]|(?:prior|due|thanks)\sto\s|ahead\sof\s|by\s[a-z]+ing\s"
)
#: What follows «to» and is no verb.
_NO_VERBS = (
    "the|an?|its|his|her|their|about|around|almost|nearly|over|more|less|just|some|well"
    "|total|within|between|half|roughly|only|below|above|record|under|him|them|us|you"
    "|this"
    "|that|these|those|each|every|another|one|two|three|\\w+sel(?:f|ves)"
)
#: Not before the «to» of a purpose: «allows schools [to open]», «is expected [to]».
_NEEDS_VERB = make_regex(
    r"\b(?:ability|agreement|attempt|bid|chance|decision|effort|need|permission|plan|"
    r"power|proposal|reason|right|time|way|key|refus\w+|fail\w+)s?\s?$"
    r"|\bup\sto\s[^,;]*$|\bfor\s(?:the\s)?[a-z]+\s?$"
    r"|\b(?:(?:allow|ask|attempt|enabl|encourag|expect|forc|help|intend|invit|lik|need"
    r"|order|permit|persuad|plann?|prepar|press|requir|seek|threaten|try|tri|urg|want"
    r"|wish)"
    r"(?:e|es|ed|ing|s)?\s?(?:[\w’'-]+\s?){0,5}|(?:able|come|due|have|has|had|likely"
    r"|ready|set|up|used|going)\s?|\w+ed\s?)$"
)
_END = make_regex(
    rf"(?P<comma>(?:,|(?<=,[\"”]))\s(?={_AFTER_COMMA})|(?<=[a-z]),\s(?={_LAST_NAME})"
    r"|(?<!\d)\s?[—–]\s?(?=\S)|\s-{1,2}\s|;\s|:\s(?![\"'“‘„«»]))"
    r"|(?P<link>(?<!,)\s(?=(?:(?:just|even|shortly|immediately|soon|(?:\w+\s)?"
    r"(?:hours?|days?|weeks?|months?|years?)(?=\s(?:after|before)))\s)?"
    rf"(?P<word>{_LINKS}|who)\s))"
    r"|(?P<addition>,?\s(?=(?:and|but|und|aber)\s))"
    rf"|(?P<phrase>(?<!,)\s(?!in early)(?={_PHRASES}))"
    rf"|(?P<purpose>(?<!,)\s(?=to\s(?!(?:{_NO_VERBS})\b|[a-z]+[^s]s\s)[a-z]{{3,}}\s))"
    rf"|(?P<relative>(?<!,)\s(?=(?:which\s|that\s(?:{FINITE}|[a-z]+ed)\s"
    r"|(?:[a-z]{3,}ing|(?:call|nam|design|host|aim|creat|develop|focus)ed)\s)))"
)
#: The tail denies, doubts or limits the statement, or says who made it.
LIMITS = make_regex(
    r"\b(?:claim(?!ing)\w*|alleg(?!ing)\w*|believe[sd]?|doubt\w*|reportedly|according"
    r"|unless|zufolge|angeblich|only(?!\s(?:\d|an?\s|one|two|three|four|five|six|seven"
    r"|eight|nine|ten)))\b"
    r"|,[\"”]\s(?:[A-Z][^,\s]*\s){1,5}(?:said|says|told|wrote|tweeted)\b"
    r"|,\s(?!who|which|and|but|that|when|as)[^,]*\b(?:said|says|told|laut|sagten?)\b"
)
_CLAIM = make_regex("claim|alleg|believe|doubt")
#: «will not withdraw |its candidate until …»
_UNTIL = make_regex(r"\buntil\b")
#: A denial so near to a cut is about what stands before it.
_NEAR = 15


def find_ends(text: str, span: Span, within: Span) -> Iterator[tuple[str, int]]:
    """Where a sentence may end within a part of it, each with its kind.

    The kinds are «comma» (or a dash), «link», «addition», «phrase», «purpose» and
    «relative».
    """
    limits = [
        (m.start(), m.end(), _CLAIM.match(m[0]) is not None)
        for m in LIMITS.finditer(text, within.start, within.end)
    ]
    for m in _END.finditer(text, within.start, within.end):
        # What is claimed in a clause of its own is not the statement.
        apart = m.start() if m["relative"] or m["link"] else within.end
        limited = any(
            end > m.start() and not (claimed and start > apart)
            for start, end, claimed in limits
        )
        if limited or grammar.NEGATION.search(text, m.end(), m.end() + _NEAR):
            continue
        if _UNTIL.search(text, m.start(), within.end) and grammar.NEGATION.search(
            text, span.start, m.start()
        ):
            continue
        if _is_sound(text, span, m, within.end):
            yield m.lastgroup or "comma", m.start()


_LOOKED_AT = 400
#: Links that complete a noun or a question: «the place where», «unable to say when».
_ASKED = word_set("when where who wo wann")


def _is_sound(text: str, span: Span, m: re.Match[str], stop: int) -> bool:
    """Whether what stands before a place is complete, and means the same.

    What refuses most places for the least time is asked first.
    """
    kept = text[max(span.start, m.start() - _LOOKED_AT) : m.start()]
    tail = text[m.end() : stop]
    found = words.split_words(kept[-80:])
    if len(found) < 2 or dangles(kept) or _is_resumed(tail):
        return False
    if not _ends_clause(m, kept, tail, found) or not has_balanced_marks(kept):
        return False
    if LONE.search(kept) or leaves_clause_open(kept, "" if m["comma"] else tail):
        return False
    if _OUTCOME.search(tail) or (tail.startswith("in ") and TAKES_IN.search(kept)):
        return False
    return not (
        turns_round(kept, tail) or cuts_list(kept, tail) or _awaits_object(kept)
    )


def _is_resumed(tail: str) -> bool:
    """Whether a clause goes on: «challenged the mayor|, who rows, to cross»."""
    resumed = RESUMED.search(tail)
    return resumed is not None and (
        resumed[1] == "to" or grammar.looks_finite(resumed[1])
    )


def _ends_clause(m: re.Match[str], kept: str, tail: str, found: Sequence[str]) -> bool:
    """Whether a clause ends at this kind of place."""
    if m["comma"]:
        return _ends_at_comma(m[0], kept, tail)
    # A German verb may be the last word of its clause.
    if m[0][0] != "," and is_german(kept):
        second = m["addition"] and not _GERMAN_AUXILIARY.search(tail)
        return bool(second and _PARTICIPLE.search(kept))
    if takes_verb(tail) or not _ends_before_words(m, kept, tail, found):
        return False
    return HARMED.search(kept) is None


def _awaits_object(kept: str) -> bool:
    awaits = _AWAITS_OBJECT.search(kept)
    return awaits is not None and grammar.looks_finite(awaits[1].lower())


def _ends_before_words(
    m: re.Match[str], kept: str, tail: str, found: Sequence[str]
) -> bool:
    """Whether a clause ends before a link, a phrase, a purpose or an addition."""
    if m["link"]:
        counted = found[-1].isdecimal() or found[-1] in _COUNTS
        if counted and _TIME_SINCE.match(tail):
            return False  # «30 | years after»
        asked = TABLES["asks"] if m["word"] in _ASKED else frozenset()
        waits = OF_LINK.get(m["word"])
        leans = found[-1] in asked or leans_on_link(found[-1], m["word"])
        leans = leans or bool(waits and waits.search(kept))
        return not leans and not changes_sense(kept, m["word"])
    if waits_for_phrase(kept, found):
        return False
    if m["purpose"]:
        return _NEEDS_VERB.search(kept[-60:]) is None
    if m["relative"]:
        if _NOUN_WITH_ING.match(tail):
            return False
        speaks = found[-1] in grammar.WRITTEN or found[-1] in grammar.SPEECH_NOUNS
        aims = tail.startswith(_AIMS)
        return not (speaks or aims) and ONE_OF_MANY.search(kept) is not None
    if m["phrase"]:
        completed = {"to": TABLES["leans_on"], "with": TABLES["partners"]}
        if found[-1] in completed.get(tail.partition(" ")[0], ()):
            return False  # «in the six months | to June»
        return _TO_VERB.match(tail) is None
    return _adds_whole(kept, tail)


def _ends_at_comma(mark: str, kept: str, tail: str) -> bool:
    """Whether a clause ends at a comma or a dash, which does not enclose something."""
    if _REST_OF_DATE.match(tail):
        return False
    if ("," in kept and _RESUMES.match(tail)) or _INFINITIVE.search(tail):
        return False
    if _LISTED.match(tail) or _HALF_LIST.search(kept):
        return False
    if _GERMAN_RELATIVE.match(tail) and SAYS_WHICH.search(kept):
        return False
    if _PREPOSED.match(kept) and not has_verb(LINK.split(kept, maxsplit=1)[0]):
        return False
    dashes = len(DASH.findall(tail))
    return dashes == 0 if DASH.search(mark) else dashes % 2 == 0


#: «on Tuesday|, the 14th of May»
_REST_OF_DATE = make_regex(rf"{dates.CALENDAR_DAY}|\d{{4}}\b")
_EACH = r"(?:his|her|its|their|an?|eine?[mnr]?)\s"
#: «about her home|, her fight and her plans», «Ann Moe|, her son, and Ida Lund»,
#: «a dancer, and, in her day|, the best»
_LISTED = make_regex(
    rf"{_EACH}(?:(?!that\s|who\s|which\s)[^;:])*?"
    rf"(?:\s(?:and|und)\s(?:\w+\s)?{_EACH}|,\s(?:and|und)\s[A-ZÄÖÜ])"
)
_GERMAN_RELATIVE = make_regex(r"(?:d(?:er|ie|as|e[nm]|eren|essen)|nachdem|weil|wenn)\s")
_HALF_LIST = make_regex(r"\s(?:and|but|or),\s[^,]*$")
DASH = make_regex(r"—|\s–\s|\s-{1,2}\s")
#: «In a picture of moods that change, …» is no sentence.
_PREPOSED = make_regex(
    r"(?:In|At|On|For|Under|With|By|From|During|Like|Unlike|Besides)\s[^,]*$"
)
#: What may go on after an apposition: «…, the head of police, to court».
_RESUMES = make_regex(r"(?:on|for|to|from|(?:at|in)(?!\s[A-Z]))\s")
#: A German infinitive or a separate part of a verb, which completes the main clause.
_INFINITIVE = make_regex(
    r"(?:\bzu\s[a-zäöüß]+n|[a-z]zu[a-zäöüß]{3,}en)\b(?=[.,]|\Z)|,\s[a-zäöü]+\.?\Z"
    r"|\s(?:an|auf|aus|ab|ein|vor|mit|statt|teil|fest|zurück|bei|um|los)\.?\Z"
)
#: A phrase before the verb that completes the main clause, «voted | on Monday to sell»,
#: or a clause that says which: «all six of the cups | for which she rowed».
_TO_VERB = make_regex(
    r"(?!in\san?\s(?:bid|effort|attempt)|by\s|(?:prior|due|thanks)\s)[^,;:()]*?\sto\s"
    r"(?!the\b|an?\b|his\b|its\b)[a-z]+\b|\w+\s(?:which|whom)\s"
)
#: «have advised, in no particular order|, a bank …»
_AWAITS_OBJECT = make_regex(
    r"\b(\w+),\s(?:in|at|by|with|among|on|for|from|over|during)\s[^,;:]*$"
)
#: «to create the biggest bank | in the valley»
_TIME_SINCE = make_regex("(?:hour|day|week|month|year)s? (?:after|before)")
_COUNTS = word_set("one two three four five six seven eight nine ten few several some")
#: What a measure is for is the news.
_AIMS = ("that aims ", "that seeks ", "that would ")
#: «outside a Norvik |shopping center»
_NOUN_WITH_ING = make_regex(
    r"(?:uprising|building|wedding|hearing|shopping|parking|housing|training|meeting"
    r"|boarding|mining|swimming|fishing|shipping|operating|living|dining|filing"
    r"|banking|gaming|training|racing)\s"
)
#: «held out for long |and lost in the end»: how it ended is the news.
_OUTCOME = make_regex(
    r"\b(?:and|but|und|aber)\s(?:[\w’'-]+\s){0,4}?(?:in\sthe\send|finally|eventually"
    r"|ultimately|nevertheless|doch|dennoch|trotzdem|schließlich|letztlich|am\sEnde)\b"
)
_ADDED = DETERMINERS | word_set("""
    several many some more other another most additional in on for with to from at by
    der die das ein eine seine ihre mit für
""")
#: «Citizens for Responsibility | and Ethics in Norland»
_NAME_GOES_ON = make_regex(r"\w+\s[A-ZÄÖÜ]")
#: A list, or a denial, goes on after «and», unless a verb follows.
_GOES_ON = make_regex(rf",[^,]{{0,60}}$|{grammar.NEGATION.pattern}")
#: «and instead denied it»
_ADVERB = make_regex(r"then|later|instead|also|still|soon|[a-z]+ly")
#: «and he hopes to play»: a clause of its own.
_OWN_SUBJECT = make_regex(r"(?:and|but)\s(?:he|she|they|it|we)\s")


def _adds_whole(kept: str, tail: str) -> bool:
    """Whether «and» joins complete parts, not as in «red and green lamps»."""
    # «and Syed Rahman, 47, all of whom had stalls» has no verb of its own.
    following = tail.lower().split(",", 1)[0].split(maxsplit=7)[1:7]
    if not following or NEEDS_BOTH.search(kept):
        return False
    if _OWN_SUBJECT.match(tail):
        return kept.rstrip()[-1:] != "," and has_verb(kept)
    while len(following) > 1 and _ADVERB.fullmatch(following[0]):
        following = following[1:]
    first = following[0]
    verbal = grammar.looks_finite(first) or grammar.looks_participle(first)
    if verbal and _NAME_GOES_ON.match(tail) is None:  # «and Syed Rahman»
        return True
    if not grammar.AUXILIARIES.isdisjoint(following[1:]):
        return has_verb(re.split("[;:]", kept)[-1])  # No list of subjects.
    if _GOES_ON.search(kept) or _NAME_GOES_ON.match(tail):
        return False
    added = following[0] in _ADDED or not DETERMINERS.isdisjoint(following[1:2])
    # «prices in Hallin | and Norvik by 24%»
    return added and not any(map(str.isdigit, tail))


#: «… wurde am Freitag aufgehoben| und zurückverwiesen»: the verb is complete.
_PARTICIPLE = make_regex(
    r"\b(?:hat|haben|ist|sind|wurden?|wird|werden)\s[^,;:]*\s"
    r"(?:[a-zäöüß]*ge[a-zäöüß]{2,}|(?:be|ver|er|ent|zer|über|unter)[a-zäöüß]{2,}"
    r"|[a-zäöü]+ier)"
    r"(?:t|en)$"
)
_GERMAN_AUXILIARY = make_regex(r"\b(?:hat|haben|ist|sind|wurden?|wird|werden)\b")
