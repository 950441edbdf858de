"""Find the words in the middle of a German sentence that a headline can do without.

When («|am Abend des 29. Juni|»), where («brannte |in der Innenstadt von Hallin| ein
Haus»), adverbs, what stands between an article and its noun («der |für Dienstag in
Hallin geplante| Parteitag»), an apposition («Ada Brandt|, die Leiterin der Mühle,|
sagte»), the office before a name («|Der norländische Künstler| Jens Lund will»), the
auxiliary of a passive («Die Mühle| wurde| verkauft»).

The verb stands second in a German main clause, so nothing before it goes as a whole;
a prefix or participle at the end stays with what it belongs to.
"""

from collections.abc import Iterator

from digests.language import clause_verbs, completeness
from digests.language.names import GIVEN_NAMES
from digests.language.regexes import make_regex

_NOUN = r"[A-ZÄÖÜ][\wäöüß-]*"
_LOW = r"[a-zäöüß]+"
#: Inflected adjectives and participles before a noun.
_ADJECTIVE = r"[\w-]*[a-zäöüß]e[nrsm]?"
_PARTICIPLE = r"[a-zäöüß-]*(?:t|en|nd|ig)e[nrsm]?"
_DETERMINER = r"(?:[Dd](?:er|ie|as|e[nms])|[Ee]ine?[nmrs]?)"
_MONTH = (
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November"
    r"|Dezember)"
)
_DAY = r"(?:[A-ZÄÖÜ][a-zäöüß]*(?:tag|sonnabend|mittwoch)|Mittwoch|Sonnabend)[a-z]*"
_GAPS = tuple(
    (loss, make_regex(pattern))
    for loss, pattern in (
        # «am |vergangenen| Samstag»
        (
            0.1,
            r"\b[Aa]m\s(?P<gap>(?:vergangenen|letzten|gestrigen|heutigen|kommenden"
            rf"|späten|frühen)\s)(?={_DAY})",
        ),
        # «|am Abend des 29. Juni|», «|gegen 13 Uhr|», «|seit Anfang des Jahres|»
        (
            0.3,
            r"(?<=[\wäöüß)“])(?P<gap>\s(?:am\s(?:späten\s|frühen\s)?"
            r"(?:Morgen|Vormittag|Mittag|Nachmittag|Abend)\sdes\s"
            rf"(?:\d{{1,2}}\.\s{_MONTH}|{_DAY})|am\s(?:"
            rf"(?:vergangenen\s|letzten\s|gestrigen\s|heutigen\s)?{_DAY}"
            rf"|\d{{1,2}}\.\s{_MONTH}(?:\s\d{{4}})?)"
            r"|(?:gegen|um)\s\d{1,2}(?:[.:]\d\d)?\sUhr(?:\sMES?Z|\sOrtszeit)?"
            rf"|vom\s\d{{1,2}}\.\s{_MONTH}(?:\s\d{{4}})?"
            r"|seit\s(?:gestern|heute|(?:Anfang|Mitte|Ende)\s"
            rf"(?:des\sJahres|{_NOUN}(?:\s\d{{4}})?))|in\sden\sletzten\s\w+"
            r"|(?:in\sder|im)\s(?:vergangenen|letzten)\s\w+"
            r"|bereits\sim\s\w+\sQuartal\s\d{4}"
            rf"|im\s(?:ersten|zweiten|dritten|vierten)\sQuartal\s\d{{4}}"
            rf"|im\s{_MONTH}(?:\s\d{{4}})?)"
            r"(?:,\sde[nm]\s[\d. ]+,)?)"
            r"(?=[\s,.])(?!\s(?:\d|nicht|noch|und|oder|bis)\b)"
            rf"(?!\s{_PARTICIPLE}\s{_NOUN})",
        ),
        # «|überraschend|»
        (
            0.2,
            r"(?<=[\wäöüß)“])(?P<gap>\s(?:überraschend|feierlich|erfolgreich"
            r"|unter\sanderem|insgesamt|umgerechnet|daraufhin|unterdessen|inzwischen"
            r"|bereits|nun|jetzt|zudem|ebenfalls|auch|schließlich|so\s?genannten?"
            r"|dort))(?=\s[\wäöüß„])(?!\s(?:nicht|noch|nach|vor|über|unter|als|wie"
            r"|zu)\b)",
        ),
        # «ein |79-jähriger| Fahrer», «die |80 Kilometer lange| Strecke»,
        # «|im Alter von 14 bis 17 Jahren|»
        (
            0.5,
            r"(?P<gap>\s(?:\d{1,3}-?jährige[nrs]?|\d[\d.,]*\s"
            r"(?:Jahre|Kilometer|Meter|Tonnen|Hektar)\s"
            r"(?:alte|lange|hohe|tiefe|breite|schwere|große)[nrsm]?"
            r"|im\sAlter\s(?:von|zwischen)\s[\w\s]{2,40}?Jahren?))(?=\s)",
        ),
        # «in Hallin| in der westlichen Provinz Marl|»: where it is from afar
        (
            0.5,
            rf"\b(?:in|bei|aus|nahe)\s{_NOUN}(?P<gap>\s(?:in\sder|im|in\sdem)\s"
            r"(?:[\w-]+\s)?(?:Provinz|Region|Gemeinde|Bundesstaat|Bundesland"
            rf"|Landkreis|Kreis|Bezirk|Kanton|Département)(?:\s{_NOUN}){{1,2}}?)"
            rf"(?=\s(?!{_NOUN}\s(?:und|oder)\s))",
        ),
        # «|die 39-jährige| Ada Brandt»
        (0.4, rf"\s(?P<gap>(?:der|die)\s\d{{1,3}}-?jährige\s)(?={_NOUN}\s{_NOUN})"),
        # «Gespräche |zwischen Rat und Werk|», «Ada Lund|, Tochter von Jens Lund,| will»
        (
            0.8,
            rf"(?<=[a-zäöüß])(?P<gap>\szwischen\s(?:de[nmr]\s)?{_NOUN}\sund\s"
            rf"(?:de[nmr]\s)?{_NOUN})(?=\s[a-zäöü])"
            rf"|{_NOUN}\s{_NOUN}(?P<also>,\s{_NOUN}\s(?:vo[nm]"
            rf"|de[rs])\s[^,;:„]{{3,140}},)(?=\s[a-zäöü])",
        ),
        # «ein Frachter |mit Wasser und Obst an Bord|», «ein Flugzeug |vom Typ „Orla“|»
        (
            0.6,
            rf"(?<=[a-zäöüß\d\"“])(?P<gap>\smit\s[^;:.]{{3,80}}?\san\sBord"
            rf"|\svom\sTyp\s(?:[„\"][^“\"]{{2,40}}[“\"]|{_NOUN}(?:\s[A-Z\d][\w-]*)*))"
            r"(?=\s)",
        ),
        # «Regenfälle |sowie Stürme|»
        (
            1.0,
            rf"(?<=[a-zäöüß)])(?P<gap>\ssowie\s(?:(?:{_ADJECTIVE}\s)?{_NOUN}"
            rf"(?=\s(?!de[rs]\b|eine[rs]\b|vo[nm]\b|aus\b|und\b){_LOW})"
            rf"|[^,;:.]{{3,90}}(?=\.?\Z)))",
        ),
        # «der |pakistanischen| Stadt Quetta», where the name says which
        (
            0.8,
            r"(?<=[a-zäöüß])(?P<gap>\s[\w-]+ische[nrms]?)"
            rf"(?=\s[A-ZÄÖÜ][\w-]*[a-zäöüß]\s(?:{_NOUN}|[„\"]))",
        ),
        # «|nach Angaben der Polizei|», of what is no accusation
        (
            0.4,
            r"\A(?!.*\b(?:angeblich|mutmaßlich|vermutlich|offenbar|soll(?:en)?|hätten?"
            r"|sei(?:en)?|könnten?|würden?|Vorw[uü]rf|Verdacht))"
            r".*?(?P<gap>\s(?:laut|nach\s(?:übereinstimmenden\s|ersten\s"
            r"|eigenen\s)?Angaben(?:\sde[rs]|\svon)?)\s(?:örtlichen\s|zuständigen\s)?"
            rf"(?:Polizei|Feuerwehr|Behörden|Agenturen|Nachrichtenagentur\s{_NOUN}"
            rf"|(?:AFP|AP|dpa|dapd|Reuters|DPA)(?:\sund\s{_NOUN})?))(?=\s)",
        ),
        # «der |für Dienstag in Berlin geplante| Parteitag»
        (
            0.8,
            rf"(?<!,\s)\b(?:{_DETERMINER}|[Ii]m|[Aa]m|[Vv]o[mn]|[Zz]u[mr])\s"
            r"(?P<gap>(?:im|am|in|an|auf|bei|seit|vom?n?|nach|für|mit|aus|unter"
            rf"|zu[mr]?|per|über|durch|um|vor|bisher|bislang|zuvor|\d{{4}})\s"
            rf"(?:{_LOW}\s){{0,3}}(?:{_NOUN}|\d[\d.:]*)"
            rf"(?:[\s/](?:[^\s,;:()„“]+|„[^“]{{2,40}}“)){{0,6}}?\s"
            rf"(?!(?:unter|hinter)\s){_PARTICIPLE}\s)"
            rf"(?={_NOUN}|{_ADJECTIVE}\s{_NOUN})(?!{_NOUN}\s"
            rf"(?:und\s)?{_PARTICIPLE}\s{_NOUN})",
        ),
    )
)
#: The losses of what goes before the verb too: it is within a phrase.
_ANYWHERE = (0.1, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
#: «|Der norländische Künstler |Jens Lund will»
_OFFICE = make_regex(
    rf"(?P<gap>(?:Der\s(?:{_ADJECTIVE}\s){{0,2}}{_NOUN}(?<!in)"
    rf"|Die\s(?:{_ADJECTIVE}\s){{0,2}}{_NOUN}in)\s)"
    rf"(?P<given>{_NOUN})\s(?:{_NOUN}\s){{1,2}}{_LOW}\s"
)
_STEM = r"\s(?:[a-zäöü]*ge[a-zäöüß]+|(?:be|ver|er|ent|zer)[a-zäöüß]+|[a-zäöüß]+ier)"
#: «Die Mühle| wurde| vom Rat verkauft», «Im See| sind| Gifte festgestellt| worden|»: a
#: headline needs no auxiliary where a participle ends the sentence, which must not look
#: like an infinitive. «Am Montag| wurde| der Täter gefasst» needs it.
_AUXILIARY_GAP = make_regex(
    r"\A(?!(?:A[mn]|Auf|Bei[m]?|Im|In|Mit|Nach|Seit|Vor|Während|Zu[mr]?)\s[^,;:]*?"
    r"\s(?:ist|sind|wurden?)\s(?:de[rnm]|die|das|ein\w*)\s)"
    r"[^,;:]{8,150}?[^,;:\s](?P<aux>\s(?:ist|sind|wurden?))(?=\s)[^,;:]*"
    + _STEM
    + r"t(?P<gap>\sworden)?(?=,|\.?\Z)"
)
#: After all that goes with less.
_AUXILIARY_LOSS = 2.0
#: «|Am Montag wurde |ein Denkmal eingeweiht», «ist verurteilt| worden|».
_PASSIVE = make_regex(
    r"\A(?P<front>(?:A[mn]|Auf|Bei[m]?|Im|In|Mit|Nach|Seit|Vor|Während|Zu[mr]?)\s"
    r"(?![^,]*\b(?:Angaben|Ansicht|Aussagen?|Berichte?n?|Informationen)\b)"
    rf"[^,;:]{{3,110}}?\s(?:ist|sind|wurden?))(?=\s"
    rf"(?:(?:a[mn]|auf|im|in|vor)\s(?:de[rm]\s)?{_NOUN}[^,;:]*\s)?"
    rf"(?:ein|eine|der|die|das|\d[\d.]*|{_NOUN})\s)"
    r"[^,;:]*" + _STEM + r"(?:t|en)(?P<gap>\sworden)?\.?\Z"
)
_FRONT_LOSS = 3.0
_PERSON = make_regex(r"(?:er|ist|ent|ant|or|eur|chef|anwalt)(?:in)?\s\Z")
_OFFICE_LOSS = 1.2
#: «|Der Rüstungs- und Raumfahrtkonzern |EADS», «und| sein US-Partner| Northrop»
_FIRM = make_regex(
    r"(?:\A|\bund\s)(?P<gap>(?:[Dd](?:er|ie|as)|[Ss]eine?|[Ii]hre?)\s"
    rf"(?:{_ADJECTIVE}\s){{0,2}}(?:{_NOUN}-\sund\s)?(?=[A-ZÄÖÜ])[\w-]*"
    r"(?:[Kk]onzern|[Hh]ersteller|[Uu]nternehmen|[Ff]irma|[Pp]artner|[Bb]ank"
    rf"|[Gg]ruppe)\s)(?={_NOUN}\s(?:{_NOUN}\s)?(?:und\s)?{_LOW}\s)"
)


def find_german_gaps(sentence: str) -> Iterator[tuple[float, int, int]]:
    """The words that may go, each with its loss, start and end."""
    if not clause_verbs.is_surely_german(sentence):
        return
    second = _find_second_verb(sentence)
    for loss, pattern in _GAPS:
        for m in pattern.finditer(sentence):
            if m.start() >= second or loss in _ANYWHERE:
                yield loss, *m.span(m.lastgroup or "gap")
    yield from _find_phrases(sentence, second)
    yield from _find_clauses(sentence)
    yield from _find_auxiliaries(sentence, second)
    for m in _FIRM.finditer(sentence):
        yield _OFFICE_LOSS, *m.span("gap")
    office = _OFFICE.match(sentence)
    if office is None:
        return
    if office["given"].lower() in GIVEN_NAMES or _PERSON.search(office["gap"]):
        yield _OFFICE_LOSS, *office.span("gap")


def _find_auxiliaries(sentence: str, second: int) -> Iterator[tuple[float, int, int]]:
    """What a headline leaves out of a passive: its auxiliary, or all before it."""
    passive = _PASSIVE.match(sentence)
    if passive is not None:
        lost = sum(word[:1].isupper() for word in passive["front"].split()[1:])
        yield _FRONT_LOSS + _WORD_LOSS * lost, *passive.span("front")
        if passive["gap"]:
            yield 0.0, *passive.span("gap")
    passive = _AUXILIARY_GAP.match(sentence)
    if passive is not None and passive.end("aux") == second:
        yield _AUXILIARY_LOSS, *passive.span("aux")
        if passive["gap"]:
            # It goes first: «sind festgestellt» and «festgestellt» are right, and
            # «festgestellt worden» is not.
            yield 0.0, *passive.span("gap")


#: A noun with what stands before it.
_NO_ADJECTIVE = (
    r"(?!(?:de[rnms]|die|das|ein\w*|und|oder|sein\w*|ihr\w*|dies\w*|kein\w*|über|wegen"
    r"|unter|neben|gegen|sowie|andere[mn])\s)"
)
_NAMED = (
    rf"(?:{_NO_ADJECTIVE}{_ADJECTIVE}\s|\d[\d.,]*\s(?:zu\s\d[\d.,]*\s)?){{0,3}}?"
    rf"(?:{_NOUN}|„[^“]{{2,40}}“)(?:\s{_NOUN}){{0,3}}"
)
_OF = rf"(?:\s(?:de[rs]|eine[rs]|seine[rs]|ihre[rs]|zweier)\s{_NAMED})"
_DATIVE = r"(?:der|dem|einem|einer|seine[mr]|ihre[mr])"
#: Where, when and on what occasion: the dative says that nothing is moved there.
_WHERE = (
    rf"(?:im|am|beim|(?:in|an|auf|bei|nahe|vor|nach|während|unter|mit)(?:\s{_DATIVE})?)"
    rf"\s(?:\d{{1,2}}\.\s{_MONTH}(?:\s\d{{4}})?|{_NAMED}){_OF}{{0,2}}"
)
_MORE = (
    rf"(?:von(?:\s{_DATIVE})?|vom|aus(?:\s{_DATIVE})?|zu[mr]?)\s{_NAMED}{_OF}?"
    r"|gegen\s[\d:.]+\sUhr"
)
_RELATIVE = (
    r"(?:,\s(?:(?:in|an|auf|bei|mit|von|zu|aus|für)\s)?"
    r"(?:der|die|das|de[nm]|deren|dessen)\s[^,;:()„“]{5,90}\s"
    r"(?:[a-zäöüß]+(?:t|te|ten|en)|ist|sind|war|wird),)"
)
#: A phrase with all that says more of its noun.
_PHRASE = make_regex(
    rf"(?<=[a-zäöüß“\d)])(?P<gap>(?>\s{_WHERE}(?:\s"
    rf"(?:{_WHERE}|{_MORE}))*){_RELATIVE}?)(?=\s|\.\Z)"
)
#: What it may stand before, in the middle of a sentence, so that it is not the one
#: that the verb at the end needs.
_PHRASE_FOLLOWS = make_regex(
    r"\s(?:de[nmr]|das|die|eine?[nmrs]?|seine?[nmr]?|ihre?[nmr]?|laut|über|wegen|als"
    r"|gegen|für|durch|ums?)\s"
    rf"|\s(?:[\d.]+|{_NOUN})\s{_NOUN}|\s{_NOUN}\s[a-z]|\szu\s[a-zäöü]+\sJahren"
)
#: «wurde der Dieb |in der Stadt Hallin| verhaftet»
_LAST_VERB = make_regex(
    r"\s(?!ge(?:nommen|bracht|stellt|setzt|legt|halten|kommen|gangen|raten|zogen"
    r"|zwungen)\b|versetzt\b)"
    r"(?:[a-zäöü]*ge[a-zäöüß]+|(?:be|ver|er|ent|zer)[a-zäöüß]+|[a-zäöüß]+ier)(?:t|en)"
    r"(?:\s(?:worden|haben|werden|sein))?\.?\Z"
)
#: Phrases that belong to their noun or verb, and those that say who knows it.
_NO_GAP = make_regex(
    r"\s(?:unter|in|auf|an|vor|mit|im|am)\s(?:der|dem|einem|einer)?\s?"
    r"(?:Verdacht|Druck|Bedingung|Vorwurf|Namen?|Kraft|Kauf|Anspruch|Lage|Rahmen|Leben"
    r"|Ende|Spitze|Stelle|Blick|Ausnahme|Hilfe)\b"
    r"|\snach\s(?:\w+\s)?(?:Angaben?|Ansicht|Meinung|Aussagen?|Informationen"
    r"|Einschätzung|Berichten|Untersuchungen|Hause?|Auffassung|Norden|Süden|Osten"
    r"|Westen)\b"
    r"|\snach\s[A-ZÄÖÜ]"
)
#: Nouns that say nothing without what follows them.
_OPEN_NOUN = make_regex(
    r"(?:\b(?:Teil|Hälfte|Zahl|Mitglied(?:er)?|Ende|Anfang|Beginn|Leben|Einsatz"
    r"|Glauben?|Interesse|Kritik|Beteiligung|Teilnahme|Mangel|Zweifel|Anteil|Arbeit"
    r"|Opfer|Einbruch|Angriff|Anschlag|Überfall|Mord|Schuld|Macht|Krieg"
    r"|Ausschreitungen|Tage?|Stunden?|Minuten?|Wochen?|Monate?|Jahre?)"
    r"|\b(?:und|oder))\Z"
)
_PHRASE_LOSS, _WORD_LOSS = 1.0, 0.25


def _find_phrases(sentence: str, second: int) -> Iterator[tuple[float, int, int]]:
    """Phrases that say where, when and on what occasion."""
    at = 0
    while m := _PHRASE.search(sentence, at):
        start, end = m.span("gap")
        at = start + 1
        needed = _NO_GAP.match(sentence, start) or _OPEN_NOUN.search(sentence, 0, start)
        if needed or _HARM.search(m["gap"]):
            continue
        if start < second:
            # Before the verb stands one phrase: what follows its noun says more of it.
            noun = sentence[:start].rpartition(" ")[2][:1].isupper()
            goes = noun and " " in sentence[:start]
            goes = goes and clause_verbs.GERMAN_VERB.match(sentence, end) is not None
        else:
            clause = sentence[second:start]
            follows = _PHRASE_FOLLOWS.match(sentence, end) is not None
            if sentence[end:] == "." and not _AUXILIARY.search(sentence):
                follows = True
            if any(word[:1].isupper() for word in clause.split()):
                follows = follows or _LAST_VERB.match(sentence, end) is not None
            goes = "," not in clause and follows
        if goes:
            lost = sum(word[:1].isupper() for word in m["gap"].split())
            yield _PHRASE_LOSS + _WORD_LOSS * lost, start, end


#: What says more about a name, which needs nothing to say which: «in Quetta|, das an
#: der Grenze liegt,|», «Ada Brandt|, die Leiterin der Mühle,| sagte».
_OF_NAME = make_regex(
    rf"(?<=[a-zäöüß“])(?P<gap>{_RELATIVE}|,\s(?:de[rsmn]|die|das|eine?[mnrs]?)\s"
    rf"{_NAMED}{_OF}{{0,2}}(?:\s(?:{_WHERE}|{_MORE}|für\s\w+\s{_NAMED}))*,)(?=\s[\w„])"
)
_HARM = make_regex(r"starb|gestorben|getötet|verletzt|Tote|ums\sLeben|\btot\b")
_OF_NAME_LOSS = 1.4


def _find_clauses(sentence: str) -> Iterator[tuple[float, int, int]]:
    """Clauses and appositions that say more about a name."""
    for m in _OF_NAME.finditer(sentence):
        noun = sentence[: m.start("gap")].rpartition(" ")[2][:1]
        if (noun.isupper() or noun in '„"') and not _HARM.search(m["gap"]):
            yield _OF_NAME_LOSS, *m.span("gap")


#: Where a German sentence may end: a clause that says more, a second statement.
_ENDS = make_regex(
    r",\s(?=(?:um|ohne|darunter|einschließlich|allerdings|doch|was|wobei|womit|wodurch"
    r"|worauf|nachdem|obwohl|während|denn|weil|die|der|das|den|dem|deren|dessen"
    r"|(?:bei|in|mit|auf|für|an|aus|von|nach|über|unter|durch|vor)\s"
    r"(?:de[rmn]|die|das|denen|dessen|deren)|\w+\sdavon)\s)"
    r"|:\s(?=[A-ZÄÖÜ])|\s(?=und\s(?:ist|sind|hat|haben|wird|werden|will|soll|kann|muss"
    r"|danach|später|dann)\s)"
)
#: The main clause goes on: «…, die rudert, gewählt», «…, die rudert, ein».
_GOES_ON = make_regex(
    r",\s[a-zäöüß]+(?:\s[a-zäöüß]+)?\.?\Z|,\s(?:und|sondern)\s|\szu\s?\w+e[lr]?n\.?\Z"
)
#: What these begin has its own infinitive: «weil es nicht gelang, … zu mieten».
_OWN_INFINITIVE = (
    *("um ", "ohne ", "und ", "weil ", "denn ", "nachdem ", "obwohl ", "während "),
    *("was ", "wobei "),
)
_AUXILIARY = make_regex(
    r"\s(?:ist|sind|war|waren|hat|haben|hatten?|wird|werden|wurden?|soll|sollen|kann"
    r"|können|konnten?|will|wollen|muss|müssen|mussten?|dürfen?)\s"
)
_NOT = make_regex(r"\b(?:nicht|kein\w*)\b")
#: «sie nehmen Müll |ab»
_PREFIXES = frozenset(
    ("ab", "an", "auf", "aus", "ein", "vor", "mit", "nach", "um", "zu")
)
#: Words of the sentence that is left, at least.
_FEWEST_WORDS = 6
_COMPLETE = make_regex(r"\s[a-zäöüß]+(?:t|en|n)\Z")


def find_german_ends(sentence: str) -> Iterator[int]:
    """Where a German sentence may end and be a sentence of the same sense."""
    for m in _ENDS.finditer(sentence):
        kept, tail = sentence[: m.start()], sentence[m.end() :]
        said = kept.split()
        split = said[-1] in _PREFIXES and not _AUXILIARY.search(kept)
        dangles = said[-1].lower() in completeness.TABLES["dangling"] and not split
        if len(said) < _FEWEST_WORDS or dangles:
            continue
        if not clause_verbs.GERMAN_VERB.search(kept) or completeness.SAYS_WHICH.search(
            kept
        ):
            continue
        if tail.startswith("weil ") and _NOT.search(kept) and "konnte" not in kept:
            continue
        if _GOES_ON.search(tail) and not tail.startswith(_OWN_INFINITIVE):
            continue
        if not _AUXILIARY.search(kept) or _COMPLETE.search(kept):
            yield m.start()


def _find_second_verb(sentence: str) -> int:
    """Where the verb in the second place of a main clause ends."""
    m = clause_verbs.GERMAN_VERB.search(sentence)
    return m.end() if m else len(sentence)
