"""Resolve a mention to the speaker's full name or noun phrase.

Names are resolved by the index of people. «He» and «she» are resolved to the best named
person before them: subjects before objects, near before far,
never against the known sex. «They» is resolved to a plural or a body right
before it; «it», «I» and «we» are not resolved.

«The statement» and «a spokesman» speak for the body that a sentence before names.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from digests.language.grammar import (
    DETERMINERS,
    FEMALE_PRONOUNS,
    INVERTING_CUES,
    MALE_PRONOUNS,
    PLURAL_PRONOUNS,
    REPORTING_CUES,
    WRITTEN,
)
from digests.language.names import FEMALE, MALE
from digests.language.words import word_set
from digests.quotes.parsing import ParsedText, SentenceFrame, tells_death
from digests.quotes.speaker_mentions import SpeakerMention, is_plural_role, is_role_noun
from digests.quotes.subjects import find_subject, find_subject_before
from digests.types import frozen_positional

_FRAMES_BACK = 9
_DESCRIBING = word_set("familiar close involved present based loyal")
#: Words of a complement between a role and its name: «of the Interior».
_COMPLEMENT_WORDS = 5
#: Documents that speak for whoever issued them; how far back that is looked for.
_ISSUED = word_set("statement letter email message memo release post tweet")
_ISSUED_BACK = 4
#: Tokens of a sentence that is searched, so that the cost of hostile texts is linear.
_LONGEST_SENTENCE = 200
#: A subject of the sentence just before is «he» or «she» rather than another.
_JUST_ACTING = 1.0
#: A sentence since then is about another: «Cole's fame grew. He wrote: …»
_OTHER_TOPIC = 1.0
_BEFORE_SUBJECT = word_set("where when while and but , ; – — once then")
_ASIDES = frozenset("—–,-")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPOKESPEOPLE = word_set("spokesman spokeswoman spokesperson")
_ASKED_WORDS = word_set("""
    why whether if how what when where who about warum ob wie wieso weshalb nach
""")
#: «the magazine in its review» is the magazine.
#: «Not just any woman» is nobody.
_NOBODY = word_set("any every each no")
_POSSESSIVES = word_set("its his her their seiner ihrer seinem ihrem")
#: Of somebody who is named here first.
_NEW = word_set("a an another one")
_COMPLEMENTS = word_set("of for from at with in fur für von")


@frozen_positional
class ResolvedSpeaker:
    """The speaker that a mention was resolved to; `mention` has the name itself."""

    speaker: str
    sex: str
    mention: SpeakerMention


def resolve_speaker(
    parsed: ParsedText, mention: SpeakerMention, said: str
) -> ResolvedSpeaker | None:
    """Find who a mention is; «he» is nobody whom the words `said` name."""
    if mention.kind == "name":
        if _opens_marks(parsed, mention):
            return None
        together = _join_speakers(parsed, mention)
        if together is not None:
            return ResolvedSpeaker(together, "", mention)
        return _resolve_named(parsed, mention)
    if mention.kind == "nominal":
        named = _resolve_named(parsed, mention)
        return _find_author(parsed, mention, named.speaker) or named
    low = parsed.text[mention.start : mention.end].lower()
    if low in MALE_PRONOUNS or low in FEMALE_PRONOUNS or low == "er":
        return _resolve_person(parsed, mention, said)
    if low == "sie" and _is_singular(parsed, mention):
        return _resolve_person(parsed, replace(mention, sex="f"), said)
    if low in PLURAL_PRONOUNS:
        return _resolve_plural(parsed, mention)
    return None


_OPENING_MARKS, _CLOSING_MARKS = frozenset('"“„«'), frozenset("\"”“»’'")


def _opens_marks(parsed: ParsedText, mention: SpeakerMention) -> bool:
    """Whether a name of nobody known is the first word in marks: «"Acceptance of …»."""
    marked = parsed.text[max(0, mention.start - 1) : mention.start] in _OPENING_MARKS
    known = parsed.people.is_person(parsed.people.full(mention.text))
    return marked and not mention.sort and not known


def _find_author(
    parsed: ParsedText, mention: SpeakerMention, phrase: str
) -> ResolvedSpeaker | None:
    """Who speaks by «the statement» or «a spokesman», if the sentences before say so.

    «The council issued a statement. “…,” the statement said»; «Hallin Water denied it.
    A spokesman said: “…”».
    """
    article, *names, noun = phrase.split() if " " in phrase else ("", phrase)
    if names:
        # «an FA statement»
        named = noun in _ISSUED and all(name[0].isupper() for name in names)
        return ResolvedSpeaker(" ".join(names), "", mention) if named else None
    if not mention.frame:
        return None
    article = article.lower()
    if article == "the" and noun in _ISSUED:
        found = _find_issuer(parsed, mention)
    elif article in {"a", "the"} and noun in _SPOKESPEOPLE:
        found = _find_represented(parsed, mention)
    elif article == "the" and len(parsed.bodies.get(noun, ())) == 1:
        # «the department», if the text names one Department
        return ResolvedSpeaker(next(iter(parsed.bodies[noun])), "", mention)
    else:
        return None
    return _resolve_named(parsed, found) if found is not None else None


def _find_issuer(parsed: ParsedText, mention: SpeakerMention) -> SpeakerMention | None:
    """The subject of the nearest sentence that introduced the document."""
    for index in range(mention.frame - 1, max(-1, mention.frame - _ISSUED_BACK), -1):
        frame = parsed.frames[index]
        if len(frame.tokens) > _LONGEST_SENTENCE:
            return None
        for at, token in enumerate(frame.tokens):
            if token.low in _ISSUED:
                subject = find_subject_before(frame, at)
                named = subject is not None and subject.kind != "pronoun"
                return subject if named else None
    return None


def _find_represented(
    parsed: ParsedText, mention: SpeakerMention
) -> SpeakerMention | None:
    """The body that the sentence just before is about: its spokesman speaks."""
    before = parsed.frames[mention.frame - 1].free
    if not before or before[0].kind != "name" or before[0].sort not in {"body", ""}:
        return None
    person = parsed.people.is_person(_resolve_named(parsed, before[0]).speaker)
    return None if person else before[0]


def _resolve_named(parsed: ParsedText, mention: SpeakerMention) -> ResolvedSpeaker:
    full = parsed.people.full(mention.text, mention.sex, mention.start)
    if mention.kind == "name" or parsed.people.is_person(full):
        return ResolvedSpeaker(full, parsed.people.sex(full), mention)
    return ResolvedSpeaker(_complete_phrase(parsed, mention), mention.sex, mention)


def _is_singular(parsed: ParsedText, mention: SpeakerMention) -> bool:
    """Whether «sie» means «she» («sagte sie») and not «they» («sagten sie»)."""
    tokens = parsed.frames[mention.frame].tokens
    beside = tokens[max(0, mention.first - 1) : mention.last + 1]
    return any(
        token.low in REPORTING_CUES and token.low.endswith(("t", "te"))
        for token in beside
    )


def _complete_phrase(parsed: ParsedText, mention: SpeakerMention) -> str:
    """The noun phrase with its complement."""
    frame = parsed.frames[mention.frame]
    tokens = frame.tokens
    if frame.german and mention.last + 1 < len(tokens):
        article, noun = tokens[mention.last : mention.last + 2]
        if article.low in {"des", "der"} and noun.capital:
            return parsed.text[mention.start : noun.end]
    begins = mention.last + _count_joint_words(frame, mention)
    for other in frame.near(begins, begins):
        if mention.last < other.first <= begins <= other.last:
            trait = (
                tokens[mention.last].low == "with" and tokens[other.first].low == "a"
            )
            own = tokens[other.first].low in _POSSESSIVES
            if other.kind != "pronoun" and not trait and not own:
                return parsed.text[mention.start : other.end]
            break
    return parsed.text[mention.start : mention.end]


def _count_joint_words(frame: SentenceFrame, mention: SpeakerMention) -> int:
    """Count the words that join a complement: «familiar with», «of»; 0 if none."""
    tokens = frame.tokens
    if mention.last >= len(tokens):
        return 0
    if tokens[mention.last].low in _DESCRIBING:
        # «a source familiar with the talks»
        return 2
    low, head = tokens[mention.last].low, tokens[mention.last - 1].low
    return int(low in _COMPLEMENTS or (low == "by" and head in WRITTEN))


def _join_speakers(parsed: ParsedText, mention: SpeakerMention) -> str | None:
    """Both names where two speak together: «Bell and Cole said»."""
    frame = parsed.frames[mention.frame]
    one = two = mention
    if mention.first > 1 and frame.tokens[mention.first - 1].low == "and":
        one = frame.ends.get(mention.first - 1, mention)
    elif mention.last < len(frame.tokens) and frame.tokens[mention.last].low == "and":
        beyond = frame.near(mention.last, mention.last)
        starts = {other.first: other for other in beyond}
        two = starts.get(mention.last + 1, mention)
    if (
        one is two
        or one.after_preposition
        or any(
            each.kind != "name" or each.possessive or each.sort == "party"
            for each in (one, two)
        )
    ):
        return None
    first, second = (_resolve_named(parsed, each).speaker for each in (one, two))
    known = all(
        each.sort or parsed.people.is_person(full)
        for each, full in ((one, first), (two, second))
    )
    return f"{first} and {second}" if known and first != second else None


def _iter_mentions_before(
    parsed: ParsedText, mention: SpeakerMention
) -> Iterator[tuple[SentenceFrame, SpeakerMention]]:
    """The mentions before `mention`, nearest frame first."""
    for index in range(mention.frame, max(-1, mention.frame - _FRAMES_BACK), -1):
        frame = parsed.frames[index]
        last = mention.first if index == mention.frame else len(frame.tokens)
        for other in reversed(frame.near(last, last)):
            if other.start < mention.start:
                yield frame, other


def _resolve_person(
    parsed: ParsedText, mention: SpeakerMention, said: str
) -> ResolvedSpeaker | None:
    best, chosen, somebody = -9.0, None, None
    named = set(_NAME_WORD.findall(said))
    paragraph = parsed.frames[mention.frame].paragraph
    another, topic = _find_another(parsed, mention), -1
    for frame, other in _iter_mentions_before(parsed, mention):
        found = _resolve_pronoun(parsed, other, mention.sex)
        if found is None or found.speaker == another:
            continue
        if (
            _is_spoken_of(frame, other, mention.sex)
            or _is_asked_about(frame, other)
            or _is_beside_speaker(parsed, frame, other, mention.sex)
        ):
            continue
        if found.speaker.rpartition(" ")[2] in named:
            continue
        if other.kind == "nominal" and not other.sex:
            if mention.frame - frame.index == 1 and frame.paragraph == paragraph:
                somebody = somebody or found
            continue
        value = _rate_antecedent(parsed, frame, found, mention)
        value -= _OTHER_TOPIC * (frame.index < topic)
        if other.possessive and not other.first:
            topic = max(topic, frame.index)
        if value > best:
            best, chosen = value, found
    if somebody is not None and (
        chosen is None or parsed.frames[chosen.mention.frame].paragraph < paragraph
    ):
        # «… a stranger called Tom Cole.» In the next paragraph: «A pilot waved.»
        return somebody
    return chosen


def _find_another(parsed: ParsedText, mention: SpeakerMention) -> str | None:
    """Whom the sentence before calls «he», if `mention` is «she», or the other way."""
    if not mention.frame:
        return None
    first = next(iter(parsed.frames[mention.frame - 1].free), None)
    if first is None or first.kind != "pronoun" or first.sex in {"", mention.sex}:
        return None
    for _, other in _iter_mentions_before(parsed, first):
        if other.kind == "name":
            found = _resolve_pronoun(parsed, other, first.sex)
            if found is not None:
                return found.speaker
    return None


def _is_spoken_of(frame: SentenceFrame, other: SpeakerMention, sex: str) -> bool:
    """Whether «he» precedes a name in its sentence: «he said Tom Cole was away»."""
    first = next(iter(frame.free), None)
    if first is None or first.kind != "pronoun":
        return False
    return first.sex == sex and first.first < other.first


def _is_beside_speaker(
    parsed: ParsedText, frame: SentenceFrame, other: SpeakerMention, sex: str
) -> bool:
    """Whether its sentence has another speaker: «Chris Shaw was for Cole, he said»."""
    first = next(iter(frame.free), None)
    if first is None or first.kind == "pronoun" or _is_about(frame, other):
        return False
    voice = _find_voice(frame)
    if voice is not None and voice is not other and _is_role(frame, voice):
        # «The minister said that Cole was wrong. He …»
        return not _is_voiced(frame, other)
    speaks = any(
        one.kind == "pronoun" and one.sex == sex and frame.reports(one.last)
        for one in frame.free
    )
    return speaks and _resolve_pronoun(parsed, first, sex) is not None


def _is_asked_about(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether somebody is in a question: «Asked why Tom Cole had left, he replied»."""
    lows = [token.low for token in frame.tokens[: other.first]]
    return any(
        one in {"asked", "gefragt"} and following in _ASKED_WORDS
        for one, following in itertools.pairwise(lows)
    )


def _is_voiced(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether somebody is said to say something: «Cole said …», «…, said Cole, …»."""
    if frame.reports(other.last) or _find_voice(frame) is other:
        return True
    tokens, cue = frame.tokens, other.first - 1
    inverted = cue > 0 and tokens[cue - 1].kind != "word" and frame.reports(cue)
    return inverted and tokens[cue].low in INVERTING_CUES


def _find_voice(frame: SentenceFrame) -> SpeakerMention | None:
    """The subject of the first reporting word: «A man at the site said»."""
    reached = find_subject(frame, frame.cues[0]) if frame.cues else None
    return reached.mention if reached and reached.how == "direct" else None


def _is_role(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether it is a person by function: «the minister», and nobody's «spokesman»."""
    first, last = frame.tokens[other.first], frame.tokens[other.last - 1]
    named = other.kind == "nominal" and first.low == "the" and not other.plural
    return named and is_role_noun(last.low)


def _is_about(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether a sentence is about somebody: «Tom Cole», «his son, Tom Cole,»."""
    first = next(iter(frame.free), None)
    if first is None:
        return False
    return other.first == first.first or _is_apposed(frame, first, other)


def _is_apposed(
    frame: SentenceFrame, phrase: SpeakerMention, name: SpeakerMention
) -> bool:
    """Whether a name explains a phrase: «The minister of public works, Tom Cole,»."""
    comma = name.first - 1
    if phrase.kind != "nominal" or frame.tokens[comma].text != ",":
        return False
    return comma - phrase.last <= _COMPLEMENT_WORDS and all(
        token.low in _COMPLEMENTS or token.low in DETERMINERS or token.capital
        for token in frame.tokens[phrase.last : comma]
    )


def _resolve_pronoun(
    parsed: ParsedText, other: SpeakerMention, sex: str
) -> ResolvedSpeaker | None:
    """The antecedent that a mention can be for «he» or «she», or None."""
    other = _find_owner(parsed, other, sex) or other
    full = parsed.people.full(other.text, other.sex, other.start)
    # «Hall», where the text has Tony Hall, is no hall.
    # «King rose to speak», where it has Tom King, is no king.
    person = other.sort in {"person", ""} or (
        full != other.text and parsed.people.is_person(full)
    )
    bare = other.sort == "title" and parsed.text[other.start].isupper()
    if person and (other.kind == "name" or bare):
        nobody = other.sort != "person" and full == other.text
        if nobody and is_role_noun(other.text.lower()):
            # «Investigators say …», and not «Baker» after «Jason Baker».
            return None
        free = not other.possessive and not other.after_preposition
        voiced = free and other.text in parsed.voices
        if other.sort == "" and not (voiced or parsed.people.is_person(full)):
            return None
        if _is_in_marks(parsed.text, other) or not (
            voiced or _is_surely_somebody(parsed, other, full)
        ):
            return None
        known = parsed.people.sex(full) or _guess_sex(full)
    elif other.kind == "nominal" and not other.plural:
        if parsed.frames[other.frame].tokens[other.first].low in _NOBODY:
            return None
        if not other.sex and not _is_somebody_acting(parsed, other):
            return None
        full, known = _complete_phrase(parsed, other), other.sex
    else:
        return None
    if known and sex and known != sex:
        return None
    return ResolvedSpeaker(full, known, other)


#: After the name of a person: an age, an apposition, a clause: «Tom Cole, 42, who».
_SAYS_WHO = re.compile(r",\s(?:\d{2}\b|an?\s|the\s|who\b|whose\b|said\b)")


def _is_in_marks(text: str, other: SpeakerMention) -> bool:
    """Whether a name is all that stands in marks: the title of a work, not a person."""
    before = text[max(0, other.start - 1) : other.start]
    after = text[other.end : other.end + 2].lstrip(".,")[:1]
    return before in _OPENING_MARKS | {"‘", "'"} and after in _CLOSING_MARKS


def _is_surely_somebody(parsed: ParsedText, other: SpeakerMention, full: str) -> bool:
    """Whether a name is a person's, and not that of several things: «Google Maps»."""
    given = full.split()[0].lower()
    several = full.endswith("s") or (is_role_noun(given) and is_plural_role(given))
    return (
        not several
        or other.core > other.first
        or bool(parsed.people.sex(full))
        or given in FEMALE
        or given in MALE
        or _SAYS_WHO.match(parsed.text, other.end) is not None
    )


def _guess_sex(name: str) -> str:
    """The sex of a child or a star who has a given name only; "" if unsure."""
    low = name.lower()
    return "" if (low in FEMALE) == (low in MALE) else "f" if low in FEMALE else "m"


def _find_owner(
    parsed: ParsedText, other: SpeakerMention, sex: str
) -> SpeakerMention | None:
    """Ruth Bell, where «she» follows «Ruth Bell's husband died in May»."""
    frame = parsed.frames[other.frame]
    if other.kind != "nominal" or not sex:
        return None
    if other.sex in {"", sex} and not tells_death(frame, other.last):
        return None
    for name in frame.names:
        if name.first == other.first and name.last < other.last and name.possessive:
            end = frame.tokens[name.last - 1].start
            end += len(frame.tokens[name.last - 1].text.rstrip("s").rstrip("'’"))
            return replace(
                other,
                last=name.last,
                end=end,
                kind="name",
                text=name.text,
                sort="person",
                sex=name.sex,
            )
    return None


def _is_somebody_acting(parsed: ParsedText, other: SpeakerMention) -> bool:
    """Whether a phrase brings in a person who does something: «…, where a pilot …»."""
    tokens = parsed.frames[other.frame].tokens
    if other.possessive or other.after_preposition:
        return False
    if tokens[other.first].low not in _NEW:
        return False
    before = tokens[other.first - 1] if other.first else None
    begins = before is None or before.low in _BEFORE_SUBJECT or before.kind == "cover"
    return begins and is_role_noun(tokens[other.last - 1].low)


def _acts(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether it is the subject after «with»: «…, with Cole — who is ill — leading»."""
    tokens, at = frame.tokens, other.last
    before = [one.low for one in tokens[max(0, other.first - 2) : other.first]]
    if before != [",", "with"]:
        return False
    if at < len(tokens) and tokens[at].text in _ASIDES:
        shut = tokens[at].text
        ends = (n for n in range(at + 1, len(tokens)) if tokens[n].text == shut)
        at = next(ends, at) + 1
    return at < len(tokens) and tokens[at].low.endswith("ing")


def _rate_antecedent(
    parsed: ParsedText,
    frame: SentenceFrame,
    found: ResolvedSpeaker,
    mention: SpeakerMention,
) -> float:
    """Weigh an antecedent by nearness, subject, known sex and frequency."""
    other, people = found.mention, parsed.people
    paragraphs = parsed.frames[mention.frame].paragraph - frame.paragraph
    voiced = _is_voiced(frame, other)
    unsure = other.kind == "name" and not people.is_person(found.speaker)
    value = -0.5 * (mention.frame - frame.index) - 0.9 * min(3, paragraphs)
    if found.sex and found.sex == mention.sex:
        value += 1.0
    new = voiced and frame.tokens[other.first].low in _NEW
    if (other.kind == "nominal" and not new) or (unsure and not voiced):
        value -= 1.5
    if found.speaker in parsed.dead:
        value -= 1.5
    if other.possessive and not other.first:
        value += 1.0
    elif other.possessive or (other.after_preposition and not _acts(frame, other)):
        value -= 1.0
    else:
        value += 1.0
        about = _is_about(frame, other)
        value += 1.1 if voiced else 0.8 if about else 0.0
        if mention.frame - frame.index == 1 and (voiced or (about and not paragraphs)):
            value += _JUST_ACTING
    return value + min(0.8, 0.1 * people.count(found.speaker))


def _resolve_plural(
    parsed: ParsedText, mention: SpeakerMention
) -> ResolvedSpeaker | None:
    for frame, other in _iter_mentions_before(parsed, mention):
        if mention.frame - frame.index > 2:
            return None
        if other.kind == "nominal" and other.plural:
            return ResolvedSpeaker(_complete_phrase(parsed, other), "", other)
        if other.kind == "name" and other.sort == "body":
            return ResolvedSpeaker(parsed.people.full(other.text), "", other)
    return None
