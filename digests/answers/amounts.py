"""Whether a sentence has a number of the kind asked for: money, length, age, score.

«How deep?» asks for a length with «deep» or «below»; «how long?» may be answered by
«until Friday», and «what does it cost?» by «free».
"""

import re

from digests.answers.naming import has_personal
from digests.answers.passages import TokenizedSentence
from digests.answers.questions import Question
from digests.answers.times_and_places import iter_dates
from digests.answers.vocabulary import collect_roots
from digests.language import numbers
from digests.language.spans import span_text, spans_overlap
from digests.language.words import split_words
from digests.types import Span

_MONEY = re.compile(
    r"""
    [$£€¥₹₦]
    | \b(?:pence | penny | (?<!per[ ])cents? | euros? | pounds? | dollars? | crowns?
        | francs? | yen | yuan | rupees? | lakhs? | crores? | naira | rand | pesos?
        | shillings? | zloty | forint | kron(?:or | er | a) | Kronen | Franken | Rs
        | free)\b
    | \b(?:cost | price | worth | pay | paid | bill | kost | Preis | teuer | zahl)\w*\b
        [^.;]{0,60}\d
    """,
    re.I | re.X,
)
_FREE = re.compile(r"\b(?:free|kostenlos|gratis|umsonst)\b", re.I)
_DISTANCE = r"""
    (?:kilo | centi | milli)?met(?:re | er)s? | Kilometern? | Metern? | Zentimetern?
    | km | cm | m | miles? | feet | foot | ft | inch(?:es)? | yards?
"""
_DURATION = r"""
    seconds? | minutes? | hours? | days? | weeks? | months? | years? | winters?
    | nights? | decades? | Sekunden? | Minuten? | Stunden? | Tagen?
    | Wochen? | Monaten? | Jahren?
"""
_WEIGHT = r"\w*tonn?e?s? | tonnen | \w*kilos? | \w*grams? | kg | pounds? | stone"
_SPEED = r"knots | mph | km/h | \w+[ ](?:an | per)[ ]hour | Knoten | Stundenkilometer"
#: What measures «how long», «how deep», «how heavy»: units, or until when.
_MEASURES = {
    adjective: re.compile(rf"(?:\b | (?<=\d))(?:{units})\b", re.I | re.X)
    for adjectives, units in (
        ("long lange", f"{_DURATION}|{_DISTANCE}"),
        ("lang", _DISTANCE),
        ("far weit deep tief tall high wide breit", _DISTANCE),
        ("heavy schwer", _WEIGHT),
        ("fast schnell", _SPEED),
    )
    for adjective in adjectives.split()
}
_SPELLED = r"""
    one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve
    | zwei | drei | vier | fünf | sechs | sieben | acht | neun | zehn | elf | zwölf
"""
#: Dimensions that have the same units, and the words that tell them apart.
_DIMENSIONS = {
    "deep": re.compile(r"\b(?:deep|depth|below|down|under)\b", re.I),
    "tief": re.compile(r"\b(?:tief|Tiefe|unter)\b", re.I),
    "wide": re.compile(r"\b(?:wide|width|across|by)\b", re.I),
    "breit": re.compile(r"\b(?:breit|Breite)\b", re.I),
    # «6ft 4in» is a person's height.
    "tall": re.compile(
        r"\b(?:tall|high|height|stands)\b|\b\d\s?(?:ft|feet|foot)\s\d", re.I
    ),
}
#: What stands behind the unit instead of the adjective itself.
_ADJECTIVES = {
    "far": "away|from|off|north|south|east|west",
    "weit": "entfernt|von|nördlich|südlich",
    "fast": "an|per",
    "tall": "tall|high",
    "high": "high|tall|above",
    "heavy": "heavy|in[ ]weight",
    "lange": "lange?",
    "long": "long|away",
}
#: A length in one dimension: «34 kilometres wide».
_DIMENSION = re.compile(
    rf"\b(?:{_DISTANCE})\s(?:long|wide|deep|high|tall|lang|breit|tief|hoch)\b",
    re.I | re.X,
)
#: A duration without a number.
_LASTING = re.compile(
    r"""\b(?:
    (?:one | two | three | four | five | six | seven | eight | nine | ten | \d+)-
        (?:match | game | race | day | week | month | year | hour | minute)
    | before[ ]the[ ](?:day | night | week | month | year)[ ]was[ ](?:over | out)
    | later[ ](?:the[ ]same | that)[ ](?:day | night)
    | for[ ]life | indefinite(?:ly)? | overnight | lebenslang\w*
    | until | till | bis | (?:since | seit)(?=\s(?:\w+\s)?\d)
    | (?:an? | eine[mnr]?)\s(?:hour | day | week | month | year
        | Stunde | Tag | Woche | Monat | Jahr)
    )\b""",
    re.X,
)
#: A count without a number.
MANY = re.compile(
    r"\b(?:dozens|scores|hundreds|thousands|dutzende|hunderte|tausende)\b", re.I
)
#: A number of people or things, where an amount is asked for.
_OTHERS = re.compile(
    r"""\s
    (?!percent | per | million | billion | euro | pound | dollar | metre | mile | kilo
        | foot | feet | inch | crown | franc | yen | yuan | rupee | naira | rand\b
        | peso | cent | degree | point | tonne | litre | hour | minute | second
        | day | week | month | year | Prozent | Million | Milliarde | Euro | Meter
        | Kilo | Grad
        | Tonne | Liter | Stunde | Minute | Tag | Woche | Monat | Jahr | Franken
        | Kronen)
    (?:(?:[a-z-]+\s)?(?:[a-z-]{3,}s | people | men | women | children)
        | [A-ZÄÖÜ][a-zäöü]{3,})\b
    """,
    re.X,
)
_SCORE = re.compile(
    r"""
    \b\d{1,3}(?:[-–:] | \s(?:votes\s | Stimmen\s)?(?:to | zu | gegen | against)\s)
        \d{1,3}\b
    | \bper\s?cent\b | \bProzent\b | % | \bunanimous | \beinstimmig
    """,
    re.I | re.X,
)
_AGE = re.compile(
    r"""
    \b(?:aged(?:[ ](?:between | from | up[ ]to))? | is[ ]now | is | was | ,)\s\d{1,3}\b
        (?!\s?(?:percent | per | % | million | ,\d) | [-\ ]years?)
    | ,[ ]\d{1,3}, | \(\d{1,3}\)
    | \bbetween[ ]\d{1,3}[ ]and[ ]\d{1,3}(?=[ ]years?[ ](?:of[ ]age | old)\b)
    | \b\w+-years?-old\b | \b\d{1,3}[ ]years?[ ]old\b | \b\d{1,3}[ ]years[ ]of[ ]age\b
    | \bage[ ]of[ ]\d{1,3}\b | \bages?[ ](?:between[ ])?\d{1,3}\b
    | \b(?:girl | boy | child | man | woman)[ ]of[ ]\w+\b
    | \bin[ ](?:his | her | their)[ ](?:early[ ] | mid-? | late[ ])?
        (?:\d0s | teens | twenties | thirties | forties | fifties | sixties | seventies
        | eighties | nineties)\b
    | \b(?:her | his | their)[ ]\d{1,3}(?:st | nd | rd | th)[ ]birthday
    | \bborn[ ](?:(?:in | around | about)[ ]){1,2}\d{4}\b
    | \b(?:built | dates?[ ]from | opened | founded | put[ ]up)[ ](?:in[ ])?\d{4}\b
    | \b\w+[ ]Jahre[ ]alt | \bAlter[ ]von[ ]\w+ | \b\d{1,3}[-\ ]?[jJ]ährige[nmrs]?\b
    """,
    re.X,
)
#: An age at which something happened, and a question for the age of today.
_PAST_AGE = re.compile(
    r"\bat[ ](?:the[ ])?age[ ]of[ ]\w+|\bwhen[ ](?:he|she|it)[ ]was[ ](?:only[ ])?\w+",
    re.I,
)
_AGE_TODAY = re.compile(r"how\sold\s(?:is|are)\b|wie\salt\s(?:ist|sind)\b", re.I)
#: Characters before and after an age in which its person is named.
_AGE_REACH = 40
_AGE_PHRASE = re.compile(r"[,;]\s?|\s(?:and|und|who|der|die)\s")
#: An age before the name: «In her 90s, Holt …».
_AGE_OPENS = re.compile(r"\Ain\s|\baged\s")
#: After these words somebody else may be meant.
_ELSE = re.compile(r"\b(?:said|says|named|that|and|whose|while|sagte|dass|und)\b")


def gives_score(text: str) -> bool:
    """Whether it has a result: «3-1», «61 to 38», a share."""
    return _SCORE.search(text) is not None


def gives_measure(question: Question, text: str) -> bool:
    """Whether a number is followed by its unit and the adjective asked for."""
    adjective = _ADJECTIVES.get(question.measure, question.measure)
    measured = re.compile(
        rf"""
        \d(?:[\d.,] | \s(?:million | Millionen))*[ -]\w+[ -](?:{adjective})\b
        | \b(?:{_SPELLED})[ -]\w+[ -](?:{adjective})\b
        """,
        re.X,
    )
    return measured.search(text) is not None


def find_amounts(question: Question, text: str, lang: str | None) -> tuple[Span, ...]:
    """Its numbers that are no dates and not in the question."""
    days = tuple(iter_dates(text))
    found = numbers.find_numbers(text, lang)
    spans = [Span(start=number.start, end=number.end) for number in found]
    return tuple(
        span
        for span in spans
        if span_text(text, span) not in question.text
        and not any(spans_overlap(span, day) for day in days)
    )


def has_amount(question: Question, text: str, lang: str | None) -> bool:
    """Whether it has a number of the kind that is asked for."""
    money = question.kind == "money"
    unit = _MONEY if money else _MEASURES.get(question.measure)
    whole = {"long": _LASTING, "lange": _LASTING}.get(question.measure)
    if money:
        whole = _FREE
    if whole and whole.search(text) and not whole.search(question.text):
        return True
    bare = text
    for name in question.names:
        # A film «Million Dollar Farm» costs no dollar.
        bare = bare.replace(name, "")
    if unit and not unit.search(bare):
        return False
    if not _is_of_dimension(question, text):
        return False
    if question.counted:
        # Which of its numbers counts is judged elsewhere; «2047 voters» is no year.
        found = numbers.find_numbers(text, lang)
        return bool(found) or MANY.search(text) is not None
    return any(
        unit or not _OTHERS.match(text, number.end)
        for number in find_amounts(question, text, lang)
    )


def _is_of_dimension(question: Question, text: str) -> bool:
    """Whether its lengths may be of the dimension asked for."""
    other = question.measure and _DIMENSION.search(text)
    if other and not gives_measure(question, text):
        return False
    named = _DIMENSIONS.get(question.measure)
    return not named or named.search(text) is not None


def has_age(
    question: Question, line: TokenizedSentence, lang: str, *, about: bool
) -> bool:
    """Whether an age follows closely after somebody or something asked about.

    Args:
        question: It asks for an age.
        line: The sentence.
        lang: Its language.
        about: Whether the words of a question without a name are all near it: any age
            may then be of «the pharmacist», who has a name here.
    """
    text = line.text
    if _AGE_TODAY.match(question.text):
        # «Convicted at the age of 14» does not say how old he is.
        text = _PAST_AGE.sub("", text)
    return any(
        about or _is_of_asked(question, text, age, lang) for age in _AGE.finditer(text)
    )


def _is_of_asked(question: Question, text: str, age: re.Match[str], lang: str) -> bool:
    lower = text.lower()
    before = lower[max(0, age.start() - _AGE_REACH) : age.start()]
    if before in ("the ", "das ", "der ", "die "):
        return True
    if " of " in age[0]:
        before += age[0].lower()
    following = lower[age.end() : age.end() + _AGE_REACH]
    if "-old" in age[0] or " old" in age[0]:
        before += following
    clause = _ELSE.split(before)[-1]
    if not age[0].startswith(","):
        # «Now in her 90s, Holt …», «the age of 21 for voters»
        end = 1 if _AGE_OPENS.search(age[0]) else 0
        clause += " " + "".join(_AGE_PHRASE.split(following)[: 1 + end])
    # Of whom «she» is the name is asked for near it.
    words = split_words(clause)
    roots = collect_roots(words, lang)
    return has_personal(words) or any(
        term.word in clause or bool(term.accepted_roots & roots)
        for term in question.terms
    )
