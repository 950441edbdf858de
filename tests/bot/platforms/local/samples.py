"""An edition about invented towns, and other samples for the local page's tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Delivery, RenderContext
from digests.language.normalization import revision_hash
from digests.types import (
    Article,
    ArticleRef,
    BriefStory,
    Edition,
    EditionFigure,
    EditionStory,
    Figure,
    Headline,
    InputCounts,
    QuoteCard,
    Sentence,
    Span,
)

MADE = datetime(2026, 1, 7, 8, 30, tzinfo=UTC)

BRIDGE_TEXT = """\
The Tern Bridge, the only road link across Hallin harbour, was closed to all traffic \
early on Tuesday after a maintenance crew found a 38-centimetre crack in a steel girder.

“We did not close it because it was about to fall,” said Tomas Ekdahl, the authority’s \
chief bridge engineer. “We closed it because we could not yet prove that it would not.”

About 31,000 vehicles use the bridge on a working day, according to the Roads \
Authority. Drivers are being sent to the Ravenslip crossing, 19 kilometres upstream."""
SEAGRASS_TEXT = """\
Seagrass meadows replanted by hand can store carbon at nearly three-quarters of the \
rate of untouched ones within 12 years, according to a study published on Wednesday.

"It is the mud that keeps the carbon for centuries," said Dr. Yusra Demetrian, a \
marine ecologist at the University of Ostergate. The meadows have grown from 1.2 \
hectares to 94 hectares, most of it without further planting."""
WATER_TEXT = """\
Households in the west of Torvale may drink water from the tap again, health officials \
said, 16 days after a parasite was found in a reservoir that supplies 18,400 homes.

“It should have been on the list for last summer, and I am sorry,” said Lowell \
Branagh, the company’s managing director. The culvert has been rebuilt."""
POOL_TEXT = """\
Das Hallenbad in Auenbrück wird nicht geschlossen. Der Stadtrat hat am Mittwochabend \
mit 23 zu 8 Stimmen beschlossen, den Betrieb bis Ende 2028 zu sichern.

„Jetzt rufe ich sie alle wieder an“, sagte die Vorsitzende Dorothea Kappeler."""


def an_article(name: str, text: str, **changes: Any) -> Article:
    article = Article(id=name, text=text, published=MADE, lang="en", sample="fictional")
    article = replace(article, **changes)
    return replace(article, revision=revision_hash(article.title, article.text))


BRIDGE = an_article(
    "bridge",
    BRIDGE_TEXT,
    title="Harbour bridge closes after crack is found",
    source="Hallin Courier",
    author="Mara Lindqvist",
    published=datetime(2026, 1, 7, 7, 30, tzinfo=UTC),
)
SEAGRASS = an_article(
    "seagrass",
    SEAGRASS_TEXT,
    title="Replanted seagrass catches up on carbon within 12 years, study finds",
    source="Meridian Wire",
    published=datetime(2026, 1, 6, 16, 0, tzinfo=UTC),
    url="https://wire.example/science/seagrass",
)
WATER = an_article(
    "water",
    WATER_TEXT,
    title="Boil-water notice lifted for 18,400 homes in Torvale",
    source="Torvale Herald",
    published=datetime(2026, 1, 7, 6, 5, tzinfo=UTC),
)
POOL = an_article(
    "pool",
    POOL_TEXT,
    title="Hallenbad in Auenbrück bleibt bis 2028 geöffnet",
    source="Auenbrücker Anzeiger",
    lang="de",
    published=datetime(2026, 1, 6, 20, 50, tzinfo=UTC),
)
ARTICLES = {article.id: article for article in (BRIDGE, SEAGRASS, WATER, POOL)}

#: The speaker of a quote, by the words that it begins with.
_ROLES = {
    "Tomas Ekdahl": "the authority’s chief bridge engineer",
    "Dr. Yusra Demetrian": "a marine ecologist at the University of Ostergate",
    "Lowell Branagh": "the company’s managing director",
    "Dorothea Kappeler": "die Vorsitzende",
}


def span_of(article: Article, words: str) -> Span:
    start = article.text.index(words)
    return Span(start=start, end=start + len(words))


def a_card(article: Article, words: str, speaker: str | None) -> QuoteCard:
    return QuoteCard(
        text=words,
        speaker=speaker,
        role=_ROLES.get(speaker or ""),
        source=article.source,
        article=article.id,
        url=article.url,
        published=article.published,
        span=span_of(article, words),
        context=span_of(article, words),
        context_text=words,
        alt=f"{speaker} in {article.source}: {words}",
        lang=article.lang or "en",
    )


def a_ref(article: Article) -> ArticleRef:
    return ArticleRef(
        id=article.id,
        revision=article.revision,
        source=article.source,
        title=article.title,
        url=article.url,
        published=article.published,
        lang=article.lang,
    )


def a_sentence(article: Article, words: str) -> Sentence:
    return Sentence(text=words, spans=(span_of(article, words),))


def a_figure(article: Article, words: str, what: str) -> EditionFigure:
    span = span_of(article, words)
    return EditionFigure(
        figure=Figure(
            start=span.start,
            end=span.end,
            text=words,
            value=1.0,
            unit="",
            what=what,
            sentence=span,
        ),
        article=article.id,
        source=article.source,
        sentence_text=words,
    )


def a_story(article: Article, **changes: Any) -> EditionStory:
    first = article.text.split("\n")[0]
    story = EditionStory(
        id=f"s-{article.id}",
        headline=Headline(text=article.title or "Untitled"),
        summary=(a_sentence(article, first),),
        cards=(),
        figures=(),
        articles=(a_ref(article),),
        outlets=(article.source,),
    )
    return replace(story, **changes)


HERO = a_card(
    BRIDGE,
    "We closed it because we could not yet prove that it would not.",
    "Tomas Ekdahl",
)


def an_edition(**changes: Any) -> Edition:
    bridge = a_story(
        BRIDGE,
        summary=(
            a_sentence(BRIDGE, BRIDGE_TEXT.split("\n")[0]),
            a_sentence(
                BRIDGE,
                "About 31,000 vehicles use the bridge on a working day, according to "
                "the Roads Authority.",
            ),
        ),
        cards=(
            HERO,
            a_card(
                BRIDGE,
                "We did not close it because it was about to fall,",
                "Tomas Ekdahl",
            ),
        ),
        figures=(
            a_figure(BRIDGE, "38-centimetre", "crack in a steel girder"),
            a_figure(BRIDGE, "About 31,000 vehicles", "on a working day"),
        ),
        outlets=("Hallin Courier", "Meridian Wire", "Strand Radio News"),
    )
    seagrass = a_story(
        SEAGRASS,
        cards=(
            a_card(
                SEAGRASS,
                "It is the mud that keeps the carbon for centuries,",
                "Dr. Yusra Demetrian",
            ),
        ),
        figures=(a_figure(SEAGRASS, "94 hectares", "of replanted meadow"),),
        outlets=("Meridian Wire", "Northmark Morning"),
    )
    water = a_story(
        WATER,
        update=True,
        cards=(
            a_card(
                WATER,
                "It should have been on the list for last summer, and I am sorry,",
                "Lowell Branagh",
            ),
        ),
    )
    edition = Edition(
        title="Morning news",
        made_at=MADE,
        made_from=InputCounts(articles=20, sources=9),
        stories=(bridge, water, seagrass),
        brief=(
            BriefStory(
                story="s-pool",
                headline=Headline(text=POOL.title or ""),
                article=a_ref(POOL),
                outlets=("Auenbrücker Anzeiger",),
            ),
            BriefStory(
                story="s-trawler",
                headline=Headline(
                    text="Seven rescued as trawler sinks in heavy seas off Skerrow "
                    "Point"
                ),
                article=a_ref(replace(WATER, id="trawler", source="Strand Radio News")),
                outlets=("Strand Radio News",),
            ),
        ),
        hero=HERO,
        minutes=2,
        lang="en",
    )
    return replace(edition, **changes)


def a_context(**changes: Any) -> RenderContext:
    context = RenderContext(
        edition_id="e-7k3m9q",
        digest="Morning news",
        zone="Europe/London",
        locale="en",
        next_due=MADE + timedelta(days=1),
    )
    return replace(context, **changes)


def a_delivery(number: int = 1, **changes: Any) -> Delivery:
    delivery = Delivery(
        id=number,
        workspace_id=1,
        edition_id=1,
        destination_id=1,
        platform="local",
        workspace_external_id="local",
        channel="news",
        part=1,
        operation="post",
        key=f"key-{number}",
        payload={"kind": "text", "number": number},
        fallback_text=f"Message number {number}",
        state="sending",
        attempt=1,
        fence=1,
    )
    return replace(delivery, **changes)
