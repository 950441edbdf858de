"""Render an edition as the local page's payload, with its plain-text form. Pure.

The payload is structure (version 1); the templates alone turn it into HTML and escape
it. Same edition and context, same part. Texts are shortened to `limits`, quotes never:
one that is too long is left out, and the story's detail shows it.

The words between the outer marks are the stored ones. The marks themselves are those
of the quote's own language.

It says what the page says, in the same order, without markup. It reads the payload
that `render` built and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from bot.i18n.translation import Texts
from bot.model import MessagePart, RenderContext
from bot.platforms.common import edition_text
from bot.platforms.common.text import (
    get_quotation_marks,
    make_link,
    sanitize_text,
    shorten_text,
)
from bot.platforms.local import limits
from digests.types import (
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    QuoteCard,
    Section,
    SectionLayout,
    Sentence,
    Span,
    arrange_sections,
)

VERSION: Final = 1
#: What a story has where no digest chose: figures and further quotes are folded away.
DEFAULT_SECTIONS: Final[tuple[Section, ...]] = (
    "summary",
    "matters",
    "quotes",
    "figures",
)


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """The edition as the local page's one part, with its twin in plain words."""
    texts = Texts.of(context.locale)
    stories = edition.stories[: limits.STORIES]
    laid_out = arrange_sections(edition.sections, DEFAULT_SECTIONS)
    brief = edition.brief[: limits.BRIEF] if laid_out.also != "nowhere" else ()
    payload = {
        "kind": "edition",
        "version": VERSION,
        "id": context.edition_id,
        "lang": context.locale,
        **_build_layout(laid_out, edition),
        "title": shorten_text(edition.title, limits.HEADLINE),
        "day": edition_text.format_edition_date(edition, context, texts),
        "counts": edition_text.format_counts(edition, texts),
        "late": edition_text.format_late_notice(edition, context, texts)
        if context.late
        else "",
        "stories": [
            _build_story(number, story, edition, context, texts)
            for number, story in enumerate(stories, 1)
        ],
        "hero": _build_hero(edition, context, texts) if laid_out.hero else None,
        "brief": [_build_brief(one, edition, context, texts) for one in brief],
        "controls": _build_controls(stories, texts),
        "honesty": edition_text.format_method_note(edition, context, texts),
        "end": edition_text.format_closing(edition, context, texts),
    }
    return (
        MessagePart(
            key="1", payload=payload, fallback_text=format_edition_text(payload)
        ),
    )


def _build_layout(laid_out: SectionLayout, edition: Edition) -> dict[str, Any]:
    """The order of what stands here, where a digest has chosen one."""
    if edition.sections is None:
        return {}
    return {"layout": {"story": list(laid_out.story), "also": laid_out.also}}


# ── stories ────────────────────────────────────────────────────────────────────


def _build_story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> dict[str, Any]:
    reported = story.articles[0]
    revisions = {ref.id: ref.revision for ref in story.articles}
    shows = arrange_sections(edition.sections, DEFAULT_SECTIONS).story
    quoted = story.cards if "quotes" in shows else ()
    counted = "figures" in shows
    cards = [card for card in quoted if len(card.text) <= limits.QUOTE]
    cards = cards[: limits.CARDS]
    shown = _choose_shown_card(cards, edition.hero)
    folded = [card for card in cards if card != shown]
    return {
        "number": number,
        "id": story.id,
        "headline": shorten_text(story.headline.text, limits.HEADLINE),
        "link": _build_link(reported),
        "lang": reported.lang or "en",
        "update": texts.say("Update") if story.update else "",
        "summary": [
            _build_sentence(sentence, reported)
            for sentence in story.summary[: limits.SENTENCES]
            if "summary" in shows
        ],
        "source": edition_text.format_source(story, edition.made_at, context, texts),
        "notes": edition_text.format_corrections(story.notes, edition, context, texts),
        "shown": build_card_view(shown, texts, context.zone) if shown else None,
        "cards": [build_card_view(card, texts, context.zone) for card in folded],
        "matters": (
            _build_sentence(story.matters, reported)
            if story.matters and "matters" in shows
            else None
        ),
        "disputes": [
            [
                _build_side(reported, revisions.get(reported.article))
                for reported in (d.ours, d.theirs)
            ]
            for d in story.disputes[: limits.FIGURES]
            if counted
        ],
        "figures": [
            _build_figure(figure, revisions.get(figure.article))
            for figure in story.figures[: limits.FIGURES]
            if counted
        ],
        "more": _label_folded(
            folded, _select_folded_figures(story, edition), shown, texts
        ),
    }


def _select_folded_figures(
    story: EditionStory, edition: Edition
) -> Sequence[EditionFigure]:
    """Figures are folded away unless a digest says where they stand."""
    return story.figures[: limits.FIGURES] if edition.sections is None else ()


def _choose_shown_card(
    cards: Sequence[QuoteCard], hero: QuoteCard | None
) -> QuoteCard | None:
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


def _build_link(ref: ArticleRef) -> dict[str, str]:
    """Where a headline leads: the outlet's page, or our own with the stored text."""
    outside = make_link(ref.url)
    if outside is not None:
        return {"href": outside.href, "host": outside.host}
    return {"href": build_article_href(ref.id, ref.revision), "host": ""}


def _build_sentence(sentence: Sentence, reported: ArticleRef) -> dict[str, str]:
    return {
        "text": shorten_text(sentence.text, limits.SENTENCE),
        "href": build_article_href(
            reported.id, sentence.revision or reported.revision, *sentence.spans
        ),
    }


def _build_figure(reported: EditionFigure, revision: str | None) -> dict[str, str]:
    figure = reported.figure
    return {
        "text": shorten_text(figure.text, limits.LABEL),
        "what": shorten_text(figure.what, limits.LABEL),
        "href": build_article_href(
            reported.article, reported.revision or revision, figure.sentence
        ),
    }


def _build_side(reported: EditionFigure, revision: str | None) -> dict[str, str]:
    """One outlet's figure, where outlets differ."""
    return {
        **_build_figure(reported, revision),
        "source": shorten_text(reported.source, limits.LABEL),
    }


def _label_folded(
    cards: Sequence[QuoteCard],
    figures: Sequence[EditionFigure],
    shown: QuoteCard | None,
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


def _build_hero(
    edition: Edition, context: RenderContext, texts: Texts
) -> dict[str, Any] | None:
    card = edition.hero
    if card is None or len(card.text) > limits.QUOTE:
        return None
    return build_card_view(card, texts, context.zone)


def _build_brief(
    brief: BriefStory, edition: Edition, context: RenderContext, texts: Texts
) -> dict[str, Any]:
    return {
        "notes": edition_text.format_corrections(
            brief.notes[-1:], edition, context, texts
        ),
        "headline": shorten_text(brief.headline.text, limits.HEADLINE),
        "link": _build_link(brief.article),
        "lang": brief.article.lang or "en",
        "source": shorten_text(brief.outlets[0] if brief.outlets else "", limits.LABEL),
    }


def _build_controls(stories: Iterable[EditionStory], texts: Texts) -> Mapping[str, Any]:
    options = [
        {
            "id": f"v1:story:{story.id}",
            "label": f"{number}. {shorten_text(story.headline.text, limits.LABEL)}",
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


#: Stands for the stored revision that is read at present.
NEWEST: Final = "newest"


def build_article_href(article: str, revision: str | None, *spans: Span) -> str:
    """The address of our own page with an article's stored text.

    Args:
        article: The article's id.
        revision: The stored version that `spans` point into; None for the newest.
        spans: The words to mark there.
    """
    path = f"/articles/{quote(article, safe='')}/{quote(revision or NEWEST, safe='')}"
    if not spans:
        return path
    places = [pair for s in spans for pair in (("from", s.start), ("to", s.end))]
    return f"{path}?{urlencode(places)}#here"


def build_card_view(card: QuoteCard, texts: Texts, zone: str) -> dict[str, Any]:
    """A card as JSON structure: what the template `card` shows."""
    opening, closing = get_quotation_marks(card.lang)
    unnamed = texts.say("speaker not named in the text")
    speaker = shorten_text(card.speaker or unnamed, limits.LABEL)
    role = shorten_text(card.role or "", limits.LABEL)
    if role and role.casefold() in speaker.casefold():
        role = ""
    at = card.published
    outside = make_link(card.url)
    return {
        "text": card.text,
        "opening": opening,
        "closing": closing,
        "lang": card.lang,
        "speaker": speaker,
        "named": card.speaker is not None,
        "role": role,
        "outlet": shorten_text(card.source, limits.LABEL),
        "date": texts.weekday_date(edition_text.to_local_date(at, zone)) if at else "",
        "href": build_article_href(card.article, card.revision, card.span),
        "outside": outside.href if outside else "",
        "host": outside.host if outside else "",
        "alt": card.alt,
        "withdrawn": texts.say("withdrawn") if card.withdrawn else "",
    }


#: The order of a payload that says none.
_DEFAULT_LAYOUT: Final[Mapping[str, Any]] = {
    "story": ("summary", "matters", "quotes", "figures"),
    "also": "below",
}


def format_edition_text(payload: Mapping[str, Any]) -> str:
    """The whole edition as lines of text."""
    return sanitize_text("\n".join(_list_lines(payload)))


def _list_lines(payload: Mapping[str, Any]) -> Iterator[str]:
    yield f"{payload['title']} · {payload['day']}"
    yield payload["counts"]
    if payload["late"]:
        yield payload["late"]
    laid_out = payload.get("layout") or _DEFAULT_LAYOUT
    if laid_out["also"] == "above":
        yield from _list_brief_lines(payload)
    for story in payload["stories"]:
        yield ""
        yield from _list_story_lines(story, laid_out["story"])
    if payload["hero"]:
        yield ""
        yield _format_quote_line(payload["hero"])
    if laid_out["also"] == "below":
        yield from _list_brief_lines(payload)
    yield ""
    yield payload["honesty"]
    yield payload["end"]


def _list_brief_lines(payload: Mapping[str, Any]) -> Iterator[str]:
    if payload["brief"]:
        yield ""
        for brief in payload["brief"]:
            said = (brief["headline"], brief["source"], *brief["notes"])
            yield "– " + " · ".join(filter(None, said))


def _list_story_lines(
    story: Mapping[str, Any], sections: Sequence[str]
) -> Iterator[str]:
    mark = f"{story['update']}: " if story["update"] else ""
    yield f"{story['number']}. {mark}{story['headline']}"
    for section in sections:
        yield from _list_section_lines(story, section)
    yield story["source"]
    yield from story["notes"]


def _list_section_lines(story: Mapping[str, Any], section: str) -> Iterator[str]:
    match section:
        case "summary" if story["summary"]:
            yield " ".join(sentence["text"] for sentence in story["summary"])
        case "matters" if story["matters"]:
            yield story["matters"]["text"]
        case "quotes":
            cards = (story["shown"], *story["cards"])
            yield from (_format_quote_line(card) for card in cards if card is not None)
        case "figures":
            yield from _list_figure_lines(story)


def _list_figure_lines(story: Mapping[str, Any]) -> Iterator[str]:
    if story["figures"]:
        yield " · ".join(
            " ".join(filter(None, (figure["text"], figure["what"])))
            for figure in story["figures"]
        )
    for sides in story["disputes"]:
        yield " · ".join(f"{s['text']} {s['what']} ({s['source']})" for s in sides)


def _format_quote_line(card: Mapping[str, Any]) -> str:
    said_by = ", ".join(filter(None, (card["speaker"], card["role"], card["outlet"])))
    said = f"{card['opening']}{card['text']}{card['closing']} {said_by}"
    return f"{said} · {card['withdrawn']}" if card["withdrawn"] else said
