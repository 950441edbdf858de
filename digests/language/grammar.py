"""Tokens of a sentence, finite verbs, and the word classes of reported speech.

Abbreviated titles, initials and «U.S.» keep their full stops; a possessive «'s» stays
with its word (`possessive`). To count or compare words use `digests.language.words`.

A word may be finite if it is an auxiliary, an irregular past or a frequent present
form, or ends in «-ed»: enough to decide whether a part of a sentence still has a verb.
Of German only the auxiliaries are listed.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from digests.language.words import load_word_tables, word_set
from digests.types import frozen_positional

#: Replaces every character of a span that must be ignored (quoted words).
COVER = "\ue000"

_TOKEN = re.compile(
    rf"(?P<cover>{COVER}++)"
    r"|(?P<word>"
    # The look-ahead spares most words the titles, initials and «U.S.».
    r"(?:(?=[A-Za-z]{1,4}+\.)"
    r"(?:(?:Mrs?|Ms|Mx|Dr|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Adm|Maj"
    r"|Cmdr|Amb|Supt|Det|St|Asst|Atty)\.(?=\s)"
    r"|[JS]r\.(?=\s|\Z|[,;])|(?:[A-Za-z]\.){2,12}(?:['’]s\b)?"
    r"|[A-Z]\.(?=\s?[A-Z])))"
    r"|[^\W_]++(?:[-.'’&][^\W_]++)*+(?:(?<=[sxz])['’](?=\s))?)"
    r"|[^\w\s]"
)
_POSSESSIVE = ("'s", "'")
#: Of a surname, which begins with the capital after it: «Malik al-Houthi».
ARABIC_ARTICLES = ("al-", "el-")


class Token(NamedTuple):
    """A word, a sign, or a covered span (`kind` «word», «sign», «cover»)."""

    start: int
    end: int
    text: str
    low: str
    kind: str
    #: «Korea's», or «leaders» before a lone apostrophe.
    possessive: bool
    capital: bool


@frozen_positional
class Name:
    """A name at one place of a sentence: tokens `first` to `last`, end exclusive.

    `first` to `core` are its titles and adjectives, `core` to `last` the name itself.
    """

    first: int
    core: int
    last: int
    text: str
    #: «person», «body», «place», «title» (a title alone), «party», or «» if unknown.
    kind: str
    #: «m», «f» or «».
    sex: str
    possessive: bool


def tokenize_span(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`, in order."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        words = match[0]
        if match.lastgroup == "word":
            low = words.lower()
            if "’" in low:
                low = low.replace("’", "'")
            possessive = "'" in low and low.endswith(_POSSESSIVE)
            capital = words[0] != low[0] or (
                words.startswith(ARABIC_ARTICLES) and words[3:4] != low[3:4]
            )
            parts = (*match.span(), words, low, "word", possessive, capital)
        else:
            kind = "cover" if match.lastgroup else "sign"
            parts = (*match.span(), words, words, kind, False, False)
        # Tokens are made by the thousand: this is the fastest way to a named tuple.
        found.append(tuple.__new__(Token, parts))
    return found


AUXILIARIES = word_set("""
    is are was were am has have had does do did will would can could may might must
    shall should isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't
    won't wouldn't can't cannot couldn't shouldn't ist sind war waren wurde wurden wird
    werden hat haben hatte hatten kann können soll sollen muss müssen will wollen darf
""")

PAST = word_set("""
    arose ate beat became began bent bet bit bled blew bought bound bred broke brought
    built burnt burst came caught chose clung cost crept cut dealt died drank drew drove
    dug fell fed felt flew fled forbade forgot fought found froze gave got grew heard
    held hid hit hung hurt kept knew laid lay led left lent let lost made meant met
    overcame overtook paid pled put quit ran rang read rebuilt rode rose said sang sank
    sat saw sent set shed shook shot showed shut slept slid sold sought spent split
    spoke spread sprang stole stood strode struck stuck swam swept swore swung thought
    threw took tore told taught undertook understood underwent upheld withdrew withheld
    woke won wore wound wrote
""")

_NEGATIONS = (
    "not|never|no|nobody|none|nothing|nor|neither|without|cannot|hardly|"
    r"den(?:y|ies|ied|ying)|nicht|nichts|nie|niemals|niemand|kein\w*|ohne|weder"
)


def compile_negation(also: str = "") -> re.Pattern[str]:
    """A pattern for words that negate a statement, in English and German.

    Args:
        also: Further alternatives, for callers to whom these words deny too.
    """
    words = f"{_NEGATIONS}|{also}" if also else _NEGATIONS
    return re.compile(rf"\b(?:{words})\b|n['’]t\b", re.IGNORECASE)


#: Words that negate a statement.
NEGATION = compile_negation()

PRESENT = word_set("""
    accuses acknowledges adds admits agrees aims announces appears approves argues asks
    asserts backs bans contends describes explains indicates insists involves maintains
    reveals
    becomes begins believes brings builds buys calls carries causes claims closes comes
    confirms continues contains costs covers creates cuts dies denies depends drops
    earns employs ends expects faces fails falls fears feels finds follows gets gives
    goes grows happens helps hits holds hopes includes joins keeps knows lacks launches
    leads leaves lets lies likes lives looks loses makes means measures meets moves
    needs offers opens owns pays plans plays prepares produces proposes provides pushes
    puts quits raises ranks reaches receives rejects remains reports requires returns
    rises runs says seeks seems sees sells sends serves sets shows signs sits spends
    stands starts stays stops suffers suggests supports takes tells tends thinks
    threatens tries turns urges uses wants warns weighs wins wishes works writes
""")

#: Ends in «-ed» without being a past form.
_NOT_PAST = word_set("""
    bed bleed breed creed deed exceed feed freed greed hatred heed hundred indeed
    kindred need naked proceed red reed sacred seed shed sled speed succeed ted wed weed
    wicked united allied alleged so-called
""")
#: Ends in «-ing» without being a participle.
_NOT_PARTICIPLE = word_set("""
    morning evening during nothing something anything everything building ceiling
    wedding spring string shopping parking housing meeting boarding shipping fishing
    mining swimming living dining
""")
_SHORTEST_PAST = 4
#: Words whose class is kept: an article asks for most of them many times.
_KEPT_WORDS = 1 << 12


@lru_cache(maxsize=_KEPT_WORDS)
def looks_finite(word: str) -> bool:
    """Whether a word, in any case, may be a finite verb."""
    low = word.lower().replace("’", "'")
    if low in AUXILIARIES or low in PAST or low in PRESENT:
        return True
    return low.endswith("ed") and len(low) >= _SHORTEST_PAST and low not in _NOT_PAST


def looks_participle(word: str) -> bool:
    """Whether a word, in any case, may be a present participle («pledging»)."""
    low = word.lower()
    long = len(low) > _SHORTEST_PAST + 1
    return long and low.endswith("ing") and low not in _NOT_PARTICIPLE


_TABLES = load_word_tables(__file__, "grammar.txt")

#: Verbs that mean «said»: beside a quotation they name its speaker.
STRONG_CUES = _TABLES["strong_cues"]
#: Verbs that quote somebody without meaning «said».
WEAK_CUES = _TABLES["weak_cues"]
REPORTING_CUES = STRONG_CUES | WEAK_CUES
#: Of these, in a clause that depends on «said», the words are the outer speaker's.
FAINT_CUES = _TABLES["faint_cues"]
#: Verbs that report with the word after them: «shot back».
VERBS_WITH_BACK = _TABLES["verbs_with_back"]
#: Nouns of speech with an owner: «in Bell's view», «Bell's claim that».
SPEECH_NOUNS = _TABLES["speech_nouns"]
#: Words between a subject and its verb, or between the parts of a verb.
VERB_GAP_WORDS = _TABLES["verb_gap_words"]
#: Written works: «a report by the council».
WRITTEN = _TABLES["written"]
PREPOSITIONS = _TABLES["prepositions"]
#: End a noun phrase: conjunctions, wh-words, auxiliaries.
PHRASE_BREAKERS = _TABLES["phrase_breakers"]
DETERMINERS = _TABLES["determiners"]
#: German nouns and adverbs that are no names: «Radioansprache», «Ähnlich».
GERMAN_NOUN_ENDINGS = tuple(_TABLES["german_noun_endings"])
GERMAN_DETERMINERS = word_set("ein eine einer der die das den dem des einem einen")
#: Heads of phrases that say when or how much: they never speak.
TIME_NOUNS = _TABLES["time_nouns"]
#: Prepositions that may also begin a clause: «after Bell said».
CLAUSE_OPENERS = word_set("after before since until like than")
MALE_PRONOUNS = word_set("he him his himself")
FEMALE_PRONOUNS = word_set("she her hers herself")
#: Reporting words that take no «him» after them: what follows them may be the subject.
INVERTING_CUES = STRONG_CUES - word_set("""
    told tells tell telling asked asks asking urged urges urging assured assures thanked
    reminded denies denied reported ruled
""")
#: Words that begin a clause before the main one.
CLAUSE_LEADS = _TABLES["clause_leads"]
PLURAL_PRONOUNS = word_set("they them their themselves")
SUBJECT_PRONOUNS = word_set("he she they it we i you who er sie")
#: The name of a work or thing follows one of these, or an owner of programmes.
NAMED_THINGS = _TABLES["named_things"] | _TABLES["programme_owners"]
#: A mentioned word or somebody's name for a thing follows one of these.
MENTIONING = _TABLES["mentioning"]
#: In German they end compounds: «Theaterstück».
GERMAN_MENTIONING = tuple(_TABLES["german_mentioning"])
GERMAN_NAMED = GERMAN_MENTIONING + tuple(_TABLES["german_named_things"])
INSCRIBING = _TABLES["inscribing"]
NOT_NAMED = PHRASE_BREAKERS | SUBJECT_PRONOUNS | VERB_GAP_WORDS
#: Things with an inscription, after the quotation: «"Save It" placards».
LABEL_CARRIERS = _TABLES["label_carriers"]

#: Reporting words that are nouns as well.
CUE_NOUNS = _TABLES["cue_nouns"]
WORDS_BEFORE_VERBS = word_set("to will would who and also then")
#: Forms of address, which are no role.
COURTESY = _TABLES["courtesy"]
#: Words without a capital in a title.
SMALL_IN_TITLES = _TABLES["small_in_titles"]
