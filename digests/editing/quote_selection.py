"""Choose the quotations of a story that deserve a card, and the quote of the edition.

A short list beats a wall: at most two, in the article's order, of different speakers
where possible. Each is a whole thought that stands alone, of a speaker whom the article
names, and none repeats the summary. Where nothing qualifies there is no card.

Among those that qualify, a named speaker counts more than an unnamed one, 40 to 240
characters more than other lengths, early more than late; words of the lead, figures and
disagreement count too.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from digests.cards import content
from digests.language.grammar import AUXILIARIES
from digests.language.names import PLACES
from digests.language.normalization import normalize_text
from digests.language.words import word_set
from digests.quotes.reporting import PREPOSITIONS
from digests.types import (
    ArticleAnalysis,
    ArticleKind,
    EditionStory,
    Quote,
    QuoteCard,
    Sentence,
    Story,
)

_SHORT, _LONG, _TOO_LONG = 40, 240, 480
#: Quotes that are balanced between speakers; more than any edition shows.
_MOST = 100
_FRAGMENT_WORDS = 5
_LEAD_LENGTH = 600
_SIGNS = ".,!?;:…\"'“”‘’«»"
_ADDING = word_set("""
    added adds adding continued continues continuing concluded replied responded
    ergänzte fügte
""")
_INNER_MARKS = ('"', " '", "“", " ‘", "„", "»")
#: A quotation of less worth is small talk or of somebody unsure: no card.
_LEAST_WORTH = 4.0
_LEAST_CONFIDENCE = 0.25
_FIRST_PERSON = word_set("""
    i we my our us me i'm we're i've we've ich wir uns mir mich unser unsere
""")
_DISAGREEING = word_set("""
    not no never nobody nothing neither nor cannot but wrong against refuse reject
    instead rather without nicht kein keine nie niemand aber falsch gegen ohne sondern
""")
_NUMBERS = word_set("""
    two three four five six seven eight nine ten dozen hundred thousand million billion
    percent half twice zwei drei vier fünf sechs hundert tausend prozent
""")
#: The least length of a word that says what a text is about.
_TELLING = 5
_LEAD_WORDS = 2
#: The share of a text's longer words that makes it a repetition of another one.
_REPEATED, _FEWEST_SHARED = 0.7, 3
#: From this worth on, another speaker's card precedes a second one of the same speaker.
_SOMETHING = 3.5

SIGN_WEIGHTS = {
    "whole thought": 3.0,
    "opens the utterance": 1.5,
    "tells of other words": -1.0,
    "adds to other words": -0.5,
    "named": 2.0,
    "unnamed": 0.5,
    "nobody": -2.0,
    "good length": 2.0,
    "longer": 0.0,
    "too long": -2.5,
    "fragment": -3.0,
    "first person": 0.5,
    "ends a sentence": 0.6,
    "has figures": 0.6,
    "disagrees": 0.5,
    "word of the lead": 0.4,
    "sure": 1.0,
    "late": -1.0,
    "leans on words before": -0.7,
    "same voice again": -1.6,
    "same utterance again": -1.0,
}
_LEANING = word_set("""
    and but or so that's that it it's this those these he she they then such still nor
    because which und aber oder das dann denn
""")
#: A longer phrase for a speaker holds more than who it is.
_LONGEST_PHRASE = 7
#: Kinds in which a writer tells what unnamed people said to make a point.
_AUTHORED_KINDS: frozenset[ArticleKind] = frozenset(
    ("opinion", "letter", "review", "advice", "feature")
)
_ANYBODY = word_set("""
    people men women children fans crowd critics supporters opponents voters readers
    users viewers others everyone everybody they they're we it you who those these
    leute menschen kritiker fans anhänger gegner sie wir
""")
_SOME = word_set("some many several most any somebody someone one another einige viele")
_LEADING_SPACES = re.compile(r"\s*")


def select_quotes(
    quotes: Sequence[Quote], text: str, kind: ArticleKind = "news"
) -> tuple[Quote, ...]:
    """The quotations worth a card, best first.

    Args:
        quotes: The quotes of `text`.
        text: The article that the offsets point into.
        kind: The article's kind; in an author's own text only named people are quoted.
    """
    lead = _lead_words(text)
    length = len(text)
    openings = {quote.group: quote.start for quote in reversed(quotes)}
    fit = [
        (_rate_quote(quote, lead, length, openings), quote)
        for quote in quotes
        if _is_showable(quote, kind)
    ]
    fit = [pair for pair in fit if pair[0] >= _LEAST_WORTH]
    fit.sort(key=lambda pair: (-pair[0], pair[1].start))
    rest = [quote for _, quote in fit[_MOST:]]
    return (*_balance_voices(fit[:_MOST]), *rest)


def _balance_voices(left: list[tuple[float, Quote]]) -> list[Quote]:
    """Order by worth, which decreases with every card of the same speaker."""
    chosen: list[Quote] = []
    voices: Counter[str | None] = Counter()
    groups: Counter[int] = Counter()

    def now(at: int) -> float:
        worth, quote = left[at]
        again = SIGN_WEIGHTS["same voice again"] * voices[quote.speaker]
        return (
            worth + again + SIGN_WEIGHTS["same utterance again"] * groups[quote.group]
        )

    while left:
        last = chosen[-1].speaker if chosen else ""
        others = [
            at
            for at, (worth, quote) in enumerate(left)
            if quote.speaker != last and worth >= _SOMETHING
        ]
        _, quote = left.pop(max(others or range(len(left)), key=now))
        chosen.append(quote)
        voices[quote.speaker] += 1
        groups[quote.group] += 1
    return chosen


def _is_showable(quote: Quote, kind: ArticleKind) -> bool:
    """Whether it stands alone, is not too long, and its speaker may be shown."""
    if not quote.alone or quote.speaker is None or len(quote.text) > _TOO_LONG:
        return False
    if quote.confidence < _LEAST_CONFIDENCE or _is_nobody(quote.speaker):
        return False
    if is_named_speaker(quote.speaker):
        return True
    return kind not in _AUTHORED_KINDS and not _is_anybody(quote.speaker)


def _is_nobody(speaker: str) -> bool:
    """Whether it is a place, or no name at all: «Against Cole» of a headline."""
    first = speaker.split()[0].lower()
    return speaker.lower() in PLACES or first in PREPOSITIONS


def _is_anybody(speaker: str) -> bool:
    """Whether a phrase names nobody in particular: «people», «some critics»."""
    words = [word.strip(_SIGNS).lower() for word in speaker.split()]
    if len(words) > _LONGEST_PHRASE:
        return True
    return words[-1] in _ANYBODY or words[0] in _SOME


def _lead_words(text: str) -> frozenset[str]:
    """The longer words of the first paragraph, in lower case."""
    begins = _LEADING_SPACES.match(text)
    start = begins.end() if begins else 0
    end = text.find("\n", start)
    first = text[start : end if end >= 0 else start + _LEAD_LENGTH][:_LEAD_LENGTH]
    low = (word.strip(_SIGNS).lower() for word in first.split())
    return frozenset(word for word in low if len(word) >= _TELLING)


def _rate_quote(
    quote: Quote, lead: frozenset[str], length: int, openings: Mapping[int, int]
) -> float:
    words = quote.text.split()
    signs = [_length_sign(len(quote.text))]
    if quote.kind == "direct":
        signs.append("whole thought")
    if len(words) <= _FRAGMENT_WORDS:
        signs.append("fragment")
    if openings[quote.group] == quote.start:
        signs.append("opens the utterance")
    if quote.cue is not None and quote.cue.lower() in _ADDING:
        signs.append("adds to other words")
    signs.append(_voice_sign(quote.speaker))
    signs += _word_signs(quote.text, words)
    low = {word.strip(_SIGNS).lower() for word in words}
    return (
        sum(SIGN_WEIGHTS[sign] for sign in signs if sign)
        + SIGN_WEIGHTS["word of the lead"] * min(_LEAD_WORDS, len(low & lead))
        + SIGN_WEIGHTS["sure"] * quote.confidence
        + SIGN_WEIGHTS["late"] * quote.start / max(1, length)
    )


def _word_signs(text: str, words: Sequence[str]) -> list[str]:
    """The signs of worth in the words themselves."""
    low = [word.lower().strip(_SIGNS).replace("’", "'") for word in words]
    signs = []
    if _FIRST_PERSON.intersection(low):
        signs.append("first person")
    if low[0] in _LEANING or (text[0].islower() and low[0] in AUXILIARIES):
        signs.append("leans on words before")
    if text[-1] in ".!?…":
        signs.append("ends a sentence")
    if any(map(str.isdigit, text)) or _NUMBERS.intersection(low):
        signs.append("has figures")
    if _DISAGREEING.intersection(low) or any(one.endswith("n't") for one in low):
        signs.append("disagrees")
    if any(mark in text for mark in _INNER_MARKS):
        signs.append("tells of other words")
    return signs


def _rate_words(text: str) -> float:
    """The worth of quoted words without regard to who says them."""
    return sum(SIGN_WEIGHTS[sign] for sign in _word_signs(text, text.split()))


def _length_sign(length: int) -> str:
    if length < _SHORT:
        return ""
    if length <= _LONG:
        return "good length"
    return "longer" if length <= _TOO_LONG else "too long"


def _voice_sign(speaker: str | None) -> str:
    if speaker is None:
        return "nobody"
    return "named" if is_named_speaker(speaker) else "unnamed"


def is_named_speaker(speaker: str) -> bool:
    """Whether a speaker has a name, and not a noun phrase («a spokesman»)."""
    words = speaker.split()
    return words[0][0].isupper() and words[-1][0].isupper()


EDITION_QUOTE_LENGTH = range(40, 241)


def choose_edition_quote(stories: Sequence[EditionStory]) -> QuoteCard | None:
    """The best named quotation of the first story that has one that fits a card."""
    for story in stories:
        fitting = [
            card
            for card in story.cards
            if card.speaker and len(card.text) in EDITION_QUOTE_LENGTH
        ]
        if fitting:
            return max(fitting, key=lambda card: _rate_words(card.text))
    return None


def build_story_cards(
    story: Story,
    analyses: Mapping[str, ArticleAnalysis],
    most: int,
    summary: Sequence[Sentence] = (),
) -> tuple[QuoteCard, ...]:
    """The cards of a story: those of the lead first, each article's in its order.

    Args:
        story: The story.
        analyses: Of its articles, by id.
        most: The greatest number of cards.
        summary: The sentences that are shown; no card repeats them.
    """
    seen = [_plain_words(sentence.text) for sentence in summary]
    voices: set[str | None] = set()
    cards: list[QuoteCard] = []
    for article in story.articles:
        found = analyses[article.id]
        chosen: list[Quote] = []
        for quote in select_quotes(found.quotes, article.text, found.kind):
            if len(cards) + len(chosen) >= most:
                break
            words = _plain_words(quote.text)
            if quote.speaker in voices or _is_repeated(words, seen):
                continue
            voices.add(quote.speaker)
            seen.append(words)
            chosen.append(quote)
        chosen.sort(key=lambda quote: quote.start)
        cards += (content.build_card(article, quote) for quote in chosen)
    return tuple(cards)


def _plain_words(text: str) -> str:
    return normalize_text(text).strip(" .,;:!?")


def _is_repeated(words: str, seen: Sequence[str]) -> bool:
    """Whether a text says again what is shown, at least by most longer words."""
    long = {word for word in words.split() if len(word) >= _TELLING}
    for other in seen:
        if words in other or other in words:
            return True
        shared = sum(word in other for word in long)
        if len(long) >= _FEWEST_SHARED and shared >= _REPEATED * len(long):
            return True
    return False
