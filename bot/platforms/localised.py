"""The words of commands in other languages, as people may type them; it reads no line.

English words always work. A word stands here in lower case for the one of a command's
path that it means; roots are the same in every language.
"""

from collections.abc import Mapping
from typing import Final

#: German; where a path has two words for one thing, either works.
_GERMAN: Final = """
    neueste latest, meldung story, zeitleiste timeline, zitate quotes, zahlen figures,
    suche search, suchen search, frage ask, fragen ask, warum why, wann when,
    korrekturen corrections, merken save, gemerkt saved, folgen follow, mehr more,
    entfolgen unfollow, weniger less, ich me, melden report, sprache language,
    diskutieren discuss, hilfe help,
    einrichten setup, vorschau preview, posten post, zurücknehmen undo, ruhe quiet,
    korrigieren correct, zeitplan schedule, pausieren pause, fortsetzen resume,
    ruhezeit quiet, quelle source, quellen source, stil style, ziel destination,
    ziele destination, zugang access, meldungen reports, verlauf history,
    diagnose doctor, ausgeben export, anwenden apply, löschen erase, neu create,
    anlegen create, ändern edit, liste list, kopieren clone, hinzufügen add,
    entfernen remove, auslassen skip, umbenennen rename, verschieben move,
    testen test, importieren import, exportieren export, hier here, geben grant,
    nehmen revoke
"""
_PAIRS: Final = (pair.split() for pair in _GERMAN.split(","))
ENGLISH: Final[Mapping[str, str]] = {typed: meant for typed, meant in _PAIRS}  # noqa: C416


def in_english(word: str) -> str:
    """The word of a path that `word` (lower case) means; itself where none."""
    return ENGLISH.get(word, word)
