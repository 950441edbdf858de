"""Choose which quotations deserve a card, best first, and the quote of the edition.

A whole thought counts more than a fragment, a named speaker more than an unnamed one,
40 to 240 characters more than other lengths, early more than late; words of the lead,
figures and disagreement count too. Each further card of one speaker counts less, and no
speaker has two in a row while another one has a quote that is worth a card. Scare
quotes are never shown as speech.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from digests.cards import content
from digests.language.grammar import AUXILIARIES
from digests.language.normalization import normalize_text
from digests.language.words import word_set
from digests.types import ArticleAnalysis, EditionStory, Quote, QuoteCard, Story

_SHORT, _LONG, _TOO_LONG = 40, 240, 480
_SCARE_WORDS = 3
#: Quotes that are balanced between speakers; more than any edition shows.
_MOST = 100
_FRAGMENT_WORDS = 5
_LEAD_LENGTH = 600
_SIGNS = ".,!?;:…\"'“”‘’«»"
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
#: From this worth on, another speaker's card precedes a second one of the same speaker.
_SOMETHING = 3.5

SIGN_WEIGHTS = {
    "whole thought": 3.0,
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
_LEADING_SPACES = re.compile(r"\s*")


def select_quotes(quotes: Sequence[Quote], text: str) -> tuple[Quote, ...]:
    """The quotations worth a card, best first.

    Args:
        quotes: The quotes of `text`.
        text: The article that the offsets point into.
    """
    lead = _lead_words(text)
    length = len(text)
    fit = [
        (_rate_quote(quote, lead, length), quote)
        for quote in quotes
        if _is_showable(quote)
    ]
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


def _is_showable(quote: Quote) -> bool:
    """Whether it is speech, and no scare quote, name or slogan."""
    words = quote.text.split()
    if quote.kind == "direct":
        return len(words) > 1 or quote.speaker is not None
    if quote.speaker is None or quote.cue is None:
        return len(words) > _FRAGMENT_WORDS
    if len(words) < _SCARE_WORDS:
        return len(words) > 1 and quote.confidence > 0.5 and not _is_titled(words)
    return not _is_titled(words)


def _is_titled(words: Sequence[str]) -> bool:
    long = [word for word in words if len(word) > 3]
    return bool(long) and all(word[0].isupper() for word in long)


def _lead_words(text: str) -> frozenset[str]:
    """The longer words of the first paragraph, in lower case."""
    begins = _LEADING_SPACES.match(text)
    start = begins.end() if begins else 0
    end = text.find("\n", start)
    first = text[start : end if end >= 0 else start + _LEAD_LENGTH][:_LEAD_LENGTH]
    low = (word.strip(_SIGNS).lower() for word in first.split())
    return frozenset(word for word in low if len(word) >= _TELLING)


def _rate_quote(quote: Quote, lead: frozenset[str], length: int) -> float:
    words = quote.text.split()
    signs = [_length_sign(len(quote.text))]
    if quote.kind == "direct":
        signs.append("whole thought")
    if len(words) <= _FRAGMENT_WORDS:
        signs.append("fragment")
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
    return signs


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
    """The first named, whole thought of the edition that fits a card."""
    shown = [card for story in stories for card in story.cards]
    fitting = [c for c in shown if c.speaker and len(c.text) in EDITION_QUOTE_LENGTH]
    return next(iter(fitting), None)


def build_story_cards(
    story: Story, analyses: Mapping[str, ArticleAnalysis], most: int
) -> tuple[QuoteCard, ...]:
    """The cards of a story: quotes of the lead first, then those of the others."""
    chosen: list[QuoteCard] = []
    seen: list[str] = []
    for article in story.articles:
        found = analyses[article.id].quotes
        for quote in select_quotes(found, article.text):
            words = normalize_text(quote.text).strip(" .,;:!?")
            if len(chosen) == most:
                return tuple(chosen)
            if not any(words in other or other in words for other in seen):
                seen.append(words)
                chosen.append(content.build_card(article, quote))
    return tuple(chosen)
