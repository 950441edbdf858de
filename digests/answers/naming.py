"""Whether a sentence names somebody, or says what something is called.

«Referee Nina Holt» names the noun of «who is the referee?»; «…, the mayor said» names
who says it, not who did it.
"""

import re
from collections.abc import Iterable

from digests.answers.passages import TokenizedSentence
from digests.answers.questions import Question
from digests.answers.vocabulary import PERSON_NOUNS, SAYING_ROOTS, collect_roots
from digests.language import grammar, names
from digests.language.words import split_words, word_set

_CALLED = re.compile(
    r"""
    \b(?:called | named | nicknamed | dubbed | known[ ]as | (?:en)?titled
        | mit[ ]dem[ ](?:Titel | Namen)
        | names?(?:[ ]is | [ ]was | d)? | heißt | hieß | namens | genannt | Namen?)
        [\s,:]+[“\"„'‘«]?[A-ZÄÖÜ\d]
    | ,[ ](?:called | named | known[ ]as)[ ]
        (?!for\b | on\b | off\b | by\b | the\b | an?\b | to\b)[a-z]
    """,
    re.X,
)
_WITHOUT_NAMES = re.compile(r"\b[A-ZÄÖÜ]\w+(?:\s[A-ZÄÖÜ]\w+)*")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
#: From how many long words, and from which share with capitals, a line is a headline.
_HEADLINE_WORDS, _MOSTLY = 4, 0.8
_GERMAN_SUBJECT = re.compile(r"(?:Der|Die|Das)\s([A-ZÄÖÜ]\w+)\s(?![a-zäöü]+e[rn]\b)")
#: Nouns for people by what they do, or by their age.
_PERSON = re.compile(
    r"""\w{3,}(?:ist | ian | eer | man | woman | men | women)\Z
    | \d+-year-old\Z
    | (?:keeper | maker | worker | builder | driver | owner | teacher | farmer
        | fahrer | wirt)\Z""",
    re.X,
)
_ATTRIBUTION = re.compile(
    r"""
    ,\s(?:[^,.;]{2,60},\s)?[^,.;]{2,70}\s
        (?:said | says | announced | wrote | heard | sagte | teilte | erklärte)\b
        [^,;]*\Z
    | ,\s(?:said | says | sagte | so)\s[^;]*\Z
    | \A[^,;:]{2,80}\s(?:said | says | sagte)\b
        (?!.*\b(?:he | she | they | we | I | er | sie | ich | wir)\b)
    """,
    re.X,
)
#: «Unbekannte haben …» does not say who did it.
_UNKNOWN_DOER = re.compile(
    r"\b(?:Unbekannter?|[Uu]nbekannte\s(?:Täter|Diebe|Männer)|"
    r"(?:[Uu]nknown|[Uu]nidentified)\s(?:\w+\s)?"
    r"(?:m[ae]n|people|persons?|thie(?:f|ves)|attackers?|assailants?|gunm[ae]n))\b"
)
#: Words that stand for one person.
_PERSONAL = word_set("he she they his her their er sie seine ihre")


def has_personal(words: Iterable[str]) -> bool:
    """Whether «he» or «she» is among some words, also in «he'd»."""
    return any(word.partition("'")[0] in _PERSONAL for word in words)


def leaves_unknown(text: str) -> bool:
    """Whether it says that nobody knows who did something."""
    return _UNKNOWN_DOER.search(text) is not None


def is_called(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether it says «called» and has a word asked about: «a drug called …»."""
    asked = frozenset[str]().union(*(t.accepted_roots for t in question.focus))
    # «The baby, named Nela» does not say what Nela's mother is called.
    low = question.text.lower()
    called = next(
        (m for m in _CALLED.finditer(line.text) if _find_name(m).lower() not in low),
        None,
    )
    if called is None:
        return False
    # «Drills called Foal Eagle» names no foal.
    at = called.start()
    rest = line.text[:at] + _WITHOUT_NAMES.sub("", line.text[at:])
    return not asked.isdisjoint(collect_roots(split_words(rest), lang))


def _find_name(called: re.Match[str]) -> str:
    """The capitalised words of which the first letter ends the match."""
    name = _WITHOUT_NAMES.match(called.string, called.end() - 1)
    return name[0] if name else called[0]


def names_beside(question: Question, line: TokenizedSentence) -> bool:
    """Whether a name is in apposition to a word asked about."""
    return any(
        _build_apposition(root).search(line.text)
        for term in question.focus
        for root in term.accepted_roots & line.held
    )


def _build_apposition(root: str) -> re.Pattern[str]:
    """The ferry *Astrid*; *Astrid*, the ferry."""
    word = re.escape(root)
    return re.compile(
        rf"""
        \b{word}\w*,?\s(?:(?:is | was | the)\s){{0,2}}[“\"„]?[A-ZÄÖÜ]\w+
        | [A-ZÄÖÜ]\w+[”\"]?,\s(?:the | a | an | his | her | its | their | der | die)\s
            (?:[\w-]+\s){{0,4}}{word}
        """,
        re.X,
    )


def names_noun(question: Question, line: TokenizedSentence) -> bool:
    """Whether a name is in apposition to the noun of «who is the NOUN?»."""
    noun = question.asked_noun
    alike = (t.accepted_roots for t in question.terms)
    roots = frozenset((noun,)).union(*(r for r in alike if noun in r))
    low = question.text.lower()
    for root in roots & line.held:
        for beside in _build_naming(root).finditer(line.text):
            name = beside["after"] or beside["before"]
            if name.lower().removesuffix("'s").removesuffix("’s") not in low:
                return True
    return False


def _build_naming(root: str) -> re.Pattern[str]:
    """«The referee, Nina *Holt*», «*Holt*, the first woman to be referee»."""
    word = re.escape(root)
    return re.compile(
        rf"""
        (?i:\b{word}\w*),?\s
            (?:(?i:is | was | ,)\s | (?:for | of)\s(?:the\s)?\w+\s
                | (?:[a-z-]+\s){{1,3}})?
            (?P<after>[A-ZÄÖÜ]\w+)
        | (?P<before>[A-ZÄÖÜ][\w’']+)
            (?:,\s(?:\d{{1,3}},\s)? | \s(?:is | was | became | ist | war | wurde)\s
                | \s(?=(?:an? | the | der | die)\s))
            (?:(?:an? | the | his | her | its | their | der | die | ein | eine)\s)?
            (?:[\w&’'-]+\s){{0,5}}?(?i:{word})
        """,
        re.X,
    )


def has_person_noun(question: Question, line: TokenizedSentence) -> bool:
    """Whether it has a noun for somebody whom the question does not mention."""
    asked = {term.word for term in question.terms}
    subject = _GERMAN_SUBJECT.match(line.text)
    if subject and question.deeds & line.held:
        # «Der Landkreis zahlt …»
        return subject[1].lower() not in asked
    return any(
        word.removesuffix("s") in PERSON_NOUNS or _PERSON.search(word)
        for word in split_words(_drop_attribution(line.text))
        if word not in asked
    )


def names_somebody(question: Question, line: TokenizedSentence, lang: str) -> bool:
    """Whether the sentence names somebody whom the question does not."""
    asked = {term.word for term in question.terms if term.name is not None}
    every = frozenset[str]().union(*(t.accepted_roots for t in question.terms))
    text = _drop_unasked_attribution(question, line.text, lang)
    headline = _is_headline(line.text)
    for name in names.find_names(grammar.tokenize_span(text, 0, len(text))):
        parts = {part.lower().removesuffix("'s") for part in name.text.split()}
        if name.kind in ("place", "title", "party") or parts <= asked:
            continue
        if headline and name.kind != "person":
            continue
        if collect_roots(parts, lang) <= every:
            # «Bombings at two mosques», which begins a sentence.
            continue
        # In German every noun is capitalised.
        if lang != "de" or len(parts) > 1 or name.kind == "person":
            return True
    return False


def _is_headline(text: str) -> bool:
    """Whether nearly all words have capitals, so that a capital marks no name."""
    written = _LETTERS.findall(text)
    large = sum(word[0].isupper() for word in written)
    return len(written) >= _HEADLINE_WORDS and large >= _MOSTLY * len(written)


def _drop_unasked_attribution(question: Question, text: str, lang: str) -> str:
    """Without who says it, unless that is asked."""
    quoted = question.speaker is not None or question.deeds & SAYING_ROOTS
    if quoted or question.asked_noun:
        return text
    bare = _drop_attribution(text)
    # «…, said the institute's director, Ramon Ulloa» says who heads it.
    dropped = collect_roots(split_words(text.replace(bare, " ", 1)), lang)
    return bare if question.deeds.isdisjoint(dropped) else text


def _drop_attribution(text: str) -> str:
    """Without «…, the mayor said», which names who says it, not who did it."""
    return _ATTRIBUTION.sub("", text)
