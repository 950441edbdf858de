"""Words of questions: roots of words, synonyms, question words in two languages.

Question and answer inflect words differently («when did it close?» – «it was closed»),
so more endings are removed here than for comparing texts, and irregular forms are
mapped to their base. English; German words get the light stem and lose verb endings.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, repeat

from digests.language.names import ROLE_NOUNS
from digests.language.words import load_word_rows, stem_word, word_list, word_set

_ROWS = load_word_rows(__file__, "vocabulary.txt")


def _list_words(table: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(_ROWS[table]))


#: Phrases of questions, with the word that says the same.
PHRASES = tuple(
    (word, re.compile(rf"\b(?:{first})\s((?:\S+\s){{0,5}}?)(?:{rest})\b", re.I))
    for word, first, rest in _ROWS["phrases"]
)
#: From irregular forms to their bases.
IRREGULAR_BASES: Mapping[str, str] = {
    form: base for base, *forms in _ROWS["irregular_bases"] for form in forms
}
#: Words that ask and are not searched for.
QUESTION_WORDS = _list_words("question_words")
GERMAN_QUESTION_WORDS = _list_words("german_question_words")
#: Verbs after a German «was».
GERMAN_VERBS = _list_words("german_verbs")
#: Nouns for a person without a name.
PERSON_NOUNS = ROLE_NOUNS | word_set("""
    grandfather grandmother father mother brother sister son daughter wife husband
    porter nurse pupil student schoolgirl schoolboy clerk fisherman hunter crew man
    woman boy girl bauer lehrer fahrer polizei sprecherin sprecher vater mutter
    council agency government ministry army navy company bank union court committee
    board parliament university club police tribunal owner state party church charity
    land gemeinde stadt regierung ministerium firma unternehmen verband verein gericht
    kreis bund kirche
""")

_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}")


def join_initials(text: str) -> str:
    """«UN» for «U.N.», and spaces, so that all other words keep their places."""
    return _INITIALS.sub(lambda m: m[0].replace(".", "").ljust(len(m[0])), text)


_ENDINGS = word_list("ingly edly ments ment ings ing ied ies ed es ly s")
_SHORTEST = 3
#: «Organize» is «organise», a «prize» is not.
_ISE_SHORTEST = 6
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=1 << 14)
def find_root(word: str, lang: str = "en") -> str:
    """The root of a lower-case word with straight apostrophes."""
    word = word.removesuffix("'s").removesuffix("'")
    if lang != "en":
        return _strip_german_ending(stem_word(word, lang))
    word = IRREGULAR_BASES.get(word, word)
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
    if len(word) >= _ISE_SHORTEST and word.removesuffix("e").endswith("iz"):
        word = f"{word.removesuffix('e')[:-1]}s"
    if len(word) > _SHORTEST and word[-1] == "e":
        return word[:-1]
    if len(word) > _SHORTEST and word[-1] == "y" and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word


def collect_roots(words: Iterable[str], lang: str = "en") -> frozenset[str]:
    """The roots of some words."""
    return frozenset(map(find_root, words, repeat(lang)))


#: Endings that make another word of one family: «resign», «resignation».
_FAMILY_ENDINGS = {
    "en": word_list(
        "ifications ification ations ation itions ition ators ator ements ement ances "
        "ance ences ence ments ment ships ship tions tion ions ion ities iti ness ists "
        "ist isms ism ables able ibl ors or ers er ants ant ents ent ives iv als al "
        "ous ful ating at iz is ifi ari eri ial ian ic th i"
    ),
    "de": word_list(
        "ierungen ierung ationen ation ungen ung erinnen erin innen in keit heit "
        "schaft nis lich isch ig ier er e"
    ),
}
#: The shortest beginning that a family shares.
_FAMILY_SHORTEST = 4
#: Words that only look like one of a family.
_NO_FAMILY = word_set("""
    former power tower flower corner letter offer matter order master counter number
    paper general generation university universal organ organic party parti capital
    station nation nature natural action section mention million billion question
    minute present president moment percent parent current event content patent
    region religion union onion hospital metal total local animal journal mineral
    committe community commit public politic music topic critic ocean season
    weather leather brother mother father sister river silver summer winter dinner
    counti treati stori appli storm treat
""")
_GERMAN_PARTICIPLE = re.compile(
    r"(?P<first>(?:ab|an|auf|aus|ein|vor|zu|zurück|nach|mit|weg|um|hin|her|los|fest|"
    r"zusammen)?)ge(?=\w{4})"
)


_PEOPLE_ENDING = re.compile(
    r"(?:ish|ese|i?an[si]?|eans?|ns|land(?:ers?)?|ia|en|es?|s|y|i|isch\w*)\Z"
)


def find_nation(root: str) -> str:
    """What the names of a country and its people begin with: «Swed»; or ""."""
    left = _PEOPLE_ENDING.sub("", root)
    return left if len(left) >= _FAMILY_SHORTEST else ""


@lru_cache(maxsize=1 << 14)
def find_family(root: str, lang: str = "en") -> str:
    """What the words of one family begin with: «resign», «resignation»; or ""."""
    if root in _NO_FAMILY:
        return ""
    if lang == "de":
        root = _GERMAN_PARTICIPLE.sub(r"\g<first>", root, count=1)
    for ending in _FAMILY_ENDINGS["de" if lang == "de" else "en"]:
        left = root.removesuffix(ending)
        if left != root and len(left) >= _FAMILY_SHORTEST:
            root = left
            break
    return _normalize_last_letter(root) if len(root) >= _FAMILY_SHORTEST else ""


#: From the root of a verb and its particle to the roots of what they mean.
PHRASAL_VERBS: Mapping[tuple[str, str], frozenset[str]] = {
    (find_root(verb), particle): collect_roots(meant)
    for verb, particle, *meant in _ROWS["phrasal_verbs"]
}


def _map_synonyms(
    table: str, lang: str, answering: str
) -> Mapping[str, frozenset[str]]:
    found = dict(_map_answers(answering, lang))
    for row in _ROWS[table]:
        roots = collect_roots(row, lang)
        for root in roots:
            found[root] = found.get(root, frozenset()) | roots
    return found


def _map_answers(table: str, lang: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in _ROWS[table]:
        root = find_root(row[0], lang)
        found[root] = found.get(root, frozenset()) | collect_roots(row, lang)
    return found


#: By language: from each root to the roots of its synonyms, itself included.
SYNONYMS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "en": _map_synonyms("synonyms", "en", "answering"),
    "de": _map_synonyms("german_synonyms", "de", "german_answering"),
}
#: The same for words that only may belong to the answer.
RELATED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "en": _map_answers("related", "en"),
    "de": _map_answers("german_related", "de"),
}
#: The same for words of one subject, in either direction.
FIELDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "en": _map_synonyms("fields", "en", "related"),
    "de": _map_synonyms("german_fields", "de", "german_related"),
}
#: From a root to those that report the same event from the other side.
CONVERSES: Mapping[str, frozenset[str]] = {
    find_root(word, lang): collect_roots(others, lang)
    for table, lang in (("converses", "en"), ("german_converses", "de"))
    for word, *others in _ROWS[table]
}
#: Roots with little content: an answer may lack them.
GENERIC_ROOTS = collect_roots(_list_words("generic_words")) | collect_roots(
    _list_words("german_generic_words"), "de"
)
#: Roots of nouns for what is a number: «what is the *population* of …».
QUANTITY_ROOTS = collect_roots(_list_words("quantities")) | collect_roots(
    _list_words("german_quantities"), "de"
)
SAYING_ROOTS = collect_roots(_list_words("speech_verbs")) | collect_roots(
    ("sagte", "kündigte", "bemängelte", "erklärte", "forderte"), "de"
)
