"""A person's own digest: set up, pause, resume; extract terms from their feedback.

It is posted at most a few times a day, in its person's own time zone. Its sources and
filters are not stored with it: see `bot.storage.personal_digest_store`.
"""

from datetime import datetime

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import Digest
from bot.model.scope import PersonScope, Scope
from bot.publishing import planning
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Interval, Schedule
from bot.storage import (
    Connection,
    destination_store,
    digest_store,
    personal_digest_store,
    reader_store,
    workspace_store,
)
from digests.language import words
from digests.language.normalization import normalize_text
from digests.stories import terms
from digests.types import EditionStory

#: Times a day, at most: it is sent as a direct message.
MAX_DAILY_TIMES = 3


def set_up_personal_digest(
    conn: Connection,
    *,
    whose: PersonScope,
    when: str,
    language: str,
    zone: str,
    now: datetime,
    most: int,
) -> Digest:
    """Create the person's digest or change it; a paused one is resumed.

    Args:
        conn: The database.
        whose: The person.
        when: A schedule sentence, or a time alone; "" = unchanged.
        language: The language of its articles, as a code; "" = unchanged.
        zone: The zone of times that are given without one.
        now: The present instant.
        most: People of the workspace who may have one; 0 = any number.

    Raises:
        UserError: The time or language is not valid, or the first time is missing.
    """
    before = personal_digest_store.find_personal_digest(conn, whose)
    muted: tuple[str, ...] = ()
    if before is not None:
        language = language or before.options.language
        muted = before.options.exclude
    else:
        _check_new(conn, whose.workspace, when, most)
        language = language or personal_digest_store.get_workspace_language(
            conn, whose.workspace
        )
    rule = _parse_rule(when, zone) if when else None
    # It heads the editions, whose other words are in the language of their articles.
    title = Texts.of(language).say("Your digest")
    own = personal_digest_store.upsert_personal_digest(
        conn, whose, name=title, language=language, exclude=muted
    )
    if rule is not None:
        planning.save_schedules(conn, own, [rule], now)
        reader_store.set_preferences(conn, whose, chosen={"zone": rule.zone})
    return resume_personal_digest(conn, whose=whose) or own


def pause_personal_digest(conn: Connection, *, whose: PersonScope) -> Digest | None:
    """Pause the person's digest until it is resumed; None if they have none."""
    own = personal_digest_store.find_personal_digest(conn, whose)
    if own is None:
        return None
    return digest_store.pause_digest(conn, whose.workspace, digest_id=own.id)


def resume_personal_digest(conn: Connection, *, whose: PersonScope) -> Digest | None:
    """Resume the person's digest, even if messages to them could not be delivered."""
    own = personal_digest_store.find_personal_digest(conn, whose)
    if own is None:
        return None
    scope = whose.workspace
    for place in own.destinations:
        destination_store.resume_destination(conn, scope, destination_id=place.id)
    reader_store.set_preferences(conn, whose, chosen={"announced_pause": None})
    return digest_store.resume_digest(conn, scope, digest_id=own.id)


def mute_word(conn: Connection, *, whose: PersonScope, word: str, most: int) -> None:
    """Leave out of the person's digest what mentions the word or words.

    Raises:
        UserError: They have no digest, or muted `most` words already.
    """
    own = personal_digest_store.find_personal_digest(conn, whose)
    if own is None:
        raise UserError("You have no digest of your own: /news me 7:30")
    muted = own.options.exclude
    if normalize_text(word) in map(normalize_text, muted):
        return
    if len(muted) >= most:
        raise UserError("You have muted {most} words. Unmute one first.", most=most)
    _set_muted(conn, whose, own, (*muted, word))


def unmute_word(conn: Connection, *, whose: PersonScope, word: str) -> None:
    """Do not leave out of the person's digest what mentions the word any more."""
    own = personal_digest_store.find_personal_digest(conn, whose)
    if own is not None:
        kept = tuple(one for one in own.options.exclude if one != word)
        _set_muted(conn, whose, own, kept)


def _set_muted(
    conn: Connection, whose: PersonScope, own: Digest, words: tuple[str, ...]
) -> None:
    personal_digest_store.upsert_personal_digest(
        conn, whose, name=own.name, language=own.options.language, exclude=words
    )


def _check_new(conn: Connection, scope: Scope, when: str, most: int) -> None:
    if not when:
        raise UserError("Say when it should come: /news me 7:30")
    # Two people who begin at once are not counted as one.
    workspace_store.lock_workspace(conn, scope)
    if most and personal_digest_store.count_personal_digests(conn, scope) >= most:
        raise UserError(
            "{most} people of this workspace have a digest of their own already; no "
            "more can be set up. Whoever runs this bot can raise the limit.",
            most=most,
        )


def _parse_rule(said: str, zone: str) -> Schedule:
    rule = parse_schedule(said, zone)
    if isinstance(rule.rule, Interval) or len(rule.rule) > MAX_DAILY_TIMES:
        raise UserError(
            "Your own digest comes at up to {times} times of a day: /news me "
            "7:30, or /news me weekdays at 7:30 and 18:00 Europe/London",
            times=MAX_DAILY_TIMES,
        )
    return rule


#: Names and words that are stored for one story.
MAX_SPEAKERS, MAX_WORDS = 2, 3
#: Shorter words say little about the subject of a text.
_MIN_WORD_LENGTH = 5


def extract_feedback_terms(story: EditionStory) -> tuple[str, ...]:
    """Extract the speakers and the headline's main words as terms for filters.

    Words are spelled as in the headline; never empty for a headline with words.
    """
    speakers = dict.fromkeys(
        card.speaker
        for card in story.cards
        if card.speaker and card.speaker[0].isupper()
    )
    lang = story.articles[0].lang if story.articles else None
    about = _list_headline_words(story.headline.text, lang)
    return (*about[:MAX_WORDS], *list(speakers)[:MAX_SPEAKERS])


def _list_headline_words(headline: str, lang: str | None) -> list[str]:
    """List a headline's main words, in order: its topic, or else content words."""
    said = [word for word in headline.split() if normalize_text(word)]
    bare = [word.strip(".,:;!?()[]\"'“”„«»‘’…–—") for word in said]
    topic = terms.find_topic_words(headline, lang)
    chosen = [word for word in bare if words.stem_word(word.lower(), lang) in topic]
    if not chosen:
        content = set(words.extract_stems(headline, lang))
        known = [word for word in bare if word.lower() in content]
        chosen = [word for word in known if len(word) >= _MIN_WORD_LENGTH] or known
    return list(dict.fromkeys(chosen)) or bare[:1]
