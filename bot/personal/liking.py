"""What of a story counts when somebody wants more or less of such; pure."""

from digests.language import words
from digests.language.fold import fold
from digests.stories import terms
from digests.types import EditionStory

#: Names and words that are kept of one story.
SPEAKERS, WORDS = 2, 3
#: Shorter words say little of what a text is about.
_TELLING_LENGTH = 5


def terms_of(story: EditionStory) -> tuple[str, ...]:
    """Who is quoted and what the headline is about, as filters take them.

    Words stand as the headline has them; never empty for a headline with words.
    """
    speakers = dict.fromkeys(
        card.speaker
        for card in story.cards
        if card.speaker and card.speaker[0].isupper()
    )
    lang = story.articles[0].lang if story.articles else None
    about = _about(story.headline.text, lang)
    return (*about[:WORDS], *list(speakers)[:SPEAKERS])


def _about(headline: str, lang: str | None) -> list[str]:
    """The telling words of a headline in its order, the rare ones before the rest."""
    said = [word for word in headline.split() if fold(word)]
    bare = [word.strip(".,:;!?()[]\"'“”„«»‘’…–—") for word in said]
    rare = terms.rare(headline, lang)
    chosen = [word for word in bare if word.lower() in rare]
    if not chosen:
        content = set(words.content(headline, lang))
        known = [word for word in bare if word.lower() in content]
        chosen = [word for word in known if len(word) >= _TELLING_LENGTH] or known
    return list(dict.fromkeys(chosen)) or bare[:1]
