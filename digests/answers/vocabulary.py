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

_SYNONYM_ROWS = """
    cost price pay worth fee expense budget
    injure hurt wound injury
    kill die dead death
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
    fire blaze
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
