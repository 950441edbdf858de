"""An edition as one message of the local page: pure, and free of markup.

The payload is structure (version 1); the templates alone turn it into HTML and escape
it. Same edition and context, same part. Texts are shortened to `limits`, quotes never:
one that is too long is left out, and the story's detail shows it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.platforms import wording
from bot.platforms.inert import clip, link
from bot.platforms.local import limits
from bot.platforms.local.cards import article_href, card_view
from bot.platforms.local.plain import edition_text
from bot.texts import Texts
from bot.types import Part, RenderContext
from digests.sections import Layout, Section, layout
from digests.types import (
    ArticleRef,
    Brief,
    Card,
    Edition,
    EditionStory,
    Sentence,
    ToldFigure,
)

VERSION: Final = 1
#: What a story has where no digest chose: figures and further quotes are folded away.
USUAL: Final[tuple[Section, ...]] = ("summary", "matters", "quotes", "figures")


def render(edition: Edition, context: RenderContext) -> tuple[Part, ...]:
    """The edition as the local page's one part, with its twin in plain words."""
    texts = Texts.of(context.locale)
    stories = edition.stories[: limits.STORIES]
    laid_out = layout(edition.sections, USUAL)
    brief = edition.brief[: limits.BRIEF] if laid_out.also != "nowhere" else ()
    payload = {
        "kind": "edition",
        "version": VERSION,
        "id": context.edition_id,
        "lang": context.locale,
        **_layout(laid_out, edition),
        "title": clip(edition.title, limits.HEADLINE),
        "day": wording.day(edition, context, texts),
        "counts": wording.counts(edition, texts),
        "late": wording.late(edition, context, texts) if context.late else "",
        "stories": [
            _story(number, story, edition, context, texts)
            for number, story in enumerate(stories, 1)
        ],
        "hero": _hero(edition, context, texts) if laid_out.hero else None,
        "brief": [_brief(one, edition, context, texts) for one in brief],
        "controls": _controls(stories, texts),
        "honesty": wording.honesty(edition, context, texts),
        "end": wording.end(edition, context, texts),
    }
    return (Part(key="1", payload=payload, fallback_text=edition_text(payload)),)


def _layout(laid_out: Layout, edition: Edition) -> dict[str, Any]:
    """The order of what stands here, where a digest has chosen one."""
    if edition.sections is None:
        return {}
    return {"layout": {"story": list(laid_out.story), "also": laid_out.also}}


# ── stories ────────────────────────────────────────────────────────────────────


def _story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> dict[str, Any]:
    told = story.articles[0]
    revisions = {ref.id: ref.revision for ref in story.articles}
    shows = layout(edition.sections, USUAL).story
    quoted = story.cards if "quotes" in shows else ()
    counted = "figures" in shows
    cards = [card for card in quoted if len(card.text) <= limits.QUOTE]
    cards = cards[: limits.CARDS]
    shown = _shown_card(cards, edition.hero)
    folded = [card for card in cards if card != shown]
    return {
        "number": number,
        "id": story.id,
        "headline": clip(story.headline.text, limits.HEADLINE),
        "link": _link(told),
        "lang": told.lang or "en",
        "update": texts.say("Update") if story.update else "",
        "summary": [
            _sentence(sentence, told)
            for sentence in story.summary[: limits.SENTENCES]
            if "summary" in shows
        ],
        "source": wording.source(story, edition.made_at, context, texts),
        "notes": wording.corrected(story.notes, edition, context, texts),
        "shown": card_view(shown, texts, context.zone) if shown else None,
        "cards": [card_view(card, texts, context.zone) for card in folded],
        "matters": (
            _sentence(story.matters, told)
            if story.matters and "matters" in shows
            else None
        ),
        "disputes": [
            [_side(told, revisions.get(told.article)) for told in (d.ours, d.theirs)]
            for d in story.disputes[: limits.FIGURES]
            if counted
        ],
        "figures": [
            _figure(figure, revisions.get(figure.article))
            for figure in story.figures[: limits.FIGURES]
            if counted
        ],
        "more": _more(folded, _folded_figures(story, edition), shown, texts),
    }


def _folded_figures(story: EditionStory, edition: Edition) -> Sequence[ToldFigure]:
    """Figures are folded away unless a digest says where they stand."""
    return story.figures[: limits.FIGURES] if edition.sections is None else ()


def _shown_card(cards: Sequence[Card], hero: Card | None) -> Card | None:
    """The quote that a story shows at once: whole, named, short, not the hero."""
    fitting = (
        card
        for card in cards
        if card.speaker
        and card != hero
        and not card.text[:1].islower()
        and len(card.text) <= limits.QUOTE_SHOWN
    )
    return next(fitting, None)


def _link(ref: ArticleRef) -> dict[str, str]:
    """Where a headline leads: the outlet's page, or our own with the stored text."""
    outside = link(ref.url)
    if outside is not None:
        return {"href": outside.href, "host": outside.host}
    return {"href": article_href(ref.id, ref.revision), "host": ""}


def _sentence(sentence: Sentence, told: ArticleRef) -> dict[str, str]:
    return {
        "text": clip(sentence.text, limits.SENTENCE),
        "href": article_href(
            told.id, sentence.revision or told.revision, *sentence.spans
        ),
    }


def _figure(told: ToldFigure, revision: str | None) -> dict[str, str]:
    figure = told.figure
    return {
        "text": clip(figure.text, limits.LABEL),
        "what": clip(figure.what, limits.LABEL),
        "href": article_href(told.article, told.revision or revision, figure.sentence),
    }


def _side(told: ToldFigure, revision: str | None) -> dict[str, str]:
    """One outlet's figure, where outlets differ."""
    return {**_figure(told, revision), "source": clip(told.source, limits.LABEL)}


def _more(
    cards: Sequence[Card],
    figures: Sequence[ToldFigure],
    shown: Card | None,
    texts: Texts,
) -> str:
    """The label of what is folded away: «2 more quotes · 3 figures»."""
    quotes, numbers = len(cards), len(figures)
    parts = []
    if quotes and shown:
        parts.append(texts.count("{n} more quote", "{n} more quotes", quotes))
    elif quotes:
        parts.append(texts.count("{n} quote", "{n} quotes", quotes))
    if numbers:
        parts.append(texts.count("{n} figure", "{n} figures", numbers))
    return " · ".join(parts)


# ── the rest ───────────────────────────────────────────────────────────────────


def _hero(
    edition: Edition, context: RenderContext, texts: Texts
) -> dict[str, Any] | None:
    card = edition.hero
    if card is None or len(card.text) > limits.QUOTE:
        return None
    return card_view(card, texts, context.zone)


def _brief(
    brief: Brief, edition: Edition, context: RenderContext, texts: Texts
) -> dict[str, Any]:
    return {
        "notes": wording.corrected(brief.notes[-1:], edition, context, texts),
        "headline": clip(brief.headline.text, limits.HEADLINE),
        "link": _link(brief.article),
        "lang": brief.article.lang or "en",
        "source": clip(brief.outlets[0] if brief.outlets else "", limits.LABEL),
    }


def _controls(stories: Iterable[EditionStory], texts: Texts) -> Mapping[str, Any]:
    options = [
        {
            "id": f"v1:story:{story.id}",
            "label": f"{number}. {clip(story.headline.text, limits.LABEL)}",
        }
        for number, story in enumerate(stories, 1)
    ]
    buttons = [
        {"id": "v1:quotes", "label": texts.say("Quotes")},
        {"id": "v1:figures", "label": texts.say("Figures")},
    ]
    label = texts.say("Read more about…")
    select = {"label": label, "options": options} if options else None
    return {"select": select, "buttons": buttons}
