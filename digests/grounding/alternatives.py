"""List what an editor may choose instead of what the composer chose for a story.

The alternatives are of the same kinds as what is shown: headlines of the article that
the story is based on, quotes of all of its articles, the story in full or as one line.
They pass the same gate, so that an edition in which an editor only chose is as grounded
as one without an editor.
"""

from collections.abc import Mapping
from typing import Final

from digests.editing import presentation, quote_selection
from digests.grounding import gate
from digests.language.normalization import normalize_text
from digests.summaries import headlines
from digests.types import (
    Article,
    ArticleAnalysis,
    EditionStyle,
    Headline,
    PublishedLedger,
    RankedStory,
    StoryAlternatives,
)

#: Alternatives of one kind for one story: what a menu shows at a glance.
MOST_HEADLINES: Final = 6
MOST_CARDS: Final = 8


def list_alternatives(
    entry: RankedStory,
    analyses: Mapping[str, ArticleAnalysis],
    style: EditionStyle,
    ledger: PublishedLedger,
    articles: Mapping[str, Article],
) -> StoryAlternatives:
    """The alternatives for a ranked story.

    Args:
        entry: The story.
        analyses: Of its articles.
        style: Settings of the edition.
        ledger: What the digest has published before: no quote of it comes again.
        articles: Its articles by id, in the versions that were analysed.
    """
    story, lead = entry.story, entry.story.articles[0]
    shown = presentation.present_story(entry, analyses, style, ledger)
    full = gate.gate_story(shown, articles)
    line = gate.gate_line(presentation.present_brief(entry, analyses), articles)
    candidates = gate.gate_headlines(
        headlines.list_headlines(lead, MOST_HEADLINES), lead
    )
    first = next((one.headline for one in (full, line) if one is not None), None)
    cards = quote_selection.list_story_cards(story, analyses, MOST_CARDS)
    unseen = [c for c in cards if normalize_text(c.text) not in ledger.quotes]
    chosen = full.cards if full else ()
    return StoryAlternatives(
        story=full,
        line=line,
        headlines=_put_first(first, candidates),
        cards=(
            *chosen,
            *(c for c in gate.gate_cards(unseen, articles) if c not in chosen),
        ),
    )


def _put_first(
    shown: Headline | None, candidates: tuple[Headline, ...]
) -> tuple[Headline, ...]:
    if shown is None:
        return candidates
    others = [one for one in candidates if one.text != shown.text]
    return (shown, *others[: MOST_HEADLINES - 1])
