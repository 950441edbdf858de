"""Find what a figure measures, in the article's own words: English and German.

There is no grammar: the words right beside the figure decide, in this order. The noun
after it («a 38-centimetre crack», «210 kilometres of cable»), the noun it describes («a
detour of 19 kilometres», «the crack, 38 centimetres long»), the subject or object of a
verb of value («revenue rose by 8.3%», «raised the price of milk by»), what is paid for
(«£3m in damages»), and last what the figure before it measures («up from 55 cents»).
Where none of them is certain the label is "".

German nouns have capitals, so that positions suffice: the counted noun («12.000
Beschäftigte»), the noun after a measure («das 14 Kilometer entfernte Freibad»), the
noun before «von» («ein Defizit von 3 Millionen Euro»), and the subject of a verb of
value («der Eintritt steigt», «steigt der Eintritt»).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digests.figures import phrases
from digests.figures.phrases import ClassedWord, NounPhrase
from digests.figures.vocabulary import (
    ADDING_VERBS,
    BARE_VERBS,
    CHANGE_WORDS,
    DIMENSION_WORDS,
    FORMS_OF_BE,
    HARM_VERBS,
    HARMING_VERBS,
    HOLDING_WORDS,
    MASS_NOUNS,
    MOVING_VERBS,
    PASSIVE_VERBS,
    SPARED_WORDS,
    VALUE_VERBS,
)
from digests.language.words import word_set

_CHANGE_BY = word_set("by to at from for")
_COMPARED = word_set("from against than above below with to")
_MORE = word_set("more less fewer higher lower above below")
_LINKING = _COMPARED | {",", "up", "down", "well", "compared", "the", "and"}
_UP_OR_DOWN = word_set("up down")
_OVER_ALL = word_set("of the its his her their these those")
_LEADS = word_set("a an the its his her their our my your this that")
_SPENDS = word_set("spend spends spent spending")
#: The greatest distance in words of a figure whose noun this one shares.
_SHARING = 12


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """The place of a figure in its sentence.

    `first` to `last` are its words, hedge and range included, end exclusive.
    """

    text: str
    found: Sequence[ClassedWord]
    first: int
    last: int
    #: Money, a share, a span of time or a measure; "" for a bare count.
    sort: str
    #: Whether a hyphen joins it to what follows («four-day trip»).
    tied: bool
    #: Last word and noun of the figure before it in the sentence; (0, "") if none.
    previous: tuple[int, str]
    #: Whether the article has a word in lower case somewhere.
    small: Callable[[str], bool]

    def word(self, at: int) -> str:
        """The lower-case word at `at`, or "" beyond the sentence."""
        return self.found[at].low if 0 <= at < len(self.found) else ""

    def kind(self, at: int) -> str:
        """The class of the word at `at`; beyond the sentence «stop»."""
        return self.found[at].kind if 0 <= at < len(self.found) else "stop"

    def before(self, at: int) -> NounPhrase | None:
        """The noun phrase that ends right before word `at`."""
        return phrases.find_phrase_before(self.found, at)

    def after(self, at: int) -> NounPhrase | None:
        """The noun phrase that begins at word `at`."""
        return phrases.find_phrase_after(self.found, at)

    def subject(self, verb: int) -> NounPhrase | None:
        """The subject of the verb at word `verb`."""
        return phrases.find_verb_subject(self.found, verb)

    def format(self, phrase: NounPhrase | None) -> str:
        """A phrase's words, or ""."""
        if phrase is None:
            return ""
        return phrases.format_phrase(self.text, self.found, phrase, self.small)

    def format_common(self, phrase: NounPhrase) -> str:
        """A phrase's words where it is no name: «Vehicles of 3.5 tonnes»."""
        return phrases.format_phrase(self.text, self.found, phrase, lambda _: True)


def label_measure(place: FigurePlace) -> str:
    """What a figure with a unit measures, or ""."""
    for rule in _LABEL_RULES:
        answer = rule(place)
        if answer is not None:
            return answer
    return ""


def label_count(place: FigurePlace) -> str:
    """The plural noun that a bare number counts, or ""."""
    at = place.last
    if place.word(at) in HARM_VERBS and place.kind(at + 1) != "noun":
        return place.word(at)
    if place.word(at) == "of" and place.word(at + 1) in _OVER_ALL:
        at += 2
        while place.kind(at) in ("det", "poss", "number") or (
            place.kind(at) == "noun" and place.kind(at + 1) == "poss"
        ):
            at += 1
    elif place.kind(at) == "det" or place.kind(at) == "poss":
        return ""
    phrase = phrases.find_phrase_after(place.found, at, plural=True, whole=True)
    if phrase is None:
        return ""
    return place.text[
        place.found[phrase.first].start : place.found[phrase.last - 1].end
    ]


def label_bare_number(place: FigurePlace) -> str:
    """The subject of a number without unit and noun, or ""."""
    harmed = HARMING_VERBS.get(place.word(place.first - 1))
    if harmed:
        return harmed
    for rule in (_head_of, _mover, _value):
        answer = rule(place)
        if answer:
            return answer
    phrase = place.before(place.first)
    if phrase and place.word(phrase.last - 1).removesuffix("s") in BARE_VERBS:
        return place.format(phrase)
    return ""


def _before_noun(place: FigurePlace) -> str | None:
    """«a 38-centimetre crack», «the £4.6 million scheme», «an 8% rise in sales»."""
    ahead = place.first - 1
    if place.kind(ahead) == "noun" and place.kind(ahead - 1) in ("det", "poss"):
        ahead -= 1
    leads = place.word(ahead) in _LEADS or place.kind(ahead) == "poss"
    if not place.tied and not leads:
        return None
    phrase = phrases.find_phrase_after(place.found, place.last, tied=place.tied)
    if phrase is None or place.kind(place.last) == "det":
        return None
    head = place.word(phrase.last - 1)
    if head in DIMENSION_WORDS:
        return None
    if head in CHANGE_WORDS:
        phrase = phrases.extend_phrase(place.found, phrase, of="in of")
    return place.format(phrase)


def _of_noun(place: FigurePlace) -> str | None:
    """«210 kilometres of cable», «£5 million worth of goods»."""
    at = place.last
    if place.word(at) == "worth":
        at += 1
    if place.word(at) != "of" or place.word(place.first - 1) == "within":
        return None
    answer = place.format(place.after(at + 1))
    return answer or None


def _head_of(place: FigurePlace) -> str | None:
    """«a detour of 19 kilometres», «a rise of 5% in sales»."""
    if place.word(place.first - 1) != "of":
        return None
    phrase = place.before(place.first - 1)
    if phrase is None:
        return None
    phrase = _whole(place, phrase)
    single = phrase.last - phrase.first == 1
    answer = place.format_common(phrase) if single else place.format(phrase)
    if place.word(phrase.last - 1) in CHANGE_WORDS and place.word(place.last) == "in":
        more = place.format(place.after(place.last + 1))
        return f"{answer} in {more}" if answer and more else answer
    return answer


def _whole(place: FigurePlace, phrase: NounPhrase) -> NounPhrase:
    """«cost of the work» for «work»."""
    first = phrase.first
    while place.kind(first - 1) in ("det", "poss"):
        first -= 1
    if place.word(first - 1) != "of":
        return phrase
    head = place.before(first - 1)
    return NounPhrase(head.first, phrase.last) if head else phrase


def _dimension(place: FigurePlace) -> str | None:
    """«the crack, 38 centimetres long», «the bridge is 640 metres long»."""
    if place.word(place.last) not in DIMENSION_WORDS:
        return None
    before = place.word(place.first - 1)
    if before == ",":
        return place.format(place.before(place.first - 1))
    if before in FORMS_OF_BE:
        return place.format(place.subject(place.first - 1))
    return None


def _mover(place: FigurePlace) -> str | None:
    """«raised the price of milk by 3.5 pence»: what was raised."""
    preposition = place.first - 1
    if place.word(preposition) not in _CHANGE_BY:
        return None
    phrase = place.before(preposition)
    if phrase is None:
        return None
    whole = _whole(place, phrase)
    at = whole.first - 1
    while place.kind(at) in ("det", "poss", "adv", "number") or (
        place.found[at].low in SPARED_WORDS if 0 <= at < len(place.found) else False
    ):
        at -= 1
    if place.word(at) in MOVING_VERBS and place.word(preposition) != "for":
        return place.format(whole)
    # «Volumes rose by 5%, and prices by 3%»
    if place.word(preposition) == "by" and place.word(at) in ("and", ",", "but"):
        return place.format(whole)
    return None


def _value(place: FigurePlace) -> str | None:
    """«revenue rose by 8.3%», «the scheme will cost £4.6 million»: the subject."""
    at = place.first
    preposition = ""
    if place.word(at - 1) in _CHANGE_BY | {"about"}:
        at -= 1
        preposition = place.word(at)
    turned = False
    while place.kind(at - 1) == "adv":
        at -= 1
        turned = turned or place.word(at) in _UP_OR_DOWN
    verb = place.word(at - 1)
    if turned and verb == ",":
        phrase = place.before(at - 1)
        hangs = phrase is not None and place.kind(phrase.first - 2) == "prep"
        return None if hangs else place.format(phrase)
    if verb == "worth":
        return _worth(place, at - 1)
    if not _speaks_of_value(place, at - 1, preposition, turned=turned):
        return None
    return place.format(place.subject(at - 1))


def _worth(place: FigurePlace, at: int) -> str:
    if place.word(at - 1) in FORMS_OF_BE:
        return place.format(place.subject(at - 1))
    return place.format(place.before(at))


def _speaks_of_value(
    place: FigurePlace, at: int, preposition: str, *, turned: bool
) -> bool:
    verb = place.word(at)
    if phrases.is_raised(place.found, at - 2):
        return verb in VALUE_VERBS
    if verb in FORMS_OF_BE:
        return turned or (preposition in ("", "about", "at") and place.sort != "time")
    if verb not in VALUE_VERBS or place.kind(at - 1) in ("det", "poss", "prep"):
        return False
    if verb in ("come", "comes", "came") and preposition != "to":
        return False
    if verb in PASSIVE_VERBS:
        return place.word(at - 1) in FORMS_OF_BE or place.kind(at - 1) in (
            "comma",
            "noun",
            "adv",
        )
    if verb in ADDING_VERBS:
        return place.sort == "time"
    return not (verb in HOLDING_WORDS and place.sort in ("money", "time"))


def _paid_for(place: FigurePlace) -> str | None:
    """«£3m in damages», «£38 off the bill», «€85 million for the line»."""
    if place.sort not in ("money", "share"):
        return None
    at = place.last
    phrase = place.after(at + 1)
    if phrase is None:
        return None
    head = place.word(phrase.last - 1)
    link = place.word(at)
    if link == "in":
        return place.format(phrase) if head in MASS_NOUNS else None
    if place.sort != "money":
        return None
    spent = any(w.low in _SPENDS for w in place.found[max(0, place.first - 4) : at])
    if link in ("off", "for", "towards") or (link == "on" and spent):
        return place.format(phrase)
    return None


def _linked(place: FigurePlace) -> str | None:
    """«to €46 million, from €40 million»: right behind the figure before it."""
    last, noun = place.previous
    between = [w.low for w in place.found[last : place.first]]
    if noun and between and all(w in _LINKING for w in between):
        return noun
    return None


def _shared(place: FigurePlace) -> str | None:
    """«up from 55 cents», «to €46 million»: what the figure before it measures."""
    last, noun = place.previous
    if not noun or place.first - last > _SHARING:
        return None
    at = place.first - 1
    if place.kind(at) == "det":
        at -= 1
    if place.word(at) in _COMPARED or place.word(place.last) in _MORE:
        return noun
    return None


_LABEL_RULES = (
    _before_noun,
    _of_noun,
    _linked,
    _head_of,
    _dimension,
    _mover,
    _value,
    _paid_for,
    _shared,
)

_GERMAN_WORD = re.compile(r"[^\W\d_]+(?:-[^\W_]+)*|\d[\d.,]*\w*|\S")
_GERMAN_VALUE_VERBS = word_set("""
    kostet kosten kostete kosteten steigt steigen stieg stiegen sinkt sinken sank sanken
    fällt fallen fiel fielen wächst wachsen wuchs wuchsen beträgt betragen betrug
    betrugen dauert dauern dauerte dauerten dauere wiegt wiegen wog misst maß klettert
    kletterte kletterten erreicht erreichte erreichten liegt lag beläuft belief umfasst
    umfasste schrumpft schrumpfte legte legt gestiegen gesunken gefallen gewachsen
""")
_GERMAN_ARTICLES = word_set("""
    der die das den dem des ein eine einen einem einer eines seine ihre sein ihr diese
    dieser dieses unsere mehr als
""")
_GERMAN_NO_NOUNS = word_set("""
    Jahr Jahre Jahren Monat Monate Woche Wochen Tag Tage Tagen Stunde Stunden Uhr Montag
    Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März April Mai
    Juni Juli August September Oktober November Dezember Millionen Milliarden Million
    Milliarde Euro Prozent Zeit Mal
""")
_GERMAN_PARTICIPLE = re.compile(r"[a-zäöüß-]{4,}(?:e|en|er|es|em)$")
_GERMAN_CLAUSE_SIGNS = word_set(", ; : . „ “ – — ( )")
_GERMAN_LINKS = word_set("auf um bei von rund etwa fast knapp über")
_GERMAN_REACH = 200


_GERMAN_OF_ALL = word_set("der seiner ihrer dieser aller")


def label_german_count(text: str, end: int) -> str:
    """The noun right after a bare number, with the adjectives before it, or ""."""
    first = end
    for taken, m in enumerate(
        _GERMAN_WORD.finditer(text, end, min(len(text), end + 80))
    ):
        word = m.group()
        if not text[end : m.start()].strip() and m.start() == end:
            return ""
        if word in _GERMAN_OF_ALL or (word[0].isdigit() and taken == 1):
            first = m.end()
            continue
        if word[0].isupper():
            return "" if word in _GERMAN_NO_NOUNS else text[first : m.end()].strip()
        if taken == 2 or not _GERMAN_PARTICIPLE.match(word):
            return ""
    return ""


def label_german_measure(
    text: str, sentence_start: int, start: int, end: int, shared: str
) -> str:
    """What the figure `text[start:end]` measures, or "".

    Args:
        text: The article's text.
        sentence_start: Where the figure's sentence begins.
        start: Where the figure begins, its hedge included.
        end: Where it ends.
        shared: What the figure before it in the sentence measures.
    """
    left = [
        m.group()
        for m in _GERMAN_WORD.finditer(
            text, max(sentence_start, start - _GERMAN_REACH), start
        )
    ]
    right = [
        m.group() for m in _GERMAN_WORD.finditer(text, end, min(len(text), end + 60))
    ]
    near = _find_german_noun_after(right)
    if near is not None:
        return near
    if shared and (
        left[-1:] in (["auf"], ["von"]) or right[:1] in (["mehr"], ["weniger"])
    ):
        return shared
    if left[-1:] == ["von"] and len(left) > 1 and _is_german_noun(left[-2]):
        return left[-2]
    return _find_german_subject(left)


def _find_german_noun_after(right: Sequence[str]) -> str | None:
    """«14 Kilometer entfernte Freibad», «12 Prozent der Wähler», «3 Tonnen Salz»."""
    at = 0
    if right[:1] and right[0] in ("der", "des", "an"):
        at = 1
    elif right[:1] and right[0][0].islower():
        if not _GERMAN_PARTICIPLE.match(right[0]) or right[0] in ("mehr", "weniger"):
            return None
        at = 1
    while at < len(right) and at < 3 and _GERMAN_PARTICIPLE.match(right[at]):
        at += 1
    if at < len(right) and _is_german_noun(right[at]):
        return right[at]
    return None


def _find_german_subject(left: Sequence[str]) -> str:
    """The noun phrase of the verb of value in the figure's clause."""
    begin = max(
        (i + 1 for i, w in enumerate(left) if w in _GERMAN_CLAUSE_SIGNS), default=0
    )
    clause = left[begin:]
    verb = max(
        (i for i, w in enumerate(clause) if w in _GERMAN_VALUE_VERBS), default=-1
    )
    if verb < 0:
        return ""
    behind = _find_first_german_noun(clause[verb + 1 :])
    return behind or _find_first_german_noun(clause[:verb])


def _find_first_german_noun(clause: Sequence[str]) -> str:
    for at, word in enumerate(clause[:5]):
        if word in _GERMAN_LINKS:
            return ""
        if _is_german_noun(word) and (
            at == 0 or clause[at - 1].lower() in _GERMAN_ARTICLES or at == 2
        ):
            return "" if word.lower() in _GERMAN_ARTICLES else word
        if word.lower() not in _GERMAN_ARTICLES and not _GERMAN_PARTICIPLE.match(
            word.lower()
        ):
            return ""
    return ""


def _is_german_noun(word: str) -> bool:
    return (
        word[0].isupper()
        and len(word) > 2
        and word not in _GERMAN_NO_NOUNS
        and word.lower() not in _GERMAN_ARTICLES
        and not word.isupper()
    )
