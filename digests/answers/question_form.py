"""The form of a question: yes or no, its main clause, conditions, its asked noun.

«Was anyone hurt when the plane left the runway?» asks about «hurt»; the clause after
«when» only says which event is meant, so an answer need not repeat it.
"""

import re
from collections.abc import Sequence

from digests.answers.vocabulary import (
    GERMAN_QUESTION_WORDS,
    GERMAN_VERBS,
    QUESTION_WORDS,
    find_root,
)
from digests.language import words
from digests.language.grammar import Token
from digests.language.words import word_set

_ENGLISH_YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|"
    r"must)(?:n['’]t)?\s\S+\s\S",
    re.I,
)
#: «War» and «hat» are English words as well.
_GERMAN_YES_NO = re.compile(
    r"(?:(?:wird|werden|wurden?|ist|sind|waren|haben|hatten?|kann|können|darf|dürfen|muss|"
    r"müssen|soll|sollen|gibt|gab|bleibt|bleiben|stimmt)|(?:war|hat)(?=.*\b(?:das|der|den?|"
    r"dem|des|eine?[nmr]?|es|am|beim?|für|und|noch|jemand|schon|sich|im)\b))\s\S+\s\S",
    re.I,
)
_REASON = re.compile(
    r"(?:what|which|was|welche[rs]?)\s(?:(?:\S+\s){0,4}(?:cause|reason|motive|grund|"
    r"ursache|motiv|anlass)\b|(?:caused|causes|triggered|sparked|verursachte?|löste)\b)",
    re.I,
)
_CAUSE_WORD = re.compile(
    r"cause[sd]?|reason|motive|triggered|sparked|grund|ursache|motiv|anlass|verursachte?|"
    r"auslöste"
)
_CONDITION = re.compile(
    r"\b(?:if|would|could|might|unless|wenn|würden?|falls|könnte|wäre)\b", re.I
)
_NAME = re.compile(
    r"(?:what|wie|whose)\s(?:\S+\s){0,4}?(?:name|called|named|heißt|hieß|heißen|hießen)\b",
    re.I,
)
_ANYBODY = re.compile(
    r"(?:\S+\s){0,3}(?:any(?:one|body|thing)|some(?:one|body)|jemand|etwas)\b"
    r"|(?:is|are|was|were)\sthere\b|(?:gibt|gab)\ses\b",
    re.I,
)
_WHICH = r"(?:what|which|welche[rsmn]?)\s"
#: Nouns that ask for a place.
PLACE_NOUNS = word_set("""
    city town village country county counties area areas region district street place
    stadt ort land region straße
""")
#: The words that say what is asked for, by kind; «counting» is followed by what is
#: counted, «amount» may be one of money.
KIND = re.compile(
    rf"""\b(?:
    (?P<age>(?:how|wie)\s(?:old|alt))
    |(?P<length>(?:how|wie)\s(?P<measure>long|far|tall|deep|wide|heavy|fast|lange?|weit|
        tief|breit|schwer|schnell|high(?=\s(?:is|are)\s(?-i:[A-Z]))))
    |(?P<money>was(?=\skoste)|what\s(?:do|does|did)(?=\s[^?]+\scost)
        |how\smuch\s(?:is|are|was|were))
    |(?P<score>what\s(?:is|was)\sthe\s(?:final\s)?(?:score|result)|wie\s(?:ging|endete|
        stand)|{_WHICH}score
        |(?:how|wie)(?=\s(?:did|have|has|haben|hat)\s[^?]+\s(?:voted?|(?:ab)?gestimmt)\b))
    |(?P<number>(?P<counting>how\smany|wie\sviele)
        |(?P<amount>(?:how\smuch|wie\sviel)(?!\s(?:more|mehr)))
        |(?:how|wie)\s(?:much|viel|high|big|large|often|strong|hoch|groß|oft|stark)
        |{_WHICH}(?:percentage|share|number))
    |(?P<day>when|wann|{_WHICH}(?:day|date|time|year|month|tag|jahr))
    |(?P<place>where|wo|wohin|{_WHICH}(?:{"|".join(sorted(PLACE_NOUNS))}))
    |(?P<person>who|whom|whose|wer|wen|wem|{_WHICH}person)
    |(?P<reason>why|warum|weshalb|wieso|woran|wodurch)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
#: What precedes the noun that is asked for, and what follows it.
_BEFORE_NOUN = re.compile(
    r"(?:(?:what|which|who|was|wer|welche[rs]?|(?:how|wie)\s(?:high|large|big|strong|hoch|"
    r"groß|stark))\s(?:is|are|was|were|ist|sind|war|waren)"
    r"|(?:what\shappened\s(?:to|with)|was\s(?:passierte|geschah)\smit))\s"
    r"(?:the|a|an|its|his|her|their|der|die|das|den|dem|ein|eine"
    r"|(?:\S+\s){0,2}?\S+['’]s)\s",
    re.I,
)
_AFTER_NOUN = word_set("""
    of for in on at from that who to below above under over near with der des von im in
    für bei
""")
_MOST_NOUN_WORDS = 5
#: Words that begin a clause or phrase that only names the event.
_SUBORDINATE = word_set("""
    when after before because while during as since if nachdem weil während als wenn
    dass
""")


def is_german(text: str, found: Sequence[Token]) -> bool:
    """Whether a question is German; «was» counts only before a German verb."""
    low = [token.low for token in found[:4]]
    if GERMAN_QUESTION_WORDS.intersection(low) or _GERMAN_YES_NO.match(text):
        return True
    return low[:1] == ["was"] and not GERMAN_VERBS.isdisjoint(low[1:2])


def asks_yes_or_no(text: str, lang: str) -> bool:
    """Whether a question begins with its verb."""
    form = _GERMAN_YES_NO if lang == "de" else _ENGLISH_YES_NO
    return form.match(text) is not None


def asks_reason(text: str) -> bool:
    """Whether it asks for a cause without «why»: «what caused …», «what motive …»."""
    return _REASON.match(text) is not None


def asks_condition(text: str) -> bool:
    """Whether it asks what would happen under a condition."""
    return _CONDITION.search(text) is not None


def asks_name(text: str) -> bool:
    """Whether it asks what somebody or something is called."""
    return _NAME.match(text) is not None


def is_cause_word(word: str) -> bool:
    """Whether it only asks for a reason: «what *caused* …», «the *motive* of …»."""
    return _CAUSE_WORD.fullmatch(word) is not None


def asks_anybody(text: str) -> bool:
    """Whether its subject is «anybody» or «there», which its verb or noun follows."""
    return _ANYBODY.match(text) is not None


def find_asked_noun(text: str, lang: str) -> str:
    """The noun of «what was the NOUN of …», «who is the NOUN», «how high is the NOUN».

    Its root is wanted in the answer; "" where none is asked for.
    """
    before = _BEFORE_NOUN.match(text)
    if before is None:
        return ""
    following = text[before.end() :].rstrip("?").split()
    at = 0
    while at < min(len(following), _MOST_NOUN_WORDS):
        low = following[at].lower()
        if low in _AFTER_NOUN or words.is_stop_word(low, lang):
            break
        at += 1
    noun = following[at - 1] if at else ""
    closed = at == len(following) or following[at].lower() in _AFTER_NOUN
    if lang != "de" and (not noun.islower() or noun.endswith(("ing", "ed"))):
        # A name, or «what was the man convicted of?»
        return ""
    return find_root(noun.lower(), lang) if noun and closed else ""


def list_main_words(found: Sequence[Token], lang: str) -> tuple[str, ...]:
    """The words of the main clause that are neither names nor question words.

    It ends at the first «when», «after», «because» that stands behind one of its words.
    """
    main: list[str] = []
    for token in found:
        word = token.low.replace("’", "'").removesuffix("'s")
        if main and word in _SUBORDINATE:
            break
        if words.is_stop_word(word, lang) or word in QUESTION_WORDS:
            continue
        if lang != "de" and token.capital:
            continue
        main += word.split("-")
    return tuple(main)
