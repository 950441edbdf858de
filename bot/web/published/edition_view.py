"""A published edition as the templates show it: words and links, no markup. Pure.

The words are those of the posts (`platforms.common.edition_text`), in the language of
the digest, but nothing is shortened or left out for want of space. Addresses become
links by the one rule (`digests.language.links`), each with the host that it leads to.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.i18n.safe_text import is_blank
from bot.model import PictureRef
from bot.model.published import build_page_path
from bot.platforms.common.edition_text import (
    EditionView,
    describe_speaker,
    format_dispute,
    format_figure,
    to_local_date,
)
from bot.storage.published_edition_store import EditionPage, PublishedEdition
from digests.cards.content import get_card_key, list_further_figures, set_in_marks
from digests.language.links import make_link
from digests.types import ArticleRef, BriefStory, EditionStory, QuoteCard, Section

#: Sections of a story where the digest chose none.
DEFAULT_SECTIONS: Final[tuple[Section, ...]] = (
    "summary",
    "matters",
    "quotes",
    "figures",
)
#: Headlines in the description of an edition.
DESCRIBED_STORIES: Final = 3
_ANCHOR_LENGTH: Final = 12

Values = dict[str, Any]


def build_page_url(public_url: str, page: EditionPage) -> str:
    """Build the address of a page: it keeps the one under which it was posted."""
    return f"{public_url}{build_page_path(page.posted_as, page.key)}"


def build_edition_view(published: PublishedEdition, public_url: str) -> Values:
    """Build what the templates show of an edition."""
    edition = published.stored_edition.edition
    # When the next one is due is no news on a page that stays.
    context = replace(published.context, next_due=None, late=False)
    view = EditionView.of(edition, context, DEFAULT_SECTIONS)
    url = build_page_url(public_url, published.page)
    builder = _Builder(view, url)
    hero = edition.hero if view.layout.hero and len(edition.stories) > 1 else None
    if hero is not None and is_blank(hero.text):
        hero = None
    texts, zone = view.texts, context.zone
    updated = published.updated_at > edition.made_at
    headlines = [story.headline.text for story in edition.stories[:DESCRIBED_STORIES]]
    return {
        "url": url,
        "texts": texts,
        "lang": format_language(texts.locale),
        "title": edition.title,
        "day": texts.date(to_local_date(edition.made_at, zone)),
        "moment": texts.day_and_time(edition.made_at, zone),
        "made_at": edition.made_at.isoformat(),
        "updated_at": published.updated_at.isoformat(),
        "updated": texts.day_and_time(published.updated_at, zone) if updated else "",
        "counts": view.format_counts(),
        "description": " · ".join(headlines),
        "layout": view.layout,
        "stories": [
            builder.build_story(number, story, hero)
            for number, story in enumerate(edition.stories, 1)
        ],
        "hero": builder.build_card(hero) if hero else None,
        "brief": [builder.build_brief(one) for one in edition.brief]
        if view.layout.also != "nowhere"
        else [],
        "method": _format_method(view),
        "picture": builder.find_cover(hero),
    }


def _format_method(view: EditionView) -> str:
    """Say how an edition was made; a page leads to articles, not to each sentence."""
    edition = view.edition
    if edition.hero is not None or any(story.cards for story in edition.stories):
        return view.format_method_note()
    return view.texts.say("written without AI")


def format_language(locale: str) -> str:
    """Format a locale as HTML and feeds write it: «de-AT»."""
    return locale.replace("_", "-")


class _Builder:
    """Builds the parts of one edition."""

    def __init__(self, view: EditionView, url: str) -> None:
        self._view, self._url = view, url

    def build_story(
        self, number: int, story: EditionStory, hero: QuoteCard | None
    ) -> Values:
        view, sections = self._view, self._view.layout.story
        reported = story.articles[0]
        update, kind = view.list_marks(story)
        cards = [c for c in story.cards if c != hero and not is_blank(c.text)]
        further = list_further_figures(story, sections)
        picture = view.find_story_picture(story)
        return {
            "number": number,
            "anchor": story.id,
            "headline": story.headline.text,
            "link": _build_link(reported),
            "lang": reported.lang or "en",
            "marks": [mark for mark in (update, kind) if mark],
            "summary": " ".join(sentence.text for sentence in story.summary),
            "matters": story.matters.text if story.matters else "",
            "cards": [self.build_card(card) for card in cards],
            "figures": [format_figure(one, view.texts) for one in further],
            "disputes": [format_dispute(one) for one in story.disputes],
            "source": view.format_source(story),
            "notes": view.format_notes(story),
            "picture": self._build_picture(picture) if picture else None,
        }

    def build_card(self, card: QuoteCard) -> Values:
        texts, zone = self._view.texts, self._view.context.zone
        opening, words, closing = set_in_marks(card)
        speaker, role = describe_speaker(card, texts)
        drawn = self._view.find_pictures(card)
        outside = make_link(card.url)
        anchor = name_quote_anchor(card)
        return {
            "anchor": anchor,
            "url": f"{self._url}#{anchor}",
            "words": f"{opening}{words}{closing}",
            "lang": card.lang,
            "speaker": speaker,
            "role": role,
            "outlet": card.source,
            "link": {"href": outside.href, "host": outside.host} if outside else None,
            "day": texts.date(to_local_date(card.published, zone))
            if card.published
            else "",
            "withdrawn": card.withdrawn,
            "picture": self._build_picture(drawn[0]) if drawn else None,
        }

    def build_brief(self, brief: BriefStory) -> Values:
        return {
            "headline": brief.headline.text,
            "link": _build_link(brief.article),
            "lang": brief.article.lang or "en",
            "mark": self._view.list_marks(brief)[1],
            "outlet": brief.outlets[0] if brief.outlets else "",
            "notes": [
                *self._view.mark_brief(brief),
                *self._view.format_corrections(brief.notes),
            ],
        }

    def find_cover(self, hero: QuoteCard | None) -> Values | None:
        """Find the picture that stands for the edition where its link is shown."""
        cards = [hero] if hero else []
        cards += [c for story in self._view.edition.stories for c in story.cards]
        drawn = self._view.find_pictures(*cards)
        return self._build_picture(drawn[0]) if drawn else None

    def _build_picture(self, picture: PictureRef) -> Values:
        return {
            "src": f"{self._url}/{picture.hash}.png",
            "width": picture.width,
            "height": picture.height,
            "alt": picture.alt,
        }


def name_quote_anchor(card: QuoteCard) -> str:
    """Name a quote within its page: the same as long as its words are shown."""
    shown = replace(card, withdrawn=False)
    digest = hashlib.sha256(f"{get_card_key(shown)}/{card.text}".encode())
    return f"q-{digest.hexdigest()[:_ANCHOR_LENGTH]}"


def _build_link(ref: ArticleRef) -> Values | None:
    link = make_link(ref.url)
    return {"href": link.href, "host": link.host} if link else None


def list_headlines(published: PublishedEdition) -> Sequence[Mapping[str, str]]:
    """List the headlines of an edition, each with its language."""
    return [
        {"text": story.headline.text, "lang": story.articles[0].lang or "en"}
        for story in published.stored_edition.edition.stories
    ]
