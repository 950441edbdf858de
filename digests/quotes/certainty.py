"""Rate how sure it is who said a quotation. A wrong name on a card is the worst error.

A speaker who is named beside the reporting word is as sure as the scores are. One who
is inferred, from «he» or because the same person goes on, is in doubt as soon as
somebody else came in between, is the subject of the sentence, or if the antecedent may
be no person. What is in doubt is resolved all the same, and is shown nowhere.
"""

import math
from collections.abc import Sequence

from digests.quotes.parsing import ParsedText, SentenceFrame
from digests.quotes.speaker_mentions import SpeakerMention
from digests.quotes.speakers import ResolvedSpeaker

#: A speaker in doubt; no card has one of so little confidence.
_IN_DOUBT = 0.2
#: Sentences between a speaker and the words, of which the others are not examined.
_FARTHEST = 12


def rate_confidence(
    parsed: ParsedText,
    frame: SentenceFrame,
    who: ResolvedSpeaker,
    mention: SpeakerMention,
    margin: float,
    *,
    reported: bool,
    continues: bool,
) -> float:
    """How sure the speaker of a quotation is, from 0 to 1.

    Args:
        parsed: The article.
        frame: The sentence of the quotation.
        who: Who is taken for the speaker.
        mention: What stands for the speaker in the text: a name, a phrase, «he».
        margin: By how much its score is better than the next one.
        reported: Whether the quotation has a reporting word of its own.
        continues: Whether it has its speaker from another quotation.
    """
    sure = round(1 - math.exp(-margin / 3), 2)
    doubtful = (
        _is_of_the_dead(parsed, frame, who, mention, continues=continues)
        or (mention.kind == "pronoun" and _may_mean_another(parsed, who, mention))
        or (
            (not reported or (continues and mention.kind == "name"))
            and _names_another(parsed, who, mention, frame)
        )
    )
    return min(sure, _IN_DOUBT) if doubtful else sure


def _is_of_the_dead(
    parsed: ParsedText,
    frame: SentenceFrame,
    who: ResolvedSpeaker,
    mention: SpeakerMention,
    *,
    continues: bool,
) -> bool:
    """Whether the dead would speak, who are not named beside the words."""
    beside = continues or mention.frame == frame.index
    return who.speaker in parsed.dead and not (beside and mention.kind == "name")


def _may_mean_another(
    parsed: ParsedText, who: ResolvedSpeaker, mention: SpeakerMention
) -> bool:
    """Whether «he» may be another one than was taken, or a newspaper."""
    named = who.mention
    if named.kind != "name":
        return False
    if who.speaker not in parsed.persons or _has_article(parsed, named):
        return True
    frame = parsed.frames[named.frame]
    first = next(iter(frame.free), named)
    if first.first < named.first and not frame.reports(named.last):
        beside = [one for one in frame.free if one is not named]
        if any(_is_other_person(parsed, one, who) for one in beside):
            return True
    return any(
        _is_other_person(parsed, one, who)
        for frame in _list_between(parsed, named.frame, mention.frame)
        for one in frame.free
        if one.start < mention.start
    )


def _names_another(
    parsed: ParsedText,
    who: ResolvedSpeaker,
    mention: SpeakerMention,
    frame: SentenceFrame,
) -> bool:
    """Whether somebody else is named between a speaker and the words."""
    begins = min(
        (parsed.stretches[number].start for number in frame.quotes), default=frame.end
    )
    return any(
        _is_other_person(parsed, one, who)
        for frame in _list_between(parsed, mention.frame, frame.index)
        for one in frame.mentions
        if one.start < begins
    )


def _list_between(
    parsed: ParsedText, before: int, last: int
) -> Sequence[SentenceFrame]:
    """The sentences after `before` up to `last`."""
    return parsed.frames[max(before, last - _FARTHEST) + 1 : last + 1]


def _has_article(parsed: ParsedText, named: SpeakerMention) -> bool:
    """Whether it is «the Chronicle»."""
    return parsed.frames[named.frame].tokens[named.first].low == "the"


def _is_other_person(
    parsed: ParsedText, other: SpeakerMention, who: ResolvedSpeaker
) -> bool:
    """Whether a mention names somebody else, who could have spoken."""
    if other.kind != "name" or other.possessive:
        return False
    full = parsed.people.full(other.text, other.sex, other.start)
    if full == who.speaker or not {*full.split()}.isdisjoint(who.speaker.split()):
        return False
    sex = parsed.people.sex(full) or other.sex
    if sex and who.sex and sex != who.sex:
        return False
    return full in parsed.persons
