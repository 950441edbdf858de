"""The form of a question: yes or no, its main clause, conditions, its asked noun.

«Was anyone hurt when the plane left the runway?» asks about «hurt»; the clause after
«when» only says which event is meant, so an answer need not repeat it.
"""

from collections.abc import Sequence

from digests.answers.vocabulary import QUESTION_WORDS, find_root
from digests.language import words
from digests.language.grammar import Token
from digests.language.words import word_set

_ENGLISH_FIRST = word_set("""
    is are was were do does did has have had can could will would should may might must
    isn't aren't wasn't weren't don't doesn't didn't hasn't haven't won't
""")
_GERMAN_FIRST = word_set("""
    wird werden wurde wurden ist sind waren haben hatte hatten kann können darf dürfen
    muss müssen soll sollen gibt gab bleibt bleiben stimmt
""")
#: German verbs that are English words as well.
_AMBIGUOUS_FIRST = word_set("war hat")
_GERMAN_ARTICLES = word_set("""
    das der die den dem des ein eine einen einem einer es im am beim bei für und noch
    jemand schon sich
""")
#: Words that begin a clause or phrase that only names the event.
_SUBORDINATE = word_set("""
    when after before because while during as since if nachdem weil während als wenn
    dass
""")
_CONDITIONS = word_set(
    "if would could might unless wenn würde würden falls könnte wäre"
)
#: Words without which another event may be meant.
_RESTRICTIONS = word_set("last previous previously zuletzt vorher")
_PLAIN_LAST = word_set("night week month year monday tuesday wednesday thursday friday")
_NAMED = word_set("name called named heißt hieß")
_ASKING = word_set("what which was welche welcher welches")
_ANYBODY = word_set("anyone anybody someone somebody anything jemand etwas")
_SIZES = word_set("high large big strong hoch groß stark")
_TOWARDS = word_set("to with mit")
_BEING = word_set("is are was were ist sind war waren")
_DETERMINERS = word_set("the a an its his her their der die das den dem ein eine")
_NOUN_ENDS = word_set("""
    of for in on at from that who to below above under over near with der des von im in
    für bei
""")
_REASON_NOUNS = word_set("cause reason motive grund ursache motiv anlass")
_CAUSING = word_set("caused causes triggered sparked verursacht verursachte auslöste")
#: The fewest words of a question about yes or no.
_SHORTEST = 3


def begins_german(found: Sequence[Token]) -> bool:
    """Whether a question begins with a German verb: «Wird das Bad geschlossen?»."""
    if not found:
        return False
    first, rest = found[0].low, {token.low for token in found[1:]}
    if first in _GERMAN_FIRST:
        return True
    return first in _AMBIGUOUS_FIRST and bool(rest & _GERMAN_ARTICLES)


def asks_yes_or_no(found: Sequence[Token], lang: str) -> bool:
    """Whether a question begins with its verb."""
    if len(found) < _SHORTEST:
        return False
    first = found[0].low.replace("’", "'")
    if lang == "de":
        return first in _GERMAN_FIRST | _AMBIGUOUS_FIRST
    return first in _ENGLISH_FIRST


def asks_reason(found: Sequence[Token]) -> bool:
    """Whether it asks for a cause without «why»: «what caused …», «what motive …»."""
    low = [token.low for token in found[:6]]
    if not low or low[0] not in _ASKING:
        return False
    return any(word in _REASON_NOUNS for word in low) or (
        low[1:2] != [] and (low[1] in _CAUSING)
    )


def asks_condition(found: Sequence[Token]) -> bool:
    """Whether it asks what would happen under a condition."""
    return any(token.low in _CONDITIONS for token in found)


def asks_name(found: Sequence[Token]) -> bool:
    """Whether it asks what somebody or something is called."""
    low = [token.low for token in found[:6]]
    return bool(low) and low[0] in ("what", "wie", "whose") and bool(_NAMED & set(low))


def is_cause_word(word: str) -> bool:
    """Whether it only asks for a reason: «what *caused* …», «the *motive* of …»."""
    return word in _REASON_NOUNS | _CAUSING


def asks_anybody(found: Sequence[Token]) -> bool:
    """Whether its subject is «anybody»: then its first word of content is the verb."""
    return any(token.low in _ANYBODY for token in found[:4])


def find_restrictions(found: Sequence[Token]) -> frozenset[str]:
    """Words like «last» that say which of several events is meant."""
    held = set()
    for at, token in enumerate(found):
        after = found[at + 1].low if at + 1 < len(found) else ""
        if token.low in _RESTRICTIONS and after not in _PLAIN_LAST:
            held.add(token.low)
    return frozenset(held)


def find_asked_noun(found: Sequence[Token], lang: str) -> str:
    """The noun of «what was the NOUN of …», «who is the NOUN», «how high is the NOUN».

    Its root is wanted in the answer; "" where none is asked for.
    """
    at = _find_determiner([token.low for token in found[:6]])
    if at is None:
        return ""
    run: list[Token] = []
    for token in found[at + 1 : at + 6]:
        if token.low in _NOUN_ENDS or words.is_stop_word(token.low, lang):
            break
        run.append(token)
    after = found[at + 1 + len(run) :][:1]
    closed = not after or after[0].low in _NOUN_ENDS
    if not run or not closed or (lang != "de" and run[-1].capital):
        return ""
    # «What was the man convicted of?» asks for no noun.
    verbal = lang != "de" and run[-1].low.endswith(("ing", "ed"))
    return "" if verbal else find_root(run[-1].low, lang)


def _find_determiner(low: Sequence[str]) -> int | None:
    """Where «the» stands in «what is the», «how high is the», «what happened to the»."""
    if low[:2] in (["what", "happened"], ["was", "passierte"], ["was", "geschah"]):
        being = 2
    elif low[:1] in (["how"], ["wie"]) and low[1:2] != [] and low[1] in _SIZES:
        being = 2
    elif low and low[0] in _ASKING | {"who", "wer"}:
        being = 1
    else:
        return None
    if low[being : being + 1] and low[being] in _BEING | _TOWARDS:
        after = low[being + 1 : being + 2]
        return being + 1 if after and after[0] in _DETERMINERS else None
    return None


def list_main_words(found: Sequence[Token], lang: str) -> tuple[str, ...]:
    """The words of the main clause that are neither names nor question words.

    It ends at the first «when», «after», «because» that stands behind one of its words.
    """
    main: list[str] = []
    for token in found:
        word = token.low.replace("’", "'").removesuffix("'s")
        if main and word in _SUBORDINATE:
            break
        if words.is_stop_word(word, lang) or word in QUESTION_WORDS:
            continue
        if lang != "de" and token.capital:
            continue
        main += word.split("-")
    return tuple(main)
