"""Word tables for recognizing people, organizations and places."""

from digests.language.words import load_word_tables, word_set

_TABLES = load_word_tables(__file__, "name_tables.txt")

#: Before a name and no part of it; without the full stop.
TITLES = _TABLES["titles"]
#: German titles are one word: «Innenminister», «VW-Chef», «Museumsleiterin».
TITLE_ENDINGS = (
    *("minister", "ministerin", "präsident", "präsidentin", "sprecher", "sprecherin"),
    *("direktor", "direktorin", "meister", "meisterin", "leiter", "leiterin", "-chef"),
    *("-chefin", "anwalt", "anwältin", "richterin", "vorstand", "forscher"),
    *("forscherin", "wärter", "wärterin", "vorsitzende", "vorsitzender", "sekretär"),
    *("sekretärin", "trainerin", "politiker", "politikerin", "beauftragte", "-experte"),
)
#: Words before a title that belong to the role.
TITLE_PARTS = _TABLES["title_parts"]
#: Heads of noun phrases that can speak.
ROLE_NOUNS = _TABLES["role_nouns"]
#: Role nouns that end in «-s» in the singular or are plural without it.
PLURAL_NOUNS = word_set("percent people women men children police families parties")

#: A name with one of these words is a body, not a person.
BODY_WORDS = _TABLES["body_words"]
PLACES = _TABLES["places"]
#: Adjectives of country, party and faith: before a name, part of the role.
ADJECTIVES = _TABLES["adjectives"]
NEVER_NAME = _TABLES["never_name"]
PARTICLES = _TABLES["particles"]
GERMAN_PARTICLES = word_set("von zu zur der den des")
MALE = _TABLES["male"]
FEMALE = _TABLES["female"]
MALE_WORDS = _TABLES["male_words"]
FEMALE_WORDS = _TABLES["female_words"]
#: Titles that are used for both sexes, whatever their form.
NEUTRAL_TITLES = word_set("minister präsident")
