"""English words that lead to a figure's label: data only."""

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
CLIPPED_WORDS = word_set("""
    he's she's it's that's there's who's what's here's let's where's one's
""")
#: Words in «-ly» that are no adverbs.
NO_ADVERBS = _TABLES["no_adverbs"]

#: Plurals without an «s», and those whose «s» is ambiguous.
IRREGULAR_PLURALS = _TABLES["irregular_plurals"]
NOT_PLURAL = ("ss", "us", "is", "ous", "ics")

#: «a 5% rise in sales»: nouns that say little without what follows.
CHANGE_WORDS = _TABLES["change_words"]

#: What a number without a unit may be («the attendance was 11,482»).
BARE_VERBS = _TABLES["bare_verbs"]

#: Verbs whose subject is measured by a figure after them.
VALUE_VERBS = _TABLES["value_verbs"]
#: The ones of those whose subject is measured only in the passive.
PASSIVE_VERBS = _TABLES["passive_verbs"]
#: «a detour that was adding 35 minutes»: for time only.
ADDING_VERBS = word_set("add adds added adding")
#: The ones of those that people do with money, and things with a measure.
HOLDING_WORDS = _TABLES["holding_words"]

#: Verbs whose object is measured by a figure after «by», «to» or «at».
MOVING_VERBS = _TABLES["moving_verbs"]

#: Adjectives that are dropped in front of a noun phrase.
SPARED_WORDS = word_set("""
    first second third last next previous latest other same own new such earlier whole
    entire recent current total record further additional extra next past early late few
    many several various certain
""") - {"total", "record", "new", "current"}

#: Words after a measure of the thing just named: «640 metres long».
DIMENSION_WORDS = _TABLES["dimension_words"]

#: What may be paid, after «in»: «£3m in damages».
MASS_NOUNS = _TABLES["mass_nouns"]

#: Nouns that are never, or not usefully, measured.
VAGUE_NOUNS = _TABLES["vague_nouns"]

#: People by what happened to them: «12 dead», «killed 12».
HARM_VERBS = word_set("""
    killed injured wounded hurt dead missing arrested detained displaced homeless
""")
HARMING_VERBS: Mapping[str, str] = {
    "killing": "killed",
    "killed": "killed",
    "injuring": "injured",
    "injured": "injured",
    "wounding": "wounded",
    "wounded": "wounded",
}
FORMS_OF_BE = word_set("is are was were be been being")
#: «will bolt steel plates»: a verb follows.
MODAL_VERBS = word_set("will would could can may might must shall should")
#: Common words of value: at the start of a sentence they are no names.
PLAIN_NOUNS = _TABLES["plain_nouns"]
