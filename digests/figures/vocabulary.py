"""English words that lead to what a figure measures: data only."""

from collections.abc import Mapping

from digests.language.words import load_word_tables, word_set

_TABLES = load_word_tables(__file__, "vocabulary.txt")

#: Closed word classes; other words count as nouns or adjectives.
WORD_KINDS: Mapping[str, str] = {
    word: kind
    for kind in ("det", "adv", "prep", "link", "pron", "number")
    for word in _TABLES[kind]
}

#: Words in «'s» that are no possessives.
CLIPPED_WORDS = _TABLES["clipped_words"]
#: Words in «-ly» that are no adverbs.
NO_ADVERBS = _TABLES["no_adverbs"]

#: Plurals without an «s», and those whose «s» is ambiguous.
IRREGULAR_PLURALS = _TABLES["irregular_plurals"]
NOT_PLURAL = ("ss", "us", "is", "ous", "ics")

#: «a 5% rise in sales»: nouns that say little without what follows.
CHANGE_WORDS = _TABLES["change_words"]

#: What a number without a unit may be («the attendance was 11,482»).
BARE_NOUNS = _TABLES["bare_nouns"]

#: Verbs whose subject is measured by a figure after them.
VALUE_VERBS = _TABLES["value_verbs"]
#: Verbs whose object is measured by a figure after «by», «to» or «at».
MOVING_VERBS = _TABLES["moving_verbs"]
#: «is expected to cost»: the subject is that of the verb after «to».
RAISED_WORDS = _TABLES["raised_words"]

#: Nouns that are never, or not usefully, measured.
VAGUE_NOUNS = _TABLES["vague_nouns"]

#: People by what happened to them: «12 dead», «killed 12».
HARM_WORDS = _TABLES["harm_words"]
HARMING_VERBS: Mapping[str, str] = {
    "killing": "killed",
    "killed": "killed",
    "injuring": "injured",
    "injured": "injured",
    "wounding": "wounded",
    "wounded": "wounded",
}
FORMS_OF_BE = word_set("is are was were be been being")
#: Common words of value: at the start of a sentence they are no names.
PLAIN_NOUNS = _TABLES["plain_nouns"]
