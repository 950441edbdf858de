"""Knows everybody whom a text names and who is meant by a short name; no pronoun.

«Bell» is the person whose full name ends in it, «Xi» the one whose full name begins
with it where the text uses it so (family name first), «Robles» the one who bears it
before a second surname. Where several bear one surname, the one most spoken of is
meant, or the one whom a sentence has just introduced. What the text says about sex is
kept here too.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from digests.language.name_tables import PARTICLES
from digests.language.names import Name

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_FAR_MORE = 3
_MOST_BEARERS = 20


class Cast:
    """Everybody whom a text names, by full name."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._count: Counter[str] = Counter()
        self._full: dict[tuple[str, str, str], str] = {}
        self._by_last: dict[str, list[str]] = {}
        self._by_first: dict[str, list[str]] = {}
        self._by_middle: dict[str, list[str]] = {}
        self._sex: dict[str, str] = {}
        self._words: dict[str, list[str]] = {}
        #: How often each stands in full.
        self._named: Counter[str] = Counter()
        #: Where sentences speak of somebody first, in full, by surname.
        self._leads: dict[str, list[tuple[int, str]]] = {}
        for name in names:
            if name.kind == "person" and " " in name.text:
                self._enter(name)
        self._forget_longer()
        for (first, last, suffix), full in list(self._full.items()):
            if suffix:
                self._full.setdefault((first, last, ""), full)
        for name in names:
            full = self.full(name.text, name.sex)
            self._count[full] += 1
            if name.sex and not self._sex.get(full):
                self._sex[full] = name.sex

    def lead(self, text: str, start: int) -> None:
        """Note that a sentence speaks first of the full name `text`, at `start`."""
        words = _key_words(text)
        if len(words) > 1:
            self._leads.setdefault(words[-1], []).append((start, self.full(text)))

    def full(self, text: str, sex: str = "", at: int | None = None) -> str:
        """Give the full name that `text` stands for, or `text` itself.

        Args:
            text: The name as it stands, without titles.
            sex: What its titles tell: «m», «f» or «».
            at: Where it stands, which may tell two of one surname apart.
        """
        words = self._words.get(text)
        if words is None:
            words = self._words[text] = _key_words(text)
        if not words:
            return text
        if len(words) > 1 and words[0] not in PARTICLES:
            return self._full.get((words[0], words[-1], _suffix(text)), text)
        for table in (self._by_last, self._by_first, self._by_middle):
            bearers = [
                full
                for full in table.get(words[-1], ())
                if not sex or self._sex.get(full, sex) == sex
            ]
            if len(bearers) > 1:
                return self._likeliest(words[-1], bearers, at)
            if bearers:
                return bearers[0]
        return text

    def _likeliest(self, last: str, bearers: list[str], at: int | None) -> str:
        """Choose among those of one surname.

        Most often it is the one most spoken of; but the one whom a sentence has just
        introduced, unless the other is far more spoken of in full.
        """
        best = max(bearers, key=lambda full: self._count[full])
        leads = self._leads.get(last)
        if at is None or not leads:
            return best
        before = bisect_left(leads, at, key=lambda lead: lead[0]) - 1
        if before < 0 or leads[before][1] not in bearers:
            return best
        just = leads[before][1]
        return best if self._named[best] >= _FAR_MORE * self._named[just] else just

    def is_shared(self, text: str) -> bool:
        """Tell whether several bear the surname of the full name `text`."""
        last = _key_words(text)[-1:]
        return " " in text and bool(last) and len(self._by_last.get(last[0], ())) > 1

    def sex(self, full: str) -> str:
        """Give «m», «f», or «» where the text does not tell."""
        return self._sex.get(full, "")

    def count(self, full: str) -> int:
        """Give how often the text names somebody."""
        return self._count[full]

    def is_person(self, full: str) -> bool:
        """Tell whether a full name was entered for it."""
        return full in self._sex

    def learn(self, full: str, sex: str) -> None:
        """Note what a pronoun proved about somebody."""
        if not self._sex.get(full):
            self._sex[full] = sex

    def _forget_longer(self) -> None:
        """Forget «Actress Ruth Bell» where the text has «Ruth Bell» as well."""
        for bearers in self._by_last.values():
            for full in bearers[:]:
                ends = (" " + other for other in bearers if other != full)
                if any(full.endswith(end) for end in ends):
                    bearers.remove(full)

    def _enter(self, name: Name) -> None:
        words = _key_words(name.text)
        if len(words) < 2:
            return
        key = (words[0], words[-1], _suffix(name.text))
        full = self._full.setdefault(key, name.text)
        self._sex.setdefault(full, name.sex)
        self._sex[full] = self._sex[full] or name.sex
        self._count[full] += 1
        self._named[full] += 1
        tables = [(self._by_last, words[-1]), (self._by_first, words[0])]
        if len(words) > 2 and len(words[-2]) > 1:
            # «María Robles Ortega» is «Robles» for short.
            tables.append((self._by_middle, words[-2]))
        for table, word in tables:
            bearers = table.setdefault(word, [])
            if full not in bearers and len(bearers) < _MOST_BEARERS:
                bearers.append(full)


def _suffix(text: str) -> str:
    last = text.rpartition(" ")[2].strip(".,").lower()
    return last if last in _SUFFIXES else ""


def _key_words(text: str) -> list[str]:
    words = [word.strip(".,").lower() for word in text.split()]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words
