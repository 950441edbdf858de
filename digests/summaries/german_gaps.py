"""Find the words in the middle of a German sentence that a headline can do without.

When («|am Abend des 29. Juni|»), where («brannte |in der Innenstadt von Hallin| ein
Haus»), adverbs, what stands between an article and its noun («der |für Dienstag in
Hallin geplante| Parteitag»), an apposition («Ada Brandt|, die Leiterin der Mühle,|
sagte»), the office before a name («|Der norländische Künstler| Jens Lund will»).

The verb stands second in a German main clause, so nothing before it goes as a whole;
a prefix or participle at the end stays with what it belongs to.
"""

import re
from collections.abc import Iterator

from digests.language import clauses
from digests.language.names import GIVEN_NAMES

_NOUN = r"[A-ZÄÖÜ][\wäöüß-]*"
_LOW = r"[a-zäöüß]+"
#: Inflected adjectives and participles before a noun.
_ADJECTIVE = r"[\w-]*[a-zäöüß]e[nrsm]?"
_PARTICIPLE = r"[a-zäöüß-]*(?:t|en|nd|ig)e[nrsm]?"
_DETERMINER = r"(?:[Dd](?:er|ie|as|e[nms])|[Ee]ine?[nmrs]?)"
_DATIVE = r"(?:im|am|in|an|auf|bei|nahe|vor|unter)"
_MONTH = (
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November"
    r"|Dezember)"
)
_DAY = r"(?:[A-ZÄÖÜ][a-zäöüß]*(?:tag|sonnabend|mittwoch)|Mittwoch|Sonnabend)[a-z]*"
#: Behind the words that go: the rest of the sentence, and no attribute of theirs.
_PHRASE_FOLLOWS = (
    r"(?=\s(?:den|dem|das|die|eine?[nm]?|seine?[nm]?|ihre?[nm]?|zu[mr]|laut|über|wegen)"
    r"\s)"
)
#: A place of one of the cases that do not say where to.
_PLACE = (
    rf"(?:im|am|(?:in|an|auf|nahe|bei|vor|mit)(?:\s(?:der|dem|einem|einer))?)\s(?:{_ADJECTIVE}\s){{0,2}}?{_NOUN}"
    rf"(?:\s{_NOUN}){{0,2}}(?:\s(?:der|des)\s(?:{_ADJECTIVE}\s)?{_NOUN})?(?:\s(?:von|in|an\sder|am|bei)\s(?:{_NOUN}|\d+\szu\s\d+\s{_NOUN}))?"
)
_GAPS = tuple(
    (loss, re.compile(pattern))
    for loss, pattern in (
        # «am |vergangenen| Samstag»
        (
            0.1,
            rf"\b[Aa]m\s(?P<gap>(?:vergangenen|letzten|gestrigen|heutigen|kommenden|späten|frühen)\s)(?={_DAY})",
        ),
        # «|am Abend des 29. Juni|», «|gegen 13 Uhr|», «|seit Anfang des Jahres|»
        (
            0.3,
            rf"(?<=[\wäöüß)“])(?P<gap>\s(?:am\s(?:späten\s|frühen\s)?(?:Morgen|Vormittag|Mittag|Nachmittag|Abend)\sdes\s"
            rf"(?:\d{{1,2}}\.\s{_MONTH}|{_DAY})|am\s(?:{_DAY}|\d{{1,2}}\.\s{_MONTH}(?:\s\d{{4}})?)"
            r"|(?:gegen|um)\s\d{1,2}(?:[.:]\d\d)?\sUhr(?:\sMES?Z|\sOrtszeit)?"
            rf"|seit\s(?:gestern|heute|(?:Anfang|Mitte|Ende)\s(?:des\sJahres|{_NOUN}(?:\s\d{{4}})?))|in\sden\sletzten\s\w+"
            r"|(?:in\sder|im)\s(?:vergangenen|letzten)\s\w+|bereits\sim\s\w+\sQuartal\s\d{4}"
            rf"|im\s(?:ersten|zweiten|dritten|vierten)\sQuartal\s\d{{4}}|im\s{_MONTH}(?:\s\d{{4}})?)"
            r"(?:,\sde[nm]\s[\d. ]+,)?)"
            rf"(?=[\s,.])(?!\s(?:\d|nicht|noch|und|oder|bis)\b)(?!\s{_PARTICIPLE}\s{_NOUN})",
        ),
        # «|überraschend|»
        (
            0.2,
            r"(?<=[\wäöüß)“])(?P<gap>\s(?:überraschend|feierlich|erfolgreich|unter\sanderem|insgesamt|umgerechnet"
            r"|daraufhin|unterdessen|inzwischen|bereits|nun|jetzt|zudem|ebenfalls|auch|schließlich|so\s?genannten?"
            r"|dort))(?=\s[\wäöüß„])(?!\s(?:nicht|noch|nach|vor|über|unter|als|wie|zu)\b)",
        ),
        # «eine Maschine |vom Typ „Piper“|»
        (0.6, r"(?P<gap>\svom\sTyp\s(?:„[^“]{2,30}“|[A-Z][\w-]+(?:\s\d+)?))(?=[\s,.])"),
        # «ein |79-jähriger| Fahrer», «die |80 Kilometer lange| Strecke»,
        # «|im Alter von 14 bis 17 Jahren|»
        (
            0.5,
            r"(?P<gap>\s(?:\d{1,3}-?jährige[nrs]?|\d[\d.,]*\s(?:Jahre|Kilometer|Meter|Tonnen|Hektar)\s(?:alte|lange|hohe|tiefe|breite|schwere|große)[nrsm]?"
            r"|im\sAlter\s(?:von|zwischen)\s[\w\s]{2,30}?Jahren?))(?=\s)",
        ),
        # «Regenfälle |sowie Stürme|»
        (
            1.0,
            rf"(?<=[a-zäöüß])(?P<gap>\ssowie\s(?:{_ADJECTIVE}\s)?{_NOUN})(?=\s{_LOW})",
        ),
        # «der |für Dienstag in Berlin geplante| Parteitag»
        (
            0.8,
            rf"(?<!,\s)\b(?:{_DETERMINER}|[Ii]m|[Aa]m|[Vv]o[mn]|[Zz]u[mr])\s"
            rf"(?P<gap>(?:im|am|in|an|auf|bei|seit|vom?n?|nach|für|mit|aus|unter|zu[mr]?|per|über|durch|um|vor|\d{{4}})\s"
            rf"(?:{_LOW}\s){{0,3}}(?:{_NOUN}|\d[\d.:]*)(?:[\s/][^\s,;:()„“]+){{0,6}}?\s{_PARTICIPLE}\s)"
            rf"(?={_NOUN}|{_ADJECTIVE}\s{_NOUN})(?!{_NOUN}\s(?:und\s)?{_PARTICIPLE}\s{_NOUN})",
        ),
        # «Ada Brandt|, die Leiterin der Mühle,| sagte»
        (
            1.4,
            rf"(?<=[\wäöüß“])(?P<gap>,\s(?:de[rs]|die|das|eine?[rs]?)\s[^,;:()„“]*{_NOUN}[^,;:()„“]{{0,60}},)"
            r"(?=\s[a-zäöüß]{3,}(?:t|te|ten|en)\s)(?<!en,)(?<!t,)",
        ),
        # «brannte |in der Innenstadt von Hallin| ein Haus»
        (
            1.5,
            rf"(?<=[a-zäöüß“])(?<!\sder)(?<!\sdie)(?<!\sdas)(?<!\sund)(?P<gap>\s{_PLACE}){_PHRASE_FOLLOWS}",
        ),
    )
)
#: «Das Gericht |in Hallin| hat»
_SEAT = re.compile(
    rf"\A(?:Der|Die|Das)\s{_NOUN}(?P<gap>\sin\s{_NOUN})(?=\s(?:hat|haben|ist|sind|wird|will)\s)"
)
#: The losses of what goes before the verb too: it is within a phrase.
_ANYWHERE = (0.1, 0.3, 0.5, 0.6, 0.8, 1.0, 1.4)
#: «|Der norländische Künstler |Jens Lund will»
_OFFICE = re.compile(
    rf"(?P<gap>(?:Der\s(?:{_ADJECTIVE}\s){{0,2}}{_NOUN}(?<!in)|Die\s(?:{_ADJECTIVE}\s){{0,2}}{_NOUN}in)\s)"
    rf"(?P<given>{_NOUN})\s(?:{_NOUN}\s){{1,2}}{_LOW}\s"
)
_PERSON = re.compile(r"(?:er|ist|ent|ant|or|eur|chef|anwalt)(?:in)?\s\Z")
_OFFICE_LOSS = 1.2


def find_german_gaps(sentence: str) -> Iterator[tuple[float, int, int]]:
    """The words that may go, each with its loss, start and end."""
    second = _find_second_verb(sentence)
    for loss, pattern in _GAPS:
        for m in pattern.finditer(sentence):
            if m.start("gap") >= second or loss in _ANYWHERE:
                yield loss, *m.span("gap")
    seat = _SEAT.match(sentence)
    if seat:
        yield _OFFICE_LOSS, *seat.span("gap")
    office = _OFFICE.match(sentence)
    if office is None:
        return
    if office["given"].lower() in GIVEN_NAMES or _PERSON.search(office["gap"]):
        yield _OFFICE_LOSS, *office.span("gap")


#: Where a German sentence may end: a clause that says more, a second statement.
_ENDS = re.compile(
    r",\s(?=(?:um|ohne|darunter|einschließlich|allerdings|was|wobei|womit|wodurch|worauf|nachdem|obwohl"
    r"|während|denn|weil|die|der|das|den|dem|deren|dessen|(?:bei|in|mit|auf|für|an|aus|von|nach|über|unter|durch|vor)"
    r"\s(?:de[rmn]|die|das|denen|dessen|deren)|\w+\sdavon)\s)"
    r"|\s(?=und\s(?:ist|sind|hat|haben|wird|werden|will|soll|kann|muss|danach|später|dann)\s)"
)
#: The main clause goes on: «…, die rudert, gewählt», «…, die rudert, ein».
_GOES_ON = re.compile(
    r",\s[a-zäöüß]+(?:\s[a-zäöüß]+)?\.?\Z|,\s(?:und|sondern)\s|\szu\s?\w+en\.?\Z"
)
#: What these begin has its own infinitive: «weil es nicht gelang, … zu mieten».
_OWN_INFINITIVE = (
    *("um ", "ohne ", "und ", "weil ", "denn ", "nachdem ", "obwohl ", "während "),
    *("was ", "wobei "),
)
_AUXILIARY = re.compile(
    r"\s(?:ist|sind|war|waren|hat|haben|hatten?|wird|werden|wurden?|soll|sollen|kann|können|konnten?|will|wollen|muss|müssen|mussten?"
    r"|dürfen?)\s"
)
_NOT = re.compile(r"\b(?:nicht|kein\w*)\b")
#: Words of the sentence that is left, at least.
_FEWEST_WORDS = 8
_COMPLETE = re.compile(r"\s[a-zäöüß]+(?:t|en|n)\Z")


def find_german_ends(sentence: str) -> Iterator[int]:
    """Where a German sentence may end and be a sentence of the same sense."""
    for m in _ENDS.finditer(sentence):
        kept, tail = sentence[: m.start()], sentence[m.end() :]
        said = kept.split()
        if len(said) < _FEWEST_WORDS or said[-1].lower() in clauses.TABLES["dangling"]:
            continue
        if not _SECOND.search(kept) or clauses.SAYS_WHICH.search(kept):
            continue
        if tail.startswith("weil ") and _NOT.search(kept) and "konnte" not in kept:
            continue
        if _GOES_ON.search(tail) and not tail.startswith(_OWN_INFINITIVE):
            continue
        if not _AUXILIARY.search(kept) or _COMPLETE.search(kept):
            yield m.start()


#: The verb in the second place of a main clause.
_SECOND = re.compile(
    rf"{clauses.GERMAN_VERB.pattern}|\s(?:wurde|hat|griff|schloss|zog|nahm|nehmen)(?:en)?\b"
)


def _find_second_verb(sentence: str) -> int:
    m = _SECOND.search(sentence)
    return m.end() if m else len(sentence)
