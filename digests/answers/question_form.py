"""The form of a question: yes or no, its main clause, conditions, its asked noun.

«Was anyone hurt when the plane left the runway?» asks about «hurt»; the clause after
«when» only says which event is meant, so an answer need not repeat it.
"""

import re
from collections.abc import Sequence, Set

from digests.answers.vocabulary import (
    GERMAN_QUESTION_WORDS,
    GERMAN_VERBS,
    IRREGULAR_BASES,
    PHRASES,
    QUESTION_WORDS,
    find_root,
    join_initials,
)
from digests.language import grammar, words
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
    r"\b(?:if|would|could|might|unless|supposed|bet|promised?|wenn|würden?|falls|könnte"
    r"|wäre)\b",
    re.I,
)
#: «whats», «isnt»: typed without an apostrophe.
_CONTRACTION = re.compile(
    r"\b(?:(what|who|where|when|how)(['’]?)s(?=\s)"
    r"|(is|was|are|were|do|does|did|has|have|had|would|could|should)n['’]?t)\b",
    re.I,
)
#: «price of …»: a noun without a question word.
_FRAGMENT = re.compile(
    r"(?!(?:what|who|when|where|why|how|which|whose|was|wer|wann|wo|wie|warum)\b)"
    r"(?:cause|cost|date|death\stoll|location|names?|number|price|reason|result|reward"
    r"|score|size|time|toll|value|winner|age)\s(?:of|for|in)\s",
    re.I,
)
_NAME = re.compile(
    r"(?:what|wie|whose)\s(?:\S+\s){0,4}?(?:names?|called|named|heißt|hieß|heißen|hießen)\b",
    re.I,
)
#: Offices that are written like names: «the CEO of Norsund».
_OFFICE = re.compile(r"\b(?:CEO|CFO|COO|DJ|MEP|MP|MSP|PM)s?\b")
_WHICH = r"(?:what|which|welche[rsmn]?)\s"
#: Nouns that ask for a place.
PLACE_NOUNS = word_set("""
    city town village country county counties area areas region district street place
    state province stadt ort land region straße bundesland
""")
#: The words that say what is asked for, by kind; «counting» is followed by what is
#: counted, «amount» may be one of money.
KIND = re.compile(
    rf"""\b(?:
    (?P<age>(?:how|wie)\s(?:old|alt)|at\swh(?:at|ich)\sage)
    |(?P<length>(?:how|wie)\s(?P<measure>long|far|tall|deep|wide|heavy|fast|lange?|weit|
        tief|breit|schwer|schnell|high(?=\s(?:is|are)\s(?-i:[A-Z]))))
    |(?P<money>was(?=\s(?:[^?]+\s)?koste)|what\s(?:do|does|did|will|would)(?=\s[^?]+\scost)
        |(?<!by\s)how\smuch\s(?:is|are|was|were))
    |(?P<score>what\s(?:is|was)\sthe\s(?:final\s)?(?:score|result)|wie\s(?:ging|endete|
        stand)|{_WHICH}score
        |(?:how|wie)(?=\s(?:did|have|has|haben|hat)\s[^?]+\s(?:voted?|(?:ab)?gestimmt)\b))
    |(?P<number>(?P<counting>how\smany|wie\sviele)
        |(?P<amount>(?:how\smuch|wie\sviel)(?!\s(?:more|mehr|of|vo[nm])\b))
        |(?:how|wie)\s(?:much|viel|high|big|large|often|strong|hoch|groß|oft|stark|
        effective|likely|common)
        |{_WHICH}(?:percentage|share|number))
    |(?P<day>when|wann|{_WHICH}(?:day|date|time|year|month|tag|jahr))
    |(?P<place>where|wo|wohin|{_WHICH}(?:{"|".join(sorted(PLACE_NOUNS))}))
    |(?P<person>who|whom|whose|wer|wen|wem|{_WHICH}person)
    |(?P<reason>why|warum|weshalb|wieso|woran|wodurch)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
#: Characters in which these words stand.
_ASKING = 80
_OPEN_FIRST = re.compile(r"(?:what|how|which|was|wie|welche[rsmn]?)\b", re.I)
#: What precedes the noun that is asked for, and what follows it.
_BEFORE_NOUN = re.compile(
    r"(?:(?:what|which|who|was|wer|welche[rs]?|(?:how|wie)\s(?:high|large|big|strong|hoch|"
    r"groß|stark))\s(?:is|are|was|were|ist|sind|war|waren)"
    r"|(?:what\shappened\s(?:to|with)|was\s(?:passierte|geschah)\smit))\s"
    r"(?:(?:the|a|an|its|his|her|their|der|die|das|den|dem|ein|eine"
    r"|(?:\S+\s){0,2}?\S+['’]s)\s|(?<=\Awho\sis\s)|(?<=\Awer\sist\s))",
    re.I,
)
_AFTER_NOUN = word_set("""
    of for in on at from that who to below above under over near with der des von im in
    für bei
""")
_MOST_NOUN_WORDS = 5
_AFTERTHOUGHTS = word_set("ever now today yet again currently")
#: Words that begin a clause or phrase that only names the event.
_SUBORDINATE = word_set("""
    when after before because while during as since if nachdem weil während als wenn
    dass
""")


def complete_question(text: str) -> str:
    """«What is» for «whats», «is not» for «isnt», «ceo» for «CEO»."""
    text = join_initials(text)
    text = _CONTRACTION.sub(lambda m: f"{m[1]} is" if m[1] else f"{m[3]} not", text)
    text = re.sub(r"\b((?:wo)?men|children)s\b", r"\1's", text)
    text = re.sub(r"\bppl\b", "people", text)
    text = _OFFICE.sub(lambda m: m[0].lower(), text)
    for word, phrase in PHRASES:
        text = phrase.sub(rf"{word} \1", text).strip()
    text = re.sub(r"\A(?=any(?:one|body|thing)?\s)", "were ", text, flags=re.I)
    return f"What is the {text}" if _FRAGMENT.match(text) else text


def is_german(text: str, found: Sequence[Token]) -> bool:
    """Whether a question is German; «was» counts only before a German verb."""
    low = [token.low for token in found]
    if GERMAN_QUESTION_WORDS.intersection(low[:4]) or _GERMAN_YES_NO.match(text):
        return True
    if low[:1] == ["was"] and not GERMAN_VERBS.isdisjoint(low[1:2]):
        return True
    # «Arbeitet die Notaufnahme?»
    stops = [[words.is_stop_word(word, lang) for word in low] for lang in ("de", "en")]
    return sum(stops[0]) > sum(stops[1])


def asks_yes_or_no(text: str, lang: str) -> bool:
    """Whether a question begins with its verb."""
    if lang != "de":
        return _ENGLISH_YES_NO.match(text) is not None
    first, *rest = text.lower().split()[:3]
    asking = words.is_stop_word(first, lang) or not QUESTION_WORDS.isdisjoint(
        (first, *rest)
    )
    return not asking or _GERMAN_YES_NO.match(text) is not None


def asks_reason(text: str) -> bool:
    """Whether it asks for a cause without «why»: «what caused …», «what motive …»."""
    return _REASON.match(text) is not None


def asks_condition(text: str) -> bool:
    """Whether it asks what would happen under a condition."""
    return _CONDITION.search(text) is not None


def asks_name(text: str) -> bool:
    """Whether it asks what somebody or something is called."""
    return _NAME.match(text) is not None


def find_asking(text: str) -> re.Match[str] | None:
    """The words that say what is asked for; none in «what did he do when …»."""
    found = KIND.search(text[:_ASKING])
    open_first = _OPEN_FIRST.match(text) is not None
    return None if found and found.start() and open_first else found


def is_cause_word(word: str) -> bool:
    """Whether it only asks for a reason: «what *caused* …», «the *motive* of …»."""
    return _CAUSE_WORD.fullmatch(word) is not None


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
        participle = at and lang != "de" and low.endswith("ed")
        if low in _AFTER_NOUN or participle or words.is_stop_word(low, lang):
            break
        at += 1
    last = at
    while last and following[last - 1].lower() in _AFTERTHOUGHTS:
        last -= 1
    if (
        following[at : at + 1]
        and following[at].endswith("ed")
        and text[:2].lower() == "wh"
    ):
        # «What was the man accused of?»
        at = 0 if text[2:4].lower() == "at" else at
    noun = following[last - 1] if last and at else ""
    closed = at == len(following) or (
        following[at].lower() in _AFTER_NOUN or following[at].endswith("ed")
    )
    if lang != "de" and (not noun.islower() or noun.endswith(("ing", "ed"))):
        # A name, or «what was the man convicted of?»
        return ""
    return find_root(noun.lower(), lang) if noun and closed else ""


#: Auxiliaries before a participle, and those before a bare verb.
_BEFORE_PARTICIPLE = word_set("has have had is are was were")
_BEFORE_VERB = word_set("do does did will can could would should may might must")
#: Words in which the auxiliary or the verb of a question stands.
_VERB_REACH = 8


def find_main_verb(found: Sequence[Token], lang: str) -> str:
    """The verb with the meaning: «did the drill *break*», «who *trains* them»."""
    if lang == "de":
        return _find_german_verb(found)
    helping = _find_first(found, _BEFORE_PARTICIPLE | _BEFORE_VERB)
    bare = helping >= 0 and found[helping].low in _BEFORE_VERB
    last = len(found) if helping >= 0 else min(len(found), _VERB_REACH)
    for at in range(helping + 1 + bare if helping >= 0 else 1, last):
        token = found[at]
        if token.capital or words.is_stop_word(token.low):
            continue
        if (
            token.low in _BEFORE_TO
            and found[at + 1 : at + 2]
            and (found[at + 1].low == "to")
        ):
            # «Was it meant to *last*?»
            return next((t.low for t in found[at + 2 :] if not t.capital), "")
        if (
            _follows_subject(found, at)
            if bare
            else (_looks_verb(token.low) and found[at - 1].low not in _OPENING)
            or (helping < 0 and _leads_clause(found, at))
        ):
            return token.low
    return ""


def _find_first(found: Sequence[Token], some: frozenset[str]) -> int:
    low = [token.low for token in found[:_VERB_REACH]]
    return next((at for at, word in enumerate(low) if word in some), -1)


def _looks_verb(word: str) -> bool:
    finite = grammar.looks_finite(word) or grammar.looks_participle(word)
    return word not in _PEOPLE and (finite or word in IRREGULAR_BASES)


#: Plurals that end like participles.
_PEOPLE = word_set("children men women")


def _leads_clause(found: Sequence[Token], at: int) -> bool:
    """Whether a word may be a present form: «who trains …», «how many people work»."""
    if at == 1:
        return found[0].low in ("who", "what") and found[at].low.endswith("s")
    inside = at + 1 < len(found) and not found[at - 1].capital
    return at > 2 and found[0].low == "how" and inside and _ends_phrase(found, at)


def _follows_subject(found: Sequence[Token], at: int) -> bool:
    """Whether the verb of «did» may stand here: behind a name or at a phrase's end."""
    before = found[at - 1]
    if before.possessive or before.low in _OPENING:
        return False
    name = at - 1
    while found[name].capital and not found[name].possessive and name:
        name -= 1
    named = before.capital and found[name].low not in _OPENING
    return named or _ends_phrase(found, at)


def _ends_phrase(found: Sequence[Token], at: int) -> bool:
    if at + 1 == len(found):
        return True
    following = found[at + 1]
    if following.low in _OPEN_VERBS:
        return False
    return following.capital or words.is_stop_word(following.low)


_OPEN_VERBS = word_set("have do be")
#: Words that say how sure the verb behind «to» is.
_BEFORE_TO = word_set("""
    able due expected likely meant planned ready scheduled set supposed unable
""")
_OPENING = word_set("""
    the a an this that these those its his her their my your of in on at by for from to
    with into about against before under over per
""")


_GERMAN_HELPING = (
    grammar.AUXILIARIES
    | word_set("""
    würde würden könnte konnte konnten darf dürfen durfte durften muss müssen musste
    mussten soll sollen sollte
""")
) - {"was"}


def _find_german_verb(found: Sequence[Token]) -> str:
    if _find_first(found, _GERMAN_HELPING) >= 0:
        last = found[-1]
        return "" if last.capital or words.is_stop_word(last.low, "de") else last.low
    for at, token in enumerate(found[:_VERB_REACH]):
        content = not words.is_stop_word(token.low, "de")
        if (
            content
            and token.low not in QUESTION_WORDS
            and (at == 0 or not token.capital)
        ):
            return token.low
    return ""


#: Words that begin a phrase behind the subject.
_BEHIND_SUBJECT = word_set("""
    of in on at for from to with by about against after before under over near into
    during when because von im auf an am bei für aus mit nach vor bis zu zum zur
""")
#: Words in which the auxiliary stands before its subject.
_SUBJECT_REACH = 6
_NO_SUBJECT_FIRST = word_set("who wer what")


def find_subject(
    found: Sequence[Token], known: Set[str], main_verb: str, lang: str
) -> str:
    """The last word of the subject: «how many copies did *The Wrong Pier* sell».

    Args:
        found: The words of a question.
        known: Those that have content.
        main_verb: The verb with the meaning, or "".
        lang: «en» or «de».
    """
    helping = _GERMAN_HELPING if lang == "de" else _BEFORE_PARTICIPLE | _BEFORE_VERB
    low = [token.low for token in found]
    first = 2 if low and low[0] in _NO_SUBJECT_FIRST else 1
    auxiliary = (at for at, word in enumerate(low[:_SUBJECT_REACH]) if word in helping)
    subject = ""
    for word in low[next(auxiliary, first - 1) + 1 :]:
        if subject and (word == main_verb or word in _BEHIND_SUBJECT):
            break
        for part in re.split("[-&]", word.replace("’", "'").removesuffix("'s")):
            if part in known and part != main_verb:
                subject = part
    return subject


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
