"""Find the subject of a reporting word within its sentence.

Skip auxiliaries and adverbs to the left of the word. The subject is the mention there
(the head of its prepositional chain: «a spokesman for X said»), the noun before an
apposition or a parenthesis («X, a lawyer at Y, said»), or the noun before «who». Right
after a quotation the order is inverted («said Tom Smith»). Where another verb precedes,
the main subject of the frame is shared («X rose and said»).
"""

from bisect import bisect_left
from typing import NamedTuple

from digests.language.grammar import (
    CLAUSE_OPENERS,
    DETERMINERS,
    INVERTING_CUES,
    VERB_GAP_WORDS,
    WRITTEN,
    Token,
    looks_finite,
)
from digests.language.words import word_set
from digests.quotes.parsing import SentenceFrame
from digests.quotes.speaker_mentions import SpeakerMention

_BE = word_set("is are was were been be being get got isn't wasn't weren't")
_ADVERBS = word_set("also not once often later then never now")
_CLAUSE_WORDS = word_set("after because when while since although")
#: Reporting words that may follow a quotation: «"Why?" asked Ruth Bell».
_AFTER_WORDS = INVERTING_CUES | {"asked", "asks", "reported", "denied", "urged", "laut"}
#: Documents say, but do not say it to somebody.
_TO_SOMEBODY = word_set("told shouted yelled")
_ADDRESSING = word_set("told tells telling asked asks reminded")
_SHUT = word_set(", — – -")
_GERMAN_PASSIVE = word_set("worden wird werden wurde wurden")
#: What may be between a German verb and the subject behind it.
_BETWEEN = word_set("sich gestern heute zuvor dazu hierzu daraufhin danach später")
_WEEKDAYS = (
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag"),
    *("sonnabend", "sonntag"),
)


class SpeechSubject(NamedTuple):
    """A mention, and how it was found."""

    mention: SpeakerMention
    how: str


def find_subject(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    """The subject of the reporting word at token `cue`."""
    agent = _find_agent(frame, cue)
    if agent is not None or is_passive(frame, cue):
        return agent
    return _find_own_subject(frame, cue) or _find_shared_subject(frame, cue)


def find_subject_before(frame: SentenceFrame, at: int) -> SpeakerMention | None:
    """Who says or does something by what is at token `at`."""
    last = bisect_left(frame.cues, at) - 1
    reached = find_subject(frame, frame.cues[last]) if last >= 0 else None
    return reached.mention if reached else find_main_subject(frame, before=at)


def _find_own_subject(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    """The subject of the word itself, not one shared with another verb."""
    tokens = frame.tokens
    at = _skip_left(tokens, cue - 1)
    if tokens[cue].low.endswith("ing"):
        # «with Bell calling …», «quoted Bell as saying»; else «…, saying …», of which
        # the main clause has the subject.
        quoted = tokens[at].low == "as"
        beside = frame.ends.get(at + (not quoted))
        joined = quoted or (
            beside is not None and tokens[beside.first - 1].low == "with"
        )
        return SpeechSubject(beside, "direct") if beside and joined else None
    if at > 0 and tokens[at].low == "who":
        return _find_antecedent(frame, at)
    if at >= 0 and tokens[at].text in _SHUT:
        head = _find_head(frame, at)
        if head is not None:
            return SpeechSubject(head, "apposition")
        inverts = tokens[cue].low in INVERTING_CUES
        turned = _find_inverted_subject(frame, cue) if inverts else None
        if frame.german and not (at and tokens[at - 1].kind == "cover"):
            return _find_german_subject(frame, at, turned)
        if turned is not None:
            return _before_aside(frame, at) if _rules_on(frame, turned) else turned
    if _after_quote(tokens, at):
        follows = tokens[cue].low in _AFTER_WORDS
        return _find_inverted_subject(frame, cue) if follows else None
    return (
        _find_inverted_german_subject(frame, cue)
        or _ending_at(frame, at + 1)
        or _before_aside(frame, at)
    )


def _find_german_subject(
    frame: SentenceFrame, at: int, turned: SpeechSubject | None
) -> SpeechSubject | None:
    """The subject of a verb behind a comma, at token `at`.

    «Der Minister, Jan Lindner, nannte den Plan …»: an object follows the verb. «Dass
    sie schwieg, nannte er …»: the subject does, and «er» is never an object.
    """
    if turned is not None and frame.tokens[turned.mention.first].low == "er":
        return turned
    named = frame.ends.get(at)
    if named is not None and named.sort == "person":
        opened = named.first - 1
        if opened > 0 and frame.tokens[opened].text == ",":
            return SpeechSubject(named, "apposition")
    return _before_aside(frame, at) or turned


def _find_antecedent(frame: SentenceFrame, who: int) -> SpeechSubject | None:
    """The person before «who»: «Cole met Ruth Bell, who said …»."""
    last = who - (frame.tokens[who - 1].text == ",")
    found = frame.ends.get(last)
    if found is None or found.possessive or found.kind == "pronoun":
        return None
    if found.after_preposition and found.sort != "person":
        return None
    if found.first and frame.tokens[found.first - 1].low in _ADDRESSING:
        # «told a woman who asked about the delay that “…”»
        return None
    return SpeechSubject(found, "direct")


def _rules_on(frame: SentenceFrame, turned: SpeechSubject) -> bool:
    """Whether a statement follows: «X, a warden, said the lock was …»."""
    last = turned.mention.last
    tokens = frame.tokens
    if last >= len(tokens):
        return False
    following = tokens[last]
    return following.kind == "cover" or looks_finite(following.text)


def find_main_subject(
    frame: SentenceFrame, before: int | None = None
) -> SpeakerMention | None:
    """The first `free` mention, after an opening clause if there is one."""
    first = None
    for mention in frame.free:
        if before is not None and mention.last > before:
            break
        if mention.first > frame.opening:
            return find_apposed_name(frame, mention, mention.last)
        first = first or mention
    return first


def _is_in_gap(token: Token) -> bool:
    return token.low in VERB_GAP_WORDS or token.low.endswith("ly")


def _skip_left(tokens: list[Token], at: int) -> int:
    while at >= 0 and _is_in_gap(tokens[at]):
        at -= 1
    return at


def _find_head(frame: SentenceFrame, at: int) -> SpeakerMention | None:
    """The name in «Bell, a warden at the lock, which leaks, said …».

    It is the first name of its clause, followed by an aside that ends at `at`.
    """
    covers = frame.covers_before
    covered = covers[at] - (frame.tokens[at - 1].kind == "cover")
    for mention in frame.free_before(at):
        if covers[mention.first] < covered or mention.first <= frame.opening:
            continue
        if mention.last >= at or frame.tokens[mention.last].text not in _SHUT:
            return None
        # «The actor, whose films include X and Y, said …»
        named = mention.kind == "name" or (
            mention.kind == "nominal"
            and frame.tokens[mention.last + 1].low in {"whose", "who", "which"}
        )
        return mention if named else None
    return None


def _after_quote(tokens: list[Token], at: int) -> bool:
    """Whether nothing is between `at` and a quotation or the beginning."""
    while at >= 0 and tokens[at].kind == "sign":
        at -= 1
    return at < 0 or tokens[at].kind == "cover"


def _find_agent(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    """«as confirmed by the adviser», «was called “a wonder” by X»: the agent."""
    tokens = frame.tokens
    at = cue + 1
    if is_passive(frame, cue):
        while at < len(tokens) and tokens[at].kind != "word":
            at += 1
    if at + 1 >= len(tokens) or tokens[at].low not in {"by", "von"}:
        return None
    for mention in frame.near(at, at):
        if mention.first <= at + 1 < mention.last and not mention.possessive:
            return SpeechSubject(mention, "agent")
    return None


def is_passive(frame: SentenceFrame, cue: int) -> bool:
    """Whether the word is passive: «was asked», «is being asked», «genannt worden»."""
    tokens = frame.tokens
    if frame.german and cue + 1 < len(tokens):
        return tokens[cue + 1].low in _GERMAN_PASSIVE
    if not tokens[cue].low.endswith(("ed", "told", "said", "termed")):
        return False
    at = cue - 1
    while at >= 0 and (tokens[at].low.endswith("ly") or tokens[at].low in _ADVERBS):
        at -= 1
    return at >= 0 and tokens[at].low in _BE


def _find_inverted_subject(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    at = cue + 1
    tokens = frame.tokens
    while at < len(tokens) and _is_in_gap(tokens[at]):
        at += 1
    for mention in frame.near(at, at):
        if mention.first == at and not mention.possessive:
            named = find_apposed_name(frame, mention, mention.last)
            return SpeechSubject(named, "inverted")
        if mention.first > at:
            break
    return None


def _find_inverted_german_subject(
    frame: SentenceFrame, cue: int
) -> SpeechSubject | None:
    """«Gestern sagte die Ministerin»: the verb comes second whatever comes first."""
    if not frame.german:
        return None
    found = _find_inverted_subject(frame, _skip_between(frame.tokens, cue))
    if found is None or found.mention.kind != "nominal":
        return found
    # «Die SPD nannte den Plan …»: what follows the verb is its object then.
    left = find_main_subject(frame, before=cue)
    return None if left is not None else found


def _skip_between(tokens: list[Token], cue: int) -> int:
    """Skip what is between a German verb and its subject: «äußerte sich am Montag»."""
    at = cue
    while at + 2 < len(tokens):
        following = tokens[at + 1].low
        if following in _BETWEEN:
            at += 1
        elif following == "am" and tokens[at + 2].low.startswith(_WEEKDAYS):
            at += 2
        else:
            break
    return at


def _ending_at(frame: SentenceFrame, last: int) -> SpeechSubject | None:
    mention = frame.ends.get(last)
    if mention is None or mention.possessive or frame.tokens[last - 1].low == "who":
        return None
    while (outer := _find_holder(frame, mention)) is not None:
        mention = outer
    before = frame.tokens[mention.first - 1].low
    if mention.after_preposition and before not in CLAUSE_OPENERS:
        return None
    named = frame.ends.get(mention.first - 1)
    if before == "," and named is not None and named.sort == "person":
        # «Ruth Bell, editor of the Courier told …», «Ruth Bell, an editor told …»
        article = frame.tokens[mention.first].low
        bare = article not in DETERMINERS or (
            article in {"a", "an"} and named is find_main_subject(frame)
        )
        if mention.kind == "nominal" and bare:
            return SpeechSubject(named, "apposition")
    return SpeechSubject(find_apposed_name(frame, mention, last), "direct")


def _find_holder(
    frame: SentenceFrame, mention: SpeakerMention
) -> SpeakerMention | None:
    """The phrase that `mention` completes: «a spokesman» of «for X»."""
    if not mention.first:
        return None
    before = frame.tokens[mention.first - 1]
    if mention.after_preposition:
        outer = frame.ends.get(mention.first - 1)
        return None if outer is None or outer.possessive else outer
    if not before.possessive and before.low != "and":
        return None
    outer = frame.ends.get(mention.first - (not before.possessive))
    return outer if outer is not None and outer.after_preposition else None


def find_apposed_name(
    frame: SentenceFrame, mention: SpeakerMention, last: int
) -> SpeakerMention:
    """The name in «the mayor of Hallin, Ada Brandt,» for the phrase.

    `last` is where the phrase ends with what completes it («of Hallin»).
    """
    tokens = frame.tokens
    if mention.kind != "nominal" or last >= len(tokens):
        return mention
    if tokens[last].text != ",":
        return mention
    for other in frame.near(last, last):
        if other.first == last + 1 and other.sort == "person":
            shut = other.last >= len(tokens) or tokens[other.last].kind != "word"
            return other if shut else mention
    return mention


def _before_aside(frame: SentenceFrame, at: int) -> SpeechSubject | None:
    """The subject before an aside that ends at `at`: «X (R-Ohio) said»."""
    tokens = frame.tokens
    if at < 1:
        return None
    if tokens[at].text == ")":
        while at >= 0 and tokens[at].text != "(":
            at -= 1
        return _ending_at(frame, at)
    if tokens[at].text not in _SHUT:
        return None
    shut = tokens[at].text
    for mention in reversed(frame.near(at, at)):
        if mention.last >= at or tokens[mention.last].text != shut:
            continue
        found = _ending_at(frame, mention.last)
        if found is not None and found.mention.sort != "place":
            return SpeechSubject(found.mention, "apposition")
    return None


def _find_accused(
    frame: SentenceFrame, said: int, author: SpeechSubject
) -> SpeechSubject | None:
    """Cole, in «The papers allege that Cole hit the wall and told the crew “…”»."""
    if frame.tokens[author.mention.last - 1].low not in WRITTEN:
        return None
    that = frame.tokens[said + 1].low == "that"
    return _find_inverted_subject(frame, said + that)


def _find_shared_subject(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    at = _skip_left(frame.tokens, cue - 1)
    if at > 0 and frame.tokens[at - 1].low in _CLAUSE_WORDS:
        # «X was banned after staff said …»: staff, who are no mention
        return None
    before = bisect_left(frame.cues, cue) - 1
    if before >= 0 and frame.tokens[frame.cues[before] - 1].low != "who":
        reached = _find_own_subject(frame, frame.cues[before])
        if reached is not None and frame.tokens[cue].low in _TO_SOMEBODY:
            reached = _find_accused(frame, frame.cues[before], reached) or reached
        if reached is not None:
            # «…, Bell said, adding …»
            return SpeechSubject(reached.mention, "shared")
    mention = find_main_subject(frame, before=cue)
    return SpeechSubject(mention, "shared") if mention is not None else None
