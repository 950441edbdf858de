"""Tells the nouns that say what somebody is, by themselves; it reads no sentence."""

from digests.language.name_tables import PLURAL_NOUNS, ROLE_NOUNS

_ROLE_FORMS = ROLE_NOUNS.union(
    PLURAL_NOUNS,
    (noun + "s" for noun in ROLE_NOUNS),
    (noun + "es" for noun in ROLE_NOUNS),
    (noun[:-1] + "ies" for noun in ROLE_NOUNS if noun.endswith("y")),
)
#: Nouns of people that end compounds written as one word, and name nothing else there.
_PERSON_ENDINGS = tuple(
    head + number
    for head in ("master", "mistress", "keeper", "worker", "leader", "owner", "teacher")
    for number in ("", "s")
)
_SHORTEST_COMPOUND = 9


def is_role(word: str) -> bool:
    """Tell whether a word is a role noun, in either number.

    Whoever masters, keeps or leads something is named by one word as by two:
    «stationmaster», «harbour master».
    """
    return word in _ROLE_FORMS or (
        word.endswith(_PERSON_ENDINGS) and len(word) >= _SHORTEST_COMPOUND
    )


def is_plural(word: str) -> bool:
    """Tell whether a role noun is in the plural."""
    return word in PLURAL_NOUNS or (word.endswith("s") and word not in ROLE_NOUNS)
