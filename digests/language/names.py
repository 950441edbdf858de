"""Find names in a sentence and resolve short names to full ones.

A name is a run of capitalised words. Titles, parties and countries before it are cut
off and become the role; weekdays and function words are no names; a possessive ends a
run.

A short name is resolved to the person whose full name ends in it («Bell»), begins with
it where the text uses it so («Xi», family name first) or has it before a second surname
(«Robles»). Of several people with one surname it is the one mentioned most often, or
the one whom a sentence has just introduced. The index also stores the known sexes.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, takewhile

from digests.language.grammar import ARABIC_ARTICLES, Name, Token
from digests.language.words import load_word_tables, word_set

# ── tables ──────────────────────────────────────────────────────────────────────
#
# Word tables for recognizing people, organizations and places.

_TABLES = load_word_tables(__file__, "name_tables.txt")

#: Before a name and no part of it; without the full stop.
TITLES = _TABLES["titles"]
#: German titles are one word: «Innenminister», «VW-Chef», «Museumsleiterin».
TITLE_ENDINGS = (
    *("minister", "präsident", "sprecher", "direktor", "meister", "leiter", "anwalt"),
    *("vorstand", "forscher", "wärter", "vorsitzende", "vorsitzender", "sekretär"),
    *("politiker", "beauftragte", "chef", "experte", "chefin", "anwältin"),
    *("spieler", "manager", "trainer", "kanzler", "vorsitzenden", "rechtler"),
    *("führer", "funktionär", "gründer", "inhaber", "gewerkschafter", "pfarrer"),
    *("erin", "orin", "antin", "entin", "istin", "atin", "ärin", "eurin"),
)
#: Endings of nouns for people by what they do, English and German.
_CALLING_ENDINGS = ("er", "or", "ist", "eur", "ant", "ent", "at", "in", "än", "ier")
#: Words before a title that belong to the role.
TITLE_PARTS = _TABLES["title_parts"]
#: Heads of noun phrases that can speak.
ROLE_NOUNS = _TABLES["role_nouns"]
#: Role nouns that end in «-s» in the singular or are plural without it.
PLURAL_NOUNS = word_set("percent people women men children police families parties")

#: A name with one of these words is a body, not a person.
BODY_WORDS = _TABLES["body_words"]
PLACES = _TABLES["places"]
#: The last words of names of rivers, roads and the like.
_LANDMARKS = _TABLES["landmarks"]
#: Ends of words for where somebody is from: «Glasgow-born».
ORIGINS = ("-born", "-based")
#: Adjectives of country, party and faith: before a name, part of the role.
ADJECTIVES = _TABLES["adjectives"]
NEVER_NAME = _TABLES["never_name"]
PARTICLES = _TABLES["particles"]
GERMAN_PARTICLES = word_set("von zu zur der den des")
MALE = _TABLES["male"]
FEMALE = _TABLES["female"]
MALE_WORDS = _TABLES["male_words"]
FEMALE_WORDS = _TABLES["female_words"]


_STARTERS = load_word_tables(__file__, "sentence_words.txt")
_SMALL = _STARTERS["starters_en"] | _STARTERS["starters_de"] | NEVER_NAME
_MONTH_NAMES = word_set("may april june august")
_SPEAKS = word_set("said says told added asked wrote replied")
_BEFORE_PARTICLE = word_set("herr frau graf gräfin baron dr dr.")
_SHORTEST_PARTICIPLE = 6
_ACRONYM_LENGTH = 6
#: Titles that are given names too: «Don Juan Pérez», but «Don Cole».
_TITLES_OF_LONG_NAMES = word_set("don dame prince king")
GIVEN_NAMES = MALE | FEMALE
_ROLES_ONLY = ROLE_NOUNS - BODY_WORDS - GIVEN_NAMES
_BODIES_ONLY = BODY_WORDS - ROLE_NOUNS


def find_names(tokens: Sequence[Token]) -> list[Name]:
    """The names among the tokens of one sentence, in order."""
    found = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if not token.capital or _is_small(tokens, at) or _leads_in(tokens, at):
            at += 1
            continue
        end = _run_end(tokens, at)
        found.append(_name(tokens, at, end))
        at = end
    return found


def _is_small(tokens: Sequence[Token], at: int) -> bool:
    low = tokens[at].low
    if low[1:2] == "-" and low[0] in "rdi":
        return True
    if low not in _SMALL:
        return False
    if at + 1 >= len(tokens):
        return True
    after = tokens[at + 1]
    if low in _MONTH_NAMES and after.low in _SPEAKS:
        return False
    # «Will Smith», «Will May»: a function word before a surname may be a name.
    is_name = after.low not in _SMALL or after.low in _MONTH_NAMES
    return not (low in GIVEN_NAMES and after.capital and is_name)


def _is_opening_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether a capitalised verb begins a sentence: «Speaking to …», «Asked …»."""
    if at and (tokens[at - 1].kind == "word" or tokens[at - 1].text == ","):
        return False
    low = tokens[at].low
    return low.endswith(("ing", "ed", "ly")) and low not in GIVEN_NAMES


def _leads_in(tokens: Sequence[Token], at: int) -> bool:
    """Whether a verb precedes a name: «Chasing Bell, …», but not «Sterling Bell»."""
    low = tokens[at].low
    return (
        low.endswith("ing")
        and len(low) >= _SHORTEST_PARTICIPLE
        and _is_opening_verb(tokens, at)
        and at + 1 < len(tokens)
        and tokens[at + 1].capital
    )


def select_headline_names(found: Iterable[Name]) -> Iterator[Name]:
    """The certain names of a line in which every word has a capital."""
    for name in found:
        words = name.text.split()
        if len(words) > 1 and words[0].lower() in GIVEN_NAMES:
            yield replace(name, text=" ".join(words[:2]))
        elif name.core > name.first:
            yield name


def _run_end(tokens: Sequence[Token], at: int) -> int:
    """Where the run that begins at `at` ends."""
    end = at + 1
    while end < len(tokens) and not tokens[end - 1].possessive:
        token = tokens[end]
        if token.capital and (
            token.low not in _SMALL
            # «Judicial Watch»
            or token.low in _BODIES_ONLY
            or (
                end == at + 1
                and token.low in _MONTH_NAMES
                and tokens[at].low in GIVEN_NAMES
            )
            or _is_given_name(tokens, end)
        ):
            end += 1
        elif joining := _count_joining(tokens, end):
            end += joining + 1
        else:
            break
    return end


def _is_given_name(tokens: Sequence[Token], at: int) -> bool:
    """Whether what may be a month stands before a surname: «Minister Jan Lind»."""
    return (
        tokens[at].low == "jan"
        and tokens[at - 1].low not in _SMALL
        and not _is_small(tokens, at)
    )


def _count_joining(tokens: Sequence[Token], at: int) -> int:
    """How many small words at `at` join two parts of a name: «de la», «of»; or 0."""
    before = tokens[at - 1].low
    small = takewhile(lambda token: token.low in PARTICLES, tokens[at : at + 2])
    several = len(list(small))
    if not several:
        low = tokens[at].low
        several = int(low == "&" or (low == "of" and before in BODY_WORDS))
    elif tokens[at].low in GERMAN_PARTICLES - ({"von"} if several > 1 else set()):
        # In German these are prepositions and articles too: «Jan Lindner von der …».
        several = int(before in GIVEN_NAMES or before in _BEFORE_PARTICLE)
    following = tokens[at + several] if at + several < len(tokens) else None
    if following is None or not following.capital:
        return 0
    # «Jan Lindner von der SPD», «… von der Polizei Hallin»
    low, acronym = following.low, following.text.isupper() and len(following.text) > 1
    belongs = tokens[at].low == "von" and (acronym or low in BODY_WORDS)
    return 0 if belongs else several


def _name(tokens: Sequence[Token], first: int, last: int) -> Name:
    core = _core(tokens, first, last)
    words = [token.low.rstrip(".") for token in tokens[core:last]]
    possessive = tokens[last - 1].possessive
    if possessive:
        words[-1] = words[-1].removesuffix("'s").rstrip("'")
    kind = _kind(words, tokens[core].text, titled=core > first)
    titles = [token.low.rstrip(".") for token in tokens[first:core]]
    # «Lily's mother, Lynn Berg, left»
    apposed = first > 1 and tokens[first - 1].text == ","
    sex = _sex(titles, words) or (_sex([tokens[first - 2].low], ()) if apposed else "")
    return Name(
        first,
        core,
        last,
        _text(tokens, core, last),
        kind,
        sex,
        possessive,
    )


def _text(tokens: Sequence[Token], core: int, last: int) -> str:
    """The name's words with single spaces, without the possessive."""
    name = tokens[core].text
    for before, token in pairwise(tokens[core:last]):
        name += token.text if before.end == token.start else f" {token.text}"
    if name.endswith(("'s", "’s")):
        return name[:-2]
    return name.rstrip("'’")


def _core(tokens: Sequence[Token], first: int, last: int) -> int:
    """Cut titles, then adjectives of party and country, off the front of a run."""
    core = first
    for at in range(first, last - 1):
        left = last - at - 1
        low = tokens[at].low.rstrip(".")
        # «Top-seeded Americans Ned Cole and …»
        people = left > 1 and low.endswith("s") and low[:-1] in ADJECTIVES
        if (
            people
            or _is_title(low, left)
            or (
                left > 1
                and _is_calling(tokens[at])
                and tokens[at + 1].low in GIVEN_NAMES
            )
        ):
            core = at + 1
    while (
        last - core > 2
        and _is_adjective(tokens[core].low)
        and not any(token.low in BODY_WORDS for token in tokens[core + 1 : last])
    ):
        core += 1
    # «New York City Public Advocate Trish Mabe»: a given name begins the name.
    given = last - 2
    opening = tokens[first].low
    introduced = opening in PLACES | ADJECTIVES and opening not in GIVEN_NAMES
    begins = given - core > 1 and tokens[given].low in GIVEN_NAMES
    return given if introduced and begins else core


def _is_adjective(low: str) -> bool:
    """Whether a word describes a person: «Scottish», «Glasgow-born»."""
    return low in ADJECTIVES or low.endswith(ORIGINS)


def _is_calling(token: Token) -> bool:
    """Whether a capitalised word may be a calling: «Novelist Ewan Carr»."""
    return token.low.endswith(_CALLING_ENDINGS) and token.low not in GIVEN_NAMES


def _is_title(low: str, left: int) -> bool:
    """Whether a word before `left` more words is a title.

    A role noun is one only before a full name.
    """
    if low in _TITLES_OF_LONG_NAMES:
        return left > 1
    if low in TITLES or (low.endswith(TITLE_ENDINGS) and low not in GIVEN_NAMES):
        return True
    return left > 1 and low in _ROLES_ONLY


def _kind(words: list[str], opening: str, *, titled: bool) -> str:
    known = _known_kind(words)
    if len(words) > 1 and words[-1] in _LANDMARKS and words[0] not in GIVEN_NAMES:
        return "place"
    if len(words) > 1 and words[-1] in PLURAL_NOUNS:
        # «Angry Men»
        return known or "body"
    named = [word for word in words if len(word) > 1]
    if known and not (titled and known in {"place", "body"} and len(named) < 3):
        return known
    if titled or len(words) > 1:
        return "person"
    is_acronym = opening.isupper() and 1 < len(opening) <= _ACRONYM_LENGTH
    return "body" if is_acronym else ""


def _known_kind(words: list[str]) -> str:
    if words[-1] in TITLES and not (len(words) > 1 and words[0] in GIVEN_NAMES):
        return "title"
    if all(word in PLACES for word in words):
        return "place"
    first = int(len(words) > 1 and words[0] in GIVEN_NAMES)
    if any(word.rpartition("-")[2] in BODY_WORDS for word in words[first:]):
        return "body"
    if all(word in ADJECTIVES for word in words):
        return "party"
    return ""


def _sex(titles: Iterable[str], words: Sequence[str]) -> str:
    for title in titles:
        if title in FEMALE_WORDS:
            return "f"
        if title in MALE_WORDS:
            return "m"
    given = words[0] if len(words) > 1 else ""
    if (given in FEMALE) == (given in MALE):
        return ""
    return "f" if given in FEMALE else "m"


_SUFFIXES = word_set("jr sr ii iii iv")
_FAR_MORE = 3
#: Characters after which somebody is no longer just introduced.
_JUST_NAMED = 800
_MOST_BEARERS = 20


class PeopleIndex:
    """The people whom a text names, by full name."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._count: Counter[str] = Counter()
        #: How often each is named in full.
        self._whole: Counter[str] = Counter()
        self._full: dict[tuple[str, str, str], str] = {}
        self._by_last: dict[str, list[str]] = {}
        self._by_first: dict[str, list[str]] = {}
        self._by_middle: dict[str, list[str]] = {}
        self._sex: dict[str, str] = {}
        #: By surname: where a sentence has a full name as its first mention.
        self._leads: dict[str, list[tuple[int, str]]] = {}
        for name in names:
            if name.kind == "person" and " " in name.text:
                self._add_person(name)
        self._drop_longer_variants()
        for (first, last, suffix), full in list(self._full.items()):
            if suffix:
                self._full.setdefault((first, last, ""), full)
        for name in names:
            full = self.full(name.text, name.sex)
            self._count[full] += 1
            self._whole[full] += " " in name.text
            self.learn(full, name.sex)

    def lead(self, text: str, start: int) -> None:
        """Record that the first mention of a sentence is a full name, at `start`."""
        words = _key_words(text)
        if len(words) > 1:
            self._leads.setdefault(words[-1], []).append((start, self.full(text)))

    def full(self, text: str, sex: str = "", at: int | None = None) -> str:
        """The full name that `text` stands for, or `text` itself.

        Args:
            text: The name as written, without titles.
            sex: By its titles: «m», «f» or «».
            at: Its place, which may distinguish two people of one surname.
        """
        words = _key_words(text)
        if not words:
            return text
        if len(words) > 1 and words[0] not in PARTICLES:
            return self._full.get(_full_key(text), text)
        for table in (self._by_last, self._by_first, self._by_middle):
            bearers = [
                full
                for full in table.get(words[-1], ())
                if not sex or (self._sex.get(full) or sex) == sex
            ]
            if len(bearers) > 1:
                return self._choose_bearer(words[-1], bearers, at)
            if bearers:
                return bearers[0]
        return text

    def _choose_bearer(self, last: str, bearers: list[str], at: int | None) -> str:
        """Choose among people of one surname.

        It is the one mentioned most often, or the one whom a sentence has just
        introduced unless the other is mentioned far more often.
        """
        best = max(bearers, key=lambda full: self._count[full])
        leads = self._leads.get(last)
        if at is None or not leads:
            return best
        before = bisect_left(leads, at, key=lambda lead: lead[0]) - 1
        if before < 0 or leads[before][1] not in bearers:
            return best
        introduced, just = leads[before]
        # A surname alone is no proof of how often each of them is named.
        count = self._count if at - introduced > _JUST_NAMED else self._whole
        return best if count[best] >= _FAR_MORE * count[just] else just

    def is_shared(self, text: str) -> bool:
        """Whether several people have the surname of the full name `text`."""
        words = _key_words(text)
        return len(words) > 1 and len(self._by_last.get(words[-1], ())) > 1

    def sex(self, full: str) -> str:
        """The sex of a full name: «m», «f», or «» where the text does not say."""
        return self._sex.get(full, "")

    def count(self, full: str) -> int:
        """How often the text mentions a full name."""
        return self._count[full]

    def is_person(self, full: str) -> bool:
        """Whether this is a full name of the index."""
        return full in self._sex

    def learn(self, full: str, sex: str) -> None:
        """Record the sex that a title, a given name or a pronoun proved."""
        if sex and not self._sex.get(full):
            self._sex[full] = sex

    def _drop_longer_variants(self) -> None:
        """Drop «Actress Ruth Bell» where the text has «Ruth Bell» as well.

        «Deb Marsh Cole» and «Marsh Cole» are the other way round: a surname of two
        words.
        """
        for bearers in self._by_last.values():
            for full in bearers[:]:
                for other in [one for one in bearers if full.endswith(f" {one}")]:
                    given, surname = _key_words(full)[0], _key_words(other)[0]
                    # «Mohammed Al Bukhaiti»; and Al Gore
                    surname_only = surname in PARTICLES or surname not in GIVEN_NAMES
                    if given in GIVEN_NAMES and surname_only:
                        self._full[_full_key(other)] = full
                        bearers.remove(other)
                    elif full in bearers:
                        bearers.remove(full)

    def _add_person(self, name: Name) -> None:
        words = _key_words(name.text)
        if len(words) < 2:
            return
        full = self._full.setdefault(_full_key(name.text), name.text)
        self._sex.setdefault(full, "")
        self.learn(full, name.sex)
        self._count[full] += 1
        tables = [(self._by_last, words[-1]), (self._by_first, words[0])]
        if words[-1].startswith(ARABIC_ARTICLES):
            tables.append((self._by_last, words[-1][3:]))
        if len(words) > 2 and len(words[-2]) > 1:
            # «María Robles Ortega» is «Robles» for short.
            tables.append((self._by_middle, words[-2]))
        for table, word in tables:
            bearers = table.setdefault(word, [])
            if full not in bearers and len(bearers) < _MOST_BEARERS:
                bearers.append(full)


def _full_key(text: str) -> tuple[str, str, str]:
    """First word, surname and suffix («Jr.») of a full name."""
    words, last = _key_words(text), text.rpartition(" ")[2].strip(".,").lower()
    return words[0], words[-1], last if last in _SUFFIXES else ""


@lru_cache(maxsize=4096)
def _key_words(text: str) -> tuple[str, ...]:
    words = [word.strip(".,").lower() for word in text.replace("’", "'").split()]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return tuple(words)
