"""Render an edition as the local page's payload and as plain text. Pure.

The payload is structure (version 1), which only the templates turn into HTML and
escape. The same edition and context give the same part. Texts are shortened to
`limits`, quotes never: one that is too long is left out, and the story's detail shows
it. A quote's words are the stored ones between the quotation marks of its language.

The plain text is made from the payload alone: it shows what the page shows, in the same
order.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import PurePosixPath
from typing import Any, Final

from bot.i18n.safe_text import build_article_href, is_blank, sanitize_text
from bot.i18n.translation import Texts
from bot.model import MessagePart, PictureRef, RenderContext
from bot.platforms.common.edition_layout import (
    build_choice_id,
    find_web_link,
    get_menu_label,
    list_shown_buttons,
)
from bot.platforms.common.edition_text import (
    EditionView,
    describe_speaker,
    format_dispute,
    format_figure,
    mark_headline,
    to_local_date,
)
from bot.platforms.common.text import shorten_text
from bot.platforms.local import limits
from digests.cards.content import list_further_figures, set_in_marks
from digests.language.links import make_link
from digests.types import (
    ArticleRef,
    BriefStory,
    Dispute,
    Edition,
    EditionFigure,
    EditionStory,
    QuoteCard,
    Section,
    Sentence,
)

Json = dict[str, Any]
VERSION: Final = 1
#: Where the page serves pictures.
PICTURES_PATH: Final = "/pictures"
#: Sections of a story where the digest chose none; further quotes and figures are then
#: folded away.
DEFAULT_SECTIONS: Final[tuple[Section, ...]] = (
    "summary",
    "matters",
    "quotes",
    "figures",
)


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """Render the edition as one part, with its plain text."""
    view = EditionView.of(edition, context, DEFAULT_SECTIONS)
    layout, hero = view.layout, edition.hero
    if hero is not None and is_blank(hero.text):
        hero = None
    stories = list(enumerate(edition.stories[: limits.STORIES], 1))
    brief = edition.brief[: limits.BRIEF] if layout.also != "nowhere" else ()
    shows_hero = layout.hero and hero is not None and len(hero.text) <= limits.QUOTE
    chosen = {"story": list(layout.story), "also": layout.also}
    payload = {
        "kind": "edition",
        "version": VERSION,
        "id": context.edition_id,
        "lang": context.locale,
        **({} if edition.sections is None else {"layout": chosen}),
        "title": shorten_text(edition.title, limits.HEADLINE),
        "day": view.format_edition_date(),
        "counts": view.format_counts(),
        "late": view.format_late_notice() if context.late else "",
        **({"review": list(context.draft.lines)} if context.draft else {}),
        "stories": [_build_story(number, story, view) for number, story in stories],
        "hero": _build_card(hero, view) if shows_hero and hero else None,
        "brief": [_build_brief(one, view) for one in brief],
        "controls": _build_controls(stories, view),
        "honesty": view.format_method_note(),
        "end": view.format_closing(),
        **_build_web_link(view),
    }
    if context.draft is not None and context.draft.only_lines:
        payload |= {"counts": "", "stories": [], "hero": None, "brief": []}
        payload |= {"honesty": "", "end": ""}
    text = format_edition_text(payload)
    shown = tuple(ref.hash for ref in context.pictures.values())
    return (MessagePart(key="1", payload=payload, fallback_text=text, pictures=shown),)


# ── stories ────────────────────────────────────────────────────────────────────


def _build_story(number: int, story: EditionStory, view: EditionView) -> Json:
    reported, texts, sections = story.articles[0], view.texts, view.layout.story
    update, kind = view.list_marks(story)
    revisions = {ref.id: ref.revision for ref in story.articles}
    fitting = (card for card in story.cards if len(card.text) <= limits.QUOTE)
    cards = [card for card in fitting if not is_blank(card.text)]
    cards = cards[: limits.CARDS] if "quotes" in sections else []
    shown = view.select_card(cards, lambda card: len(card.text) <= limits.QUOTE_SHOWN)
    folded = [card for card in cards if card != shown]
    further = list_further_figures(story, sections)
    figures = further[: limits.FIGURES] if "figures" in sections else ()
    disputes = story.disputes[: limits.FIGURES]
    summary = story.summary[: limits.SENTENCES] if "summary" in sections else ()
    matters = story.matters if "matters" in sections else None
    # Figures are folded away unless the digest chose where they are shown.
    folded_figures = 0 if view.edition.sections is not None else len(figures)
    picture = view.find_story_picture(story)
    return {
        "number": number,
        "id": story.id,
        "headline": shorten_text(story.headline.text, limits.HEADLINE),
        "link": _build_link(reported),
        "lang": reported.lang or "en",
        "update": update,
        "kind": kind,
        "summary": [_build_sentence(sentence, reported) for sentence in summary],
        "source": view.format_source(story),
        "notes": view.format_notes(story),
        "shown": _build_card(shown, view) if shown else None,
        "cards": [_build_folded_card(card, view) for card in folded],
        "matters": _build_sentence(matters, reported) if matters else None,
        "disputes": [_build_dispute(one, revisions, texts) for one in disputes],
        "figures": [_build_figure(one, revisions, texts) for one in figures],
        "more": _label_folded(len(folded), folded_figures, shown is not None, texts),
        **({"picture": build_picture_view(picture)} if picture else {}),
    }


def _build_link(ref: ArticleRef) -> dict[str, str]:
    """Link a headline to the outlet's page, or to our own with the stored text."""
    outside = make_link(ref.url)
    if outside is not None:
        return {"href": outside.href, "host": outside.host}
    return {"href": build_article_href(ref.id, ref.revision), "host": ""}


def _build_sentence(sentence: Sentence, reported: ArticleRef) -> dict[str, str]:
    revision = sentence.revision or reported.revision
    return {
        "text": shorten_text(sentence.text, limits.SENTENCE),
        "href": build_article_href(reported.id, revision, *sentence.spans),
    }


def _build_figure(
    shown: EditionFigure, revisions: Mapping[str, str | None], texts: Texts
) -> Json:
    """Build the words of a figure: those that stand out lead to its sentence."""
    href = _link_figure(shown, revisions)
    runs = format_figure(shown, texts)
    return {"runs": [[text, href if strong else ""] for text, strong in runs]}


def _build_dispute(
    dispute: Dispute, revisions: Mapping[str, str | None], texts: Texts
) -> Json:
    """Build what two outlets state: each number leads to the sentence of its outlet."""
    hrefs = iter(
        [_link_figure(one, revisions) for one in (dispute.ours, dispute.theirs)]
    )
    runs = [
        [text, next(hrefs) if strong else ""]
        for text, strong in format_dispute(dispute)
    ]
    return {"label": texts.say("Outlets differ:"), "runs": runs}


def _link_figure(shown: EditionFigure, revisions: Mapping[str, str | None]) -> str:
    revision = shown.revision or revisions.get(shown.article)
    return build_article_href(shown.article, revision, shown.figure.sentence)


def _label_folded(quotes: int, figures: int, shows_quote: bool, texts: Texts) -> str:
    """Label the folded part: «2 more quotes · 3 figures»."""
    parts = []
    if quotes and shows_quote:
        parts.append(texts.count("{n} more quote", "{n} more quotes", quotes))
    elif quotes:
        parts.append(texts.count("{n} quote", "{n} quotes", quotes))
    if figures:
        parts.append(texts.count("{n} figure", "{n} figures", figures))
    return " · ".join(parts)


# ── the rest ───────────────────────────────────────────────────────────────────


def _build_brief(brief: BriefStory, view: EditionView) -> Json:
    return {
        "kind": view.list_marks(brief)[1],
        "notes": [*view.mark_brief(brief), *view.format_corrections(brief.notes[-1:])],
        "headline": shorten_text(brief.headline.text, limits.HEADLINE),
        "link": _build_link(brief.article),
        "lang": brief.article.lang or "en",
        "source": shorten_text(brief.outlets[0] if brief.outlets else "", limits.LABEL),
    }


def _build_web_link(view: EditionView) -> Json:
    link = find_web_link(view.context)
    shown = {"href": link.href, "label": view.name_web_link()} if link else None
    return {"web": shown} if shown else {}


def _build_controls(
    stories: Sequence[tuple[int, EditionStory]], view: EditionView
) -> Mapping[str, Any]:
    texts, context = view.texts, view.context
    draft = context.draft
    if draft is not None and draft.only_lines:
        stories = ()
    options = [
        {
            "id": build_choice_id(context, story.id),
            "label": f"{number}. {shorten_text(story.headline.text, limits.LABEL)}",
        }
        for number, story in stories
    ]
    label = get_menu_label(context, texts)
    return {
        "select": {"label": label, "options": options} if options else None,
        "buttons": [
            {"id": control, "label": at}
            for control, at in list_shown_buttons(context, texts)
        ],
    }


def _build_card(card: QuoteCard, view: EditionView) -> Json:
    shown = build_card_view(card, view.texts, view.context.zone)
    drawn = view.find_pictures(card)
    return shown | {"picture": build_picture_view(drawn[0])} if drawn else shown


def _build_folded_card(card: QuoteCard, view: EditionView) -> Json:
    """Build a card without the picture that stands with the edition's quote."""
    if view.layout.hero and card == view.edition.hero:
        return build_card_view(card, view.texts, view.context.zone)
    return _build_card(card, view)


def build_picture_view(picture: PictureRef) -> Json:
    """Build what a template shows of a picture."""
    return {
        "src": f"{PICTURES_PATH}/{picture.hash}.png",
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
    }


def list_pictures(shown: object) -> Iterator[str]:
    """List the hashes of the pictures in a payload."""
    if isinstance(shown, Mapping):
        if "src" in shown:
            yield PurePosixPath(shown["src"]).stem
        shown = shown.values()
    elif not isinstance(shown, list):
        return
    for one in shown:
        yield from list_pictures(one)


def leave_out_pictures(shown: Any, hashes: Set[str]) -> Any:
    """Copy a payload without the pictures with these hashes."""
    if isinstance(shown, Mapping):
        return {
            name: leave_out_pictures(one, hashes)
            for name, one in shown.items()
            if name != "picture" or hashes.isdisjoint(list_pictures(one))
        }
    if isinstance(shown, list):
        return [leave_out_pictures(one, hashes) for one in shown]
    return shown


def build_card_view(card: QuoteCard, texts: Texts, zone: str) -> Json:
    """Build what the template `card` shows of a quote card."""
    opening, words, closing = set_in_marks(card)
    speaker, role = describe_speaker(card, texts)
    at, outside = card.published, make_link(card.url)
    return {
        "text": words,
        "opening": opening,
        "closing": closing,
        "lang": card.lang,
        "speaker": shorten_text(speaker, limits.LABEL),
        "named": card.speaker is not None,
        "role": shorten_text(role, limits.LABEL),
        "outlet": shorten_text(card.source, limits.LABEL),
        "date": texts.weekday_date(to_local_date(at, zone)) if at else "",
        "href": build_article_href(card.article, card.revision, card.span),
        "outside": outside.href if outside else "",
        "host": outside.host if outside else "",
        "withdrawn": texts.say("withdrawn") if card.withdrawn else "",
    }


# ── plain text ─────────────────────────────────────────────────────────────────

#: The layout of a payload that has none.
_DEFAULT_LAYOUT: Final[Mapping[str, Any]] = {"story": DEFAULT_SECTIONS, "also": "below"}


def format_edition_text(payload: Mapping[str, Any]) -> str:
    """Format a payload as plain text, with a blank line between its parts."""
    layout = payload.get("layout") or _DEFAULT_LAYOUT
    brief = [_list_brief_lines(payload)] if payload["brief"] else []
    parts = [
        (
            f"{payload['title']} · {payload['day']}",
            *payload.get("review", ()),
            payload["counts"],
            payload["late"],
        ),
        *(brief if layout["also"] == "above" else ()),
        *(_list_story_lines(story, layout["story"]) for story in payload["stories"]),
        *([[_format_quote_line(payload["hero"])]] if payload["hero"] else ()),
        *(brief if layout["also"] == "below" else ()),
        (payload["honesty"], payload["end"], _format_web_link(payload)),
    ]
    texts = ("\n".join(filter(None, lines)) for lines in parts)
    return sanitize_text("\n\n".join(texts))


def _format_web_link(payload: Mapping[str, Any]) -> str:
    web = payload.get("web")
    return f"{web['label']}: {web['href']}" if web else ""


def _list_brief_lines(payload: Mapping[str, Any]) -> Iterator[str]:
    for brief in payload["brief"]:
        headline = mark_headline(brief["headline"], brief["kind"])
        parts = (headline, brief["source"], *brief["notes"])
        yield "– " + " · ".join(filter(None, parts))


def _list_story_lines(
    story: Mapping[str, Any], sections: Sequence[str]
) -> Iterator[str]:
    marked = mark_headline(story["headline"], story["update"], story["kind"])
    yield f"{story['number']}. {marked}"
    for section in sections:
        yield from _list_section_lines(story, section)
    for dispute in story["disputes"]:
        yield f"{dispute['label']} {_join_runs(dispute)}"
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
            if story["figures"]:
                yield " · ".join(map(_join_runs, story["figures"]))


def _join_runs(line: Mapping[str, Any]) -> str:
    return "".join(text for text, _ in line["runs"])


def _format_quote_line(card: Mapping[str, Any]) -> str:
    said_by = ", ".join(filter(None, (card["speaker"], card["role"], card["outlet"])))
    line = f"{card['opening']}{card['text']}{card['closing']} {said_by}"
    return f"{line} · {card['withdrawn']}" if card["withdrawn"] else line
