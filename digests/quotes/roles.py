"""Find the role of a speaker: a person's function, whole, in the article's words.

The role is before the name («national security adviser Wi») or in the apposition after
it («Ruth Bell, a lock warden on the canal,»). The mention that the speaker was resolved
from is examined first, then the person's others. Forms of address are no role. A German
role keeps «der» where its ending needs it («der Vorsitzende»), and is left out in
another case than the nominative.
"""

from collections.abc import Sequence
from itertools import takewhile

from digests.language.dates import MONTHS
from digests.language.grammar import (
    AUXILIARIES,
    COURTESY,
    DETERMINERS,
    PHRASE_BREAKERS,
    PREPOSITIONS,
    REPORTING_CUES,
    TIME_NOUNS,
    WRITTEN,
    Token,
    looks_finite,
)
from digests.language.names import (
    ADJECTIVES,
    BODY_WORDS,
    ORIGINS,
    ROLE_NOUNS,
    TITLE_ENDINGS,
)
from digests.language.words import word_set
from digests.quotes.parsing import ParsedText, SentenceFrame
from digests.quotes.speaker_mentions import SpeakerMention, is_plural_role, is_role_noun

#: Words that begin a clause after a role, and words that count instead of naming one.
_AFTER_ROLE = word_set(
    "who whose which that when while where after before since until as by"
)
#: Words after a name that open a clause or a time and no role: «known to …», «now a …».
_NO_OPENINGS = word_set("""
    known born seen best now then once formerly still currently herself himself
""")
#: Participles of a function: «Ada Bell, managing director of …».
_CALLED_SO = word_set("managing acting retired elected founding")
#: Behind these the head of a phrase is complete; whom somebody is to another.
_OPEN_PHRASE = PREPOSITIONS | word_set("like")
_NO_FUNCTIONS = (
    BODY_WORDS
    | WRITTEN
    | word_set("""
    rival foe opponent captor teammate team-mate compatriot countryman man woman boy
    girl person phone telephone email video
""")
)
_OPENING_MARKS = frozenset('“„«"')
_BELONGING = word_set("of at from with vom von bei")
_COUNTING = word_set("one two three some both all several many each another other")
#: A role does not end with one of these.
_OPEN_ENDS = PREPOSITIONS | word_set("& and or the a an his her its their")
#: Styles of address that are no function where they stand alone.
_STYLES = word_set("""
    chief lord dame sheikh prince princess don monsieur madame signor colleague
""")
#: Determiners that say nothing outside of their sentence.
_NEVER_KEPT = word_set("a an its his her their our my der die dem ein eine")
#: No functions, unless it is said whose they are: «the miner's father».
_KIN = word_set("brother sister son daughter wife husband mother father mum dad widow")
#: What the writer says of somebody, which is no part of the function.
_BESIDE_FUNCTION = word_set("""
    rival fellow famous famed renowned noted embattled outspoken controversial popular
    prominent leading veteran newly-crowned freshman
""")
_WHICH_TIME = word_set("last this next earlier later")
_LONGEST = 16
_BACK = 5


def find_role(
    parsed: ParsedText, roles: dict[str, str], speaker: str, mention: SpeakerMention
) -> str | None:
    """The role of `speaker`, or None where the article gives none."""
    found = _find_role_at(parsed, mention) if mention.kind == "name" else None
    return found or roles.get(speaker)


def find_known_roles(parsed: ParsedText, speakers: set[str]) -> dict[str, str]:
    """The first role that the article gives each of `speakers`."""
    found: dict[str, str] = {}
    parts = {part for speaker in speakers for part in speaker.split()}
    for frame in parsed.frames:
        if all(parts.isdisjoint(name.text.split()) for name in frame.names):
            continue
        for mention in frame.mentions:
            if mention.kind != "name" or mention.sort != "person":
                continue
            speaker = parsed.people.full(mention.text, mention.sex, mention.start)
            if speaker not in found and (role := _find_role_at(parsed, mention)):
                found[speaker] = role
    return found


def _find_role_at(parsed: ParsedText, mention: SpeakerMention) -> str | None:
    frame = parsed.frames[mention.frame]
    text = parsed.text
    before = _find_role_before(text, frame, mention)
    if before is not None and before.lower() not in ADJECTIVES:
        return before
    beside = (
        _find_role_after(text, frame, mention)
        or _find_role_in_apposition(text, frame, mention)
        or _find_body(text, frame, mention)
    )
    # Of «Republican Ada Bell, the former mayor,» the function says more.
    party = before is not None and before.istitle() and before.lower() in ROLE_NOUNS
    return beside or (before if party else None)


def _find_role_before(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    tokens = frame.tokens
    start = _role_start(frame, mention)
    words = _drop_time(tokens[start : _role_end(frame, mention)])
    while words and words[0].low in _BESIDE_FUNCTION:
        words = words[1:]
    if words and _has_two_roles(tokens, start):
        words = [*tokens[start - 2 : start], *words]
    elif len(words) > 1 and _is_cut(frame, start, words):
        words = [word for word in words[-1:] if not word.capital]
    if not words:
        return None
    if words[0].start < tokens[mention.first].start and not _has_role(words):
        words = _strip_role(tokens[mention.first : mention.core])
    if len(words) == 1 and words[0].low in _STYLES:
        return None
    if not words or _is_no_function(words[-1].low, titled=mention.core > mention.first):
        return None
    return _write_role(text, _find_article(tokens, words), words)


def _find_article(tokens: Sequence[Token], words: list[Token]) -> Token | None:
    """The word before a role, where it may be its article."""
    place = next(at for at, token in enumerate(tokens) if token.start == words[0].start)
    article = tokens[place - 1] if place else None
    # A capital begins the sentence, or is no article: «Lib Dem».
    return None if article and article.capital and place > 1 else article


#: German articles after which an adjective has a weak ending.
_DER, _OBLIQUE = "der", word_set("dem den des")
#: «Vorsitzende», «Beauftragte»: nouns with the endings of adjectives.
_LIKE_ADJECTIVE = ("nde", "nden", "tragte", "tragten", "ordnete", "ordneten")


def _write_role(text: str, article: Token | None, words: list[Token]) -> str | None:
    """The words of a role, with «der» where a German ending needs it.

    «der frühere Minister Jan Lind» is «der frühere Minister». What is not in the
    nominative loses the adjective of a place («dem russischen Spieler»), and is no role
    where another one would be lost («dem früheren Minister»).
    """
    inflected = _list_inflected(words)
    if article is None or article.low not in {_DER, *_OBLIQUE} or not inflected:
        return text[words[0].start : words[-1].end]
    if article.low == _DER and all(word.low.endswith("e") for word in inflected):
        return f"{_DER}{text[article.end : words[-1].end]}"
    kept = [word for word in words if not word.low.endswith("ischen")]
    whole = kept and not _list_inflected(kept)
    return text[kept[0].start : kept[-1].end] if whole else None


def _list_inflected(words: list[Token]) -> list[Token]:
    """The words of a role, up to what belongs to it, that may be adjectives."""
    return [word for word in _take_head(words) if _has_adjective_ending(word)]


def _take_head(words: list[Token]) -> list[Token]:
    """The words of a phrase before «der», «für» and the like."""
    opens = PREPOSITIONS | DETERMINERS
    return list(takewhile(lambda word: word.low not in opens, words))


def _has_adjective_ending(word: Token) -> bool:
    lower = not word.capital and word.low.endswith(("e", "en"))
    return lower or word.low.endswith(_LIKE_ADJECTIVE)


def _drop_time(words: list[Token]) -> list[Token]:
    """Cut «last week», «July 25» off the front."""
    lows = [word.low for word in words[:2]]
    dated = len(lows) > 1 and (
        (lows[0] in _WHICH_TIME and lows[1] in TIME_NOUNS)
        or (lows[0] in MONTHS and lows[1][0].isdigit())
    )
    return words[2:] if dated else words


def _has_two_roles(tokens: Sequence[Token], start: int) -> bool:
    """Whether a noun and «and» before a role are the same person's: «actor and envoy».

    With an article they may be another's: «the mayor and police chief Ada Bell».
    """
    if start < 2 or tokens[start - 1].low != "and":
        return False
    noun, before = tokens[start - 2], tokens[start - 3] if start > 2 else None
    alone = before is None or before.kind != "word"
    return alone and is_role_noun(noun.low) and not is_plural_role(noun.low)


def _is_cut(frame: SentenceFrame, start: int, words: Sequence[Token]) -> bool:
    """Whether a name began earlier: «Oil and | Gas Board chairman», «All | Black»."""
    before = frame.tokens[max(0, start - 1)]
    joins = before.low in {"and", "&", "all"} and before.start < words[0].start
    other = frame.ends.get(start - 1)
    return joins and words[0].capital and (other is None or other.sort != "person")


def _is_no_function(last: str, *, titled: bool) -> bool:
    """Whether a body or a thing is before the name: «a campaign speech Ada Bell …»."""
    if last in _NO_FUNCTIONS or is_plural_role(last) or last.endswith(ORIGINS):
        return True
    return not (titled or is_role_noun(last))


def _role_end(frame: SentenceFrame, mention: SpeakerMention) -> int:
    """Where the role before a name ends: «Speaker Hon. Ada Bell» is a Speaker."""
    end = mention.core
    while end > mention.first and frame.tokens[end - 1].low.rstrip(".") in COURTESY:
        end -= 1
    return end


def _role_start(frame: SentenceFrame, mention: SpeakerMention) -> int:
    """Where the words before a name begin that may be its role."""
    tokens = frame.tokens
    end = _role_end(frame, mention)
    first = end - len(_strip_role(tokens[mention.first : end]))
    while first > 0 and mention.first - first < _BACK:
        before = tokens[first - 1]
        if before.kind != "word" or before.possessive or _ends_role(before.low):
            break
        first -= 1
    return first


def _strip_role(words: list[Token]) -> list[Token]:
    """Cut articles, possessors and courtesy titles off the front."""
    first = 0
    for at, word in enumerate(words):
        low = word.low.rstrip(".")
        if word.possessive or low in DETERMINERS or low in COURTESY:
            first = at + 1
    return words[first:]


def _has_role(words: list[Token]) -> bool:
    return any(is_role_noun(word.low) and word.low not in _KIN for word in words)


_GERMAN_ARTICLES = word_set("der die das ein eine einer")


def _names_german_function(words: list[Token]) -> bool:
    """Whether a phrase is a function: «der Sprecher der Werft», «Leiter des Hafens»."""
    head = _take_head(words[words[0].low in _GERMAN_ARTICLES :])
    return bool(head) and head[-1].capital and head[-1].low.endswith(TITLE_ENDINGS)


def _names_function(words: list[Token]) -> bool:
    """Whether the head of a phrase is what one person does: «a warden at the lock»."""
    if words and _names_german_function(words):
        return True
    heads = list(takewhile(lambda word: word.low not in _OPEN_PHRASE, words))
    while heads and heads[-1].low in PREPOSITIONS:
        heads.pop()
    related = any(word.possessive for word in heads) and heads[-1].low in _KIN
    if not heads or not (related or _has_role(heads)):
        return False
    return not _is_no_function(heads[-1].low, titled=True)


def _ends_role(low: str) -> bool:
    """Whether a word before a name is no part of its role."""
    return (
        low in PHRASE_BREAKERS
        or low in PREPOSITIONS
        or low in DETERMINERS
        or (low in REPORTING_CUES and not is_role_noun(low))
        or (looks_finite(low) and not is_role_noun(low))
        or low.endswith(("ed", "ing"))
    )


def _find_role_after(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    tokens = frame.tokens
    at = mention.last
    if at + 1 >= len(tokens) or tokens[at].text != ",":
        return None
    first = at + 1
    if [token.low for token in tokens[first : first + 2]] == ["who", "is"]:
        first += 2
    if first >= len(tokens) or not _opens_role(tokens[first]):
        return None
    end = _find_role_end(tokens, first)
    words = tokens[first:end]
    if not _names_function(words) or _is_german_clause(tokens, first, end):
        return None
    return _without_article(text, words)


def _is_german_clause(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether a verb ends what begins as a role: «der Trainer des Vereins war»."""
    after = tokens[end] if end < len(tokens) else None
    relative = tokens[first].low in _GERMAN_ARTICLES
    return relative and after is not None and after.low in AUXILIARIES


def _opens_role(opening: Token) -> bool:
    """Whether a role may begin with the word after a name and its comma."""
    if opening.low in _NO_OPENINGS:
        return False
    if opening.low in _CALLED_SO:
        return True
    return opening.low in DETERMINERS or not _ends_role(opening.low)


def _find_role_end(tokens: Sequence[Token], first: int) -> int:
    """Where the role ends that begins at `first`."""
    end = first
    last = min(len(tokens), first + _LONGEST)
    while end < last and not _shuts_role(tokens[end]) and not _goes_on(tokens, end):
        end += 1
    if end < len(tokens) and (
        tokens[end].kind == "cover"
        or tokens[end].text in _OPENING_MARKS
        or not (_shuts_role(tokens[end]) or _goes_on(tokens, end))
    ):
        # «author of the new book “…”», a phrase without end: only its head is whole.
        while end > first and tokens[end - 1].low not in PREPOSITIONS:
            end -= 1
        # «head of the inn and the mother of …» is a mother of somebody.
        joined = [n for n in range(first, end - 1) if tokens[n].low == "and"]
        if joined and tokens[joined[-1] + 1].low in DETERMINERS:
            end = joined[-1]
    while end > first and tokens[end - 1].low in _OPEN_ENDS:
        end -= 1
    return end


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a verb follows «and»: «a historian | and runs the museum»."""
    lows = [token.low for token in tokens[at : at + 3]]
    if len(lows) < 3 or lows[0] != "and" or lows[2] not in DETERMINERS:
        return False
    return lows[1].endswith("s") and not is_role_noun(lows[1])


def _shuts_role(token: Token) -> bool:
    """Whether a word is no part of the role before it."""
    low = token.low
    if token.kind != "word":
        return low != "&"
    return (
        low in _AFTER_ROLE
        or low in AUXILIARIES
        # «ambassador to the United States»
        or (low in REPORTING_CUES and not token.capital and not is_role_noun(low))
    )


def _find_role_in_apposition(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    """«Rovers' manager, Rhona Castlemaine»: the phrase that the name explains."""
    tokens = frame.tokens
    if mention.first < 2 or tokens[mention.first - 1].text != ",":
        return None
    last = mention.first - 1
    other = frame.ends.get(last)
    if other is not None and other.after_preposition:
        other = frame.ends.get(other.first - 1)
    if other is None or other.kind != "nominal" or other.after_preposition:
        return None
    if other.first > 1 and tokens[other.first - 1].text == ",":
        # «After a talk with Ada Bell, a Liberal, Tom Cole said …»: it is Bell's.
        owner = frame.ends.get(other.first - 1)
        if owner is not None and owner.sort == "person":
            return None
    words = tokens[other.first : last]
    whole = not any(word.low in _AFTER_ROLE for word in words)
    return _without_article(text, words) if whole and _names_function(words) else None


def _find_body(text: str, frame: SentenceFrame, mention: SpeakerMention) -> str | None:
    """«Ned Lyle of the Wool Board»: the body that somebody speaks for."""
    tokens, at = frame.tokens, mention.last
    at += at < len(tokens) and tokens[at].text == ","
    if at >= len(tokens) or tokens[at].low not in _BELONGING:
        return None
    body = next((name for name in frame.names if at < name.first <= at + 2), None)
    if body is None or body.kind != "body":
        return None
    after = tokens[body.last] if body.last < len(tokens) else None
    if after and after.kind == "word" and not _shuts_role(after):
        # «of the Strand Radio show»
        return None
    return text[tokens[body.core].start : tokens[body.last - 1].end]


def _without_article(text: str, words: list[Token]) -> str | None:
    """The words, without an article that no possessor needs."""
    if words[0].low in _COUNTING:
        return None
    head = takewhile(lambda word: word.low not in PREPOSITIONS, words)
    owned = any(word.possessive for word in head)
    article = words[0]
    if article.low in _NEVER_KEPT or (article.low == "the" and not owned):
        words = words[1:]
    return _write_role(text, article, words) if words else None
