"""Words of questions: roots of words, synonyms, question words in two languages.

Question and answer inflect words differently («when did it close?» – «it was closed»),
so more endings are removed here than for comparing texts, and irregular forms are
mapped to their base. English; German words get the light stem and lose verb endings.
"""

from collections.abc import Mapping
from functools import lru_cache

from digests.language.names import ROLE_NOUNS
from digests.language.words import load_word_tables, stem_word, word_set

_TABLES = load_word_tables(__file__, "vocabulary.txt")

_IRREGULAR_BASES = """
    said:say says:say told:tell built:build paid:pay sank:sink sunk:sink took:take
    taken:take left:leave began:begin begun:begin fell:fall fallen:fall rose:rise
    risen:rise won:win lost:lose held:hold met:meet made:make gave:give given:give
    went:go gone:go got:get bought:buy sold:sell caught:catch found:find led:lead
    ran:run struck:strike stole:steal stolen:steal broke:break broken:break shook:shake
    shaken:shake wrote:write written:write drove:drive driven:drive flew:fly flown:fly
    grew:grow grown:grow kept:keep drew:draw drawn:draw sent:send spent:spend
    stood:stand taught:teach thought:think wore:wear worn:wear chose:choose
    chosen:choose froze:freeze frozen:freeze hid:hide hidden:hide fought:fight felt:feel
    saw:see seen:see came:come became:become heard:hear laid:lay fed:feed shot:shoot
    sought:seek swam:swim threw:throw thrown:throw blew:blow blown:blow died:die
    dying:die lay:lie dealt:deal slept:sleep rode:ride spoke:speak spoken:speak
    tore:tear torn:tear woke:wake woken:wake knew:know known:know ate:eat eaten:eat
    men:man women:woman children:child lives:life wives:wife feet:foot leaves:leave
    lorries:lorry overtook:overtake overtaken:overtake undertook:undertake
    withdrew:withdraw withdrawn:withdraw overthrew:overthrow arose:arise arisen:arise
    bore:bear borne:bear born:bear bit:bite bitten:bite swore:swear sworn:swear
    forgot:forget forgotten:forget beat:beat beaten:beat drank:drink drunk:drink
    sang:sing sung:sing rang:ring rung:ring lent:lend lit:light wound:wind
"""
#: From irregular forms to their bases.
IRREGULAR_BASES: Mapping[str, str] = dict(
    pair.split(":") for pair in _IRREGULAR_BASES.split()
)

#: Words that ask and are not searched for.
QUESTION_WORDS = _TABLES["question_words"]

GERMAN_QUESTION_WORDS = _TABLES["german_question_words"]
#: Verbs after a German «was».
GERMAN_VERBS = _TABLES["german_verbs"]
#: Function words that no English question has.
GERMAN_FUNCTION_WORDS = _TABLES["german_function_words"]

#: Words with little content: an answer may lack them.
GENERIC_WORDS = _TABLES["generic_words"]
GERMAN_GENERIC_WORDS = _TABLES["german_generic_words"]

_SYNONYM_ROWS = """
    cost price pay worth fee expense budget
    expensive dear dearer costly price cost
    ill sick infect catch
    injure hurt wound injury
    kill die dead death toll fatality
    rescue save
    close shut closure
    start begin open launch
    end finish stop
    buy purchase acquire
    build construct erect
    repair fix mend work
    vote ballot
    blame fault
    win beat defeat victory
    lose defeat loss
    rise climb increase grow raise up gain widen
    fall drop decline decrease slip cut
    sign agree
    meet talk receive host
    job worker employ staff
    boat ship vessel trawler
    car vehicle
    lorry truck
    child pupil
    inhabitant resident population live
    strike walkout
    fire blaze burn
    quake earthquake
    cause because due why
    head chair lead chief run manage director
    own owner belong
    measure size
    move relocate
    plan propose intend
    resign quit step leave
    arrest detain
    discover find
    see notice spot observe
    learn teach
    get receive
    temperature degree
    forecast predict expect
    ban forbid prohibit
    house home
    visitor guest
    show display exhibit
"""


def _map_synonyms() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _SYNONYM_ROWS.strip().splitlines():
        words = frozenset(line.split())
        for word in words:
            found[word] = found.get(word, frozenset()) | words
    return found


#: From each word to its synonyms, itself included.
SYNONYMS = _map_synonyms()
#: Nouns for a person without a name.
PERSON_NOUNS = ROLE_NOUNS | word_set("""
    grandfather grandmother father mother brother sister son daughter wife husband
    porter nurse pupil student schoolgirl schoolboy clerk fisherman hunter crew man
    woman boy girl bauer lehrer fahrer polizei sprecherin sprecher vater mutter
""")

SPEECH_VERBS = _TABLES["speech_verbs"]

#: Rows of inflected words that German answers use for each other.
_GERMAN_SYNONYM_ROWS = """
    sterben stirbt starb starben gestorben tot tote toten toter todesopfer ums getötet
    verletzt verletzte verletzten schwerverletzte leichtverletzte verletzung
    kosten kostet kostete preis preise teuer teurer
    schließen schließt schloss geschlossen gesperrt sperrung schließung
    öffnen öffnet geöffnet offen eröffnet eröffnung freigegeben
    brand feuer brannte brennt brennen
    beginnen beginnt begann begonnen beginn start startet startete
    enden endet endete ende
    kaufen kauft kaufte gekauft übernimmt übernehmen übernahme erwerben
    bauen baut gebaut bau errichten errichtet
    gewinnen gewinnt gewann gewonnen sieg siegte
    verlieren verliert verlor verloren
    wählen gewählt wahl wählt
    steigen steigt stieg gestiegen anstieg erhöht erhöhung
    fallen fällt fiel gefallen sinkt sank gesunken sinken rückgang
    zurücktreten rücktritt zurückgetreten tritt
    festnehmen festgenommen festnahme verhaftet
    finden gefunden fand entdeckt
    stehlen gestohlen stahl diebstahl
    streichen streicht gestrichen abbauen stellenabbau
    menschen personen leute
    einwohner bewohner
    austreten austritt ausgetreten trat
    verursachen verursacht verursachte ursache auslösen auslöste ausgelöst
    explosion explodiert explodierte
    abreißen abgerissen abriss
    bleiben bleibt blieb geblieben
    verunglücken verunglückt verunglückte unfall unglück
    sanieren saniert sanierung renovieren renoviert
"""
#: A word, and words that tell the same event from the other side or its opposite.
#: «Will the pool close?» is answered by «it stays open».
_CONVERSE_ROWS = """
    buy sale sell takeover merge merger bid
    purchase sale sell
    acquire sale sell takeover merge merger
    sell buy takeover
    close open reopen stay remain save
    shut open reopen stay remain
    open close shut reopen
    reopen close shut
    miss found find
    arrest release free
    die life survive
    kill life survive
    guilty acquit clear innocent
    strike call
    alive dead die
    win lose
    cancel ahead
    true false wrong
"""
_GERMAN_CONVERSE_ROWS = """
    kaufen verkauf verkaufen verkauft
    geschlossen bleibt erhalten geöffnet offen
    schließt bleibt erhalten geöffnet offen
    verkauft erhalten bleibt
    gesperrt frei offen geöffnet
    offen geschlossen gesperrt
    geöffnet geschlossen gesperrt
    vermisst gefunden
    verhaftet frei freigelassen
    tritt bleibt amt
    abgerissen erhalten bleibt
    abgesagt statt
"""

_ENDINGS = (
    "ingly",
    "edly",
    "ments",
    "ment",
    "ings",
    "ing",
    "ied",
    "ies",
    "ed",
    "es",
    "ly",
    "s",
)
_SHORTEST = 3
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=1 << 14)
def find_root(word: str, lang: str = "en") -> str:
    """The root of a lower-case word with straight apostrophes."""
    word = word.removesuffix("'s").removesuffix("'")
    if lang != "en":
        return _strip_german_ending(stem_word(word, lang))
    known = IRREGULAR_BASES.get(word)
    if known is not None:
        word = known
    if word.endswith("ss") or not word.isascii():
        return word
    return _strip_ending(word)


def _strip_german_ending(word: str) -> str:
    """Without verb endings: «beginnt» and «beginne» become equal."""
    for ending in ("test", "tet", "te", "st", "t"):
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST:
            return word[: -len(ending)]
    return word


def _strip_ending(word: str) -> str:
    for ending in _ENDINGS:
        left = word.removesuffix(ending)
        if left == word or len(left) < _SHORTEST or not _VOWELS & set(left):
            continue
        if ending in ("ied", "ies"):
            return left + "i"
        if len(left) > _SHORTEST and left[-1] == left[-2] and left[-1] not in "lsz":
            left = left[:-1]
        return _normalize_last_letter(left)
    return _normalize_last_letter(word)


def _normalize_last_letter(word: str) -> str:
    """Without a silent «e», and with «i» for «y»."""
    if len(word) > _SHORTEST and word[-1] == "e":
        return word[:-1]
    if len(word) > _SHORTEST and word[-1] == "y" and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word


def _map_german_synonyms() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _GERMAN_SYNONYM_ROWS.strip().splitlines():
        roots = frozenset(find_root(word, "de") for word in line.split())
        for root in roots:
            found[root] = found.get(root, frozenset()) | roots
    return found


#: From each German root to the roots of its synonyms and inflections.
GERMAN_SYNONYMS = _map_german_synonyms()
#: From a root to those that tell the same event from the other side.
CONVERSES: Mapping[str, frozenset[str]] = {
    find_root(words[0], lang): frozenset(find_root(word, lang) for word in words[1:])
    for lang, rows in (("en", _CONVERSE_ROWS), ("de", _GERMAN_CONVERSE_ROWS))
    for words in map(str.split, rows.strip().splitlines())
}
