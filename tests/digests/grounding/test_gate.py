"""The final check: small editions made of any text, intact and corrupted."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digests.figures import recognition
from digests.grounding.gate import drop_ungrounded, follows_spans, is_shortened
from digests.language.normalization import to_one_line
from digests.summaries.registry import summarise_article
from digests.types import (
    Article,
    ArticleRef,
    BriefStory,
    Dispute,
    Edition,
    EditionFigure,
    EditionStory,
    Headline,
    InputCounts,
    QuoteCard,
    Sentence,
    Span,
)

TEXT = (
    "The mayor of Hallin opened the Long Bridge on Monday. It cost about $5 million, "
    "said Ada Brandt, the builder. “It will stand for ever,” she added."
)


def an_article(text: str = TEXT, title: str | None = "Long Bridge opens") -> Article:
    return Article(id="a", text=text, title=title, source="Hallin Post")


def a_card(article: Article, span: Span) -> QuoteCard:
    words = article.text[span.start : span.end]
    return QuoteCard(
        text=words,
        speaker="Ada Brandt" if "Ada Brandt" in article.text else None,
        role=None,
        source=article.source,
        article=article.id,
        url=None,
        published=None,
        span=span,
        context=span,
        context_text=words,
        alt=f"Quote: {words}",
        lang="en",
    )


def an_edition(article: Article) -> Edition:
    """The composer's edition of one article."""
    reported = summarise_article(article, 280)
    ref = ArticleRef(
        id=article.id,
        revision="",
        source=article.source,
        title=article.title,
        url=None,
        published=None,
    )
    shown = [s.spans[0] for s in reported.sentences]
    cards = tuple(a_card(article, span) for span in shown)
    story = EditionStory(
        id="s-1",
        headline=reported.headline,
        summary=reported.sentences,
        cards=cards,
        figures=tuple(
            EditionFigure(
                figure=f,
                article=article.id,
                source=article.source,
                sentence_text=article.text[f.sentence.start : f.sentence.end],
            )
            for f in recognition.find_figures(article.text)
        ),
        articles=(ref,),
        outlets=(article.source,),
    )
    return Edition(
        title="Morning",
        made_at=datetime(2026, 1, 6, tzinfo=UTC),
        made_from=InputCounts(articles=1, sources=1),
        stories=(story,),
        brief=(
            BriefStory(
                story="s-2", headline=reported.headline, article=ref, outlets=()
            ),
        ),
        hero=cards[0] if cards else None,
        minutes=1,
        lang="en",
    )


def passed(edition: Edition, article: Article) -> Edition:
    return drop_ungrounded(edition, {article.id: article})


def changed(edition: Edition, **changes: Any) -> Edition:
    """The edition with its story changed."""
    return replace(edition, stories=(replace(edition.stories[0], **changes),))


def story_of(edition: Edition) -> EditionStory:
    (story,) = edition.stories
    return story


def test_a_true_edition_passes_unchanged():
    article = an_article()
    edition = an_edition(article)
    assert story_of(edition).figures
    assert story_of(edition).cards
    assert passed(edition, article) == edition


def test_a_sentence_with_a_foreign_word_is_removed_alone():
    article = an_article()
    edition = an_edition(article)
    first, *rest = story_of(edition).summary
    false = replace(first, text=first.text.replace("opened", "closed"))
    gated = passed(changed(edition, summary=(false, *rest)), article)
    assert story_of(gated).summary == tuple(rest)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "It will stand for years,"},
        {"speaker": "Ina Voss"},
        {"role": "emperor"},
        {"source": "Sudland News"},
        {"url": "https://elsewhere.example/"},
        {"article": "b"},
        {"context_text": "It will fall."},
        {"span": Span(start=0, end=3)},
        {"span": Span(start=-9, end=9999)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_card_that_is_not_the_articles_is_removed(change: dict[str, Any]):
    article = an_article()
    edition = an_edition(article)
    good = story_of(edition).cards[0]
    false = replace(good, **change)
    gated = passed(replace(changed(edition, cards=(false, good)), hero=false), article)
    assert story_of(gated).cards == (good,)
    assert gated.hero is None


@pytest.mark.parametrize(
    "change",
    [
        {"value": 7e6},
        {"text": "about $6 million"},
        {"what": "cathedral"},
        {"start": 0},
        {"sentence": Span(start=0, end=10)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_figure_that_is_not_the_articles_is_removed(change: dict[str, Any]):
    article = an_article()
    edition = an_edition(article)
    reported = story_of(edition).figures[0]
    false = replace(reported, figure=replace(reported.figure, **change))
    assert story_of(passed(changed(edition, figures=(false,)), article)).figures == ()


def test_a_figures_sentence_in_other_words_is_removed():
    article = an_article()
    edition = an_edition(article)
    false = replace(story_of(edition).figures[0], sentence_text="It was cheap.")
    assert story_of(passed(changed(edition, figures=(false,)), article)).figures == ()


def test_a_figure_under_another_sentence_is_removed():
    article = an_article()
    edition = an_edition(article)
    reported = story_of(edition).figures[0]
    other = story_of(edition).summary[0]
    false = replace(
        reported,
        figure=replace(reported.figure, sentence=other.spans[0]),
        sentence_text=other.text,
    )
    assert story_of(passed(changed(edition, figures=(false,)), article)).figures == ()


def test_a_shared_scale_lets_the_lower_end_of_a_range_pass():
    article = an_article("The bridge cost $2-3 million in all.")
    gated = passed(an_edition(article), article)
    assert [f.figure.value for f in story_of(gated).figures] == [2e6, 3e6]


def test_a_false_headline_gives_way_to_the_title():
    article = an_article()
    edition = changed(an_edition(article), headline=Headline(text="Bridge falls"))
    assert story_of(passed(edition, article)).headline.text == "Long Bridge opens"


def test_without_a_title_the_first_sentence_takes_its_place():
    article = an_article(title=None)
    edition = changed(an_edition(article), headline=Headline(text="Bridge falls"))
    story = story_of(passed(edition, article))
    assert story.headline.text == story.summary[0].text


def test_without_a_replacement_the_story_is_removed():
    article = an_article(title=None)
    false = Headline(text="Bridge falls")
    edition = changed(an_edition(article), headline=false, summary=())
    assert passed(edition, article).stories == ()


def test_a_false_brief_line_is_replaced_by_the_title_or_removed():
    article = an_article()
    edition = an_edition(article)
    false = replace(edition.brief[0], headline=Headline(text="Bridge falls"))
    titled = passed(replace(edition, brief=(false,)), article)
    assert [line.headline.text for line in titled.brief] == ["Long Bridge opens"]
    bare = replace(article, title=None)
    ref = replace(false.article, title=None)
    untitled = replace(edition, stories=(), brief=(replace(false, article=ref),))
    assert passed(untitled, bare).brief == ()


def test_a_story_from_an_unknown_article_is_removed():
    assert drop_ungrounded(an_edition(an_article()), {}).stories == ()


def test_an_article_under_a_foreign_title_is_not_listed():
    article = an_article()
    edition = an_edition(article)
    (ref,) = story_of(edition).articles
    false = replace(ref, title="Bridge falls")
    gated = passed(changed(edition, articles=(ref, false)), article)
    assert story_of(gated).articles == (ref,)


_PIECES = """
    the The mayor Hallin bridge opened said , . ! " “ ” ' — which not 12 $5 million It
    Ada Brandt U.S. ? ß
"""
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*_PIECES.split(), "\n"]), max_size=60).map(" ".join),
)


def stands(edition: Edition, article: Article) -> bool:
    """Whether everything that is shown is the article's."""
    for story in edition.stories:
        assert all(follows_spans(s.text, s.spans, article.text) for s in story.summary)
        for card in story.cards:
            assert article.text[card.span.start : card.span.end] == card.text
        for reported in story.figures:
            here = reported.figure
            assert article.text[here.start : here.end] == here.text
    heads = [s.headline for s in edition.stories] + [b.headline for b in edition.brief]
    return all(
        follows_spans(h.text, h.spans, article.text)
        if h.spans
        # The name of the site behind a bar is no part of it.
        else h.text in to_one_line(article.title or "")
        for h in heads
    )


@given(text=TEXTS, title=st.one_of(st.none(), st.text(max_size=30)))
@example(text="", title="0·0 0\r0")
def test_only_text_of_the_source_passes(text: str, title: str | None):
    article = an_article(text, title)
    assert stands(passed(an_edition(article), article), article)


@given(text=TEXTS, other=TEXTS)
def test_from_another_text_nothing_false_passes(text: str, other: str):
    edition = an_edition(an_article(other))
    article = an_article(text)
    assert stands(passed(edition, article), article)


@given(
    text=TEXTS, word=st.sampled_from(["zzz", "99", "not-so", "é"]), at=st.integers(0, 9)
)
def test_a_corrupted_sentence_vanishes(text: str, word: str, at: int):
    article = an_article(text)
    edition = an_edition(article)
    corrupted = tuple(
        Sentence(text=_with(s.text, word, at), spans=s.spans)
        for s in story_of(edition).summary
    )
    gated = passed(changed(edition, summary=corrupted), article)
    assert story_of(gated).summary == ()


def _with(text: str, word: str, at: int) -> str:
    parts = text.split(" ")
    at %= len(parts) + 1
    return " ".join([*parts[:at], word, *parts[at:]])


@given(text=TEXTS, title=st.one_of(st.none(), st.text(max_size=30)), other=TEXTS)
def test_what_came_out_passes_again_unchanged(text: str, title: str | None, other: str):
    article = an_article(text, title)
    for edition in (an_edition(article), an_edition(an_article(other, title))):
        once = passed(edition, article)
        assert passed(once, article) == once


def test_a_side_of_a_dispute_that_is_not_an_articles_takes_the_dispute_along():
    article = an_article()
    edition = an_edition(article)
    true = story_of(edition).figures[0]
    false = replace(true, figure=replace(true.figure, value=true.figure.value + 1))
    kept = Dispute(ours=true, theirs=true)
    gone = Dispute(ours=true, theirs=false)
    reported = story_of(passed(changed(edition, disputes=(kept, gone)), article))
    assert reported.disputes == (kept,)


def test_an_older_number_that_is_not_an_articles_is_removed_alone():
    article = an_article()
    edition = an_edition(article)
    (shown,) = story_of(edition).figures[:1]
    foreign = replace(shown, figure=replace(shown.figure, value=1.0))
    true = changed(edition, figures=(replace(shown, replaces=shown),))
    false = changed(edition, figures=(replace(shown, replaces=foreign),))
    assert story_of(passed(true, article)).figures[0].replaces == shown
    assert story_of(passed(false, article)).figures[0].replaces is None


def test_why_it_matters_is_removed_if_its_words_are_not_the_articles():
    article = an_article()
    edition = an_edition(article)
    true = story_of(edition).summary[0]
    false = replace(true, text=true.text.replace("a", "e"))
    for sentence, stays in ((true, True), (false, False)):
        reported = story_of(passed(changed(edition, matters=sentence), article))
        assert (reported.matters == sentence) is stays


SOURCE = "The mayor, who is 38, opened the bridge for $5.5 million on Monday."


def at(*words: str, source: str = SOURCE) -> tuple[Span, ...]:
    """The positions of the words, one span for each."""
    starts = [source.index(w) for w in words]
    return tuple(
        Span(start=a, end=a + len(w)) for a, w in zip(starts, words, strict=True)
    )


def test_the_words_of_a_span_pass_in_any_case_and_punctuation():
    assert follows_spans("the Mayor — who is 38!", at("The mayor, who is 38"), SOURCE)


def test_words_of_several_spans_pass_in_their_order():
    assert (
        follows_spans("The mayor opened it", at("The mayor", "opened"), SOURCE) is False
    )
    assert follows_spans("The mayor opened.", at("The mayor", "opened"), SOURCE)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor opened the old bridge",
        "opened mayor The the bridge",
        "The mayor opened the",
        "The mayor opened the bridge 🎉",
        "The mayor opened the bridge̸",
        "",
        "…",
    ],
)
def test_a_word_more_or_less_fails(text: str):
    assert not follows_spans(text, at("The mayor", "opened the bridge"), SOURCE)


@pytest.mark.parametrize(
    "text", ["for $55 million", "for €5.5 million", "for 5.5 million"]
)
def test_a_changed_figure_fails(text: str):
    assert not follows_spans(text, at("for $5.5 million"), SOURCE)


def test_a_point_moved_inside_a_number_fails():
    source = "It is 5 5 wide."
    assert not follows_spans(
        "It is 5.5 wide.", (Span(start=0, end=len(source)),), source
    )


def test_a_minus_sign_counts():
    source = "It was 5 degrees."
    assert not follows_spans("It was -5 degrees.", (Span(start=0, end=16),), source)


def test_a_piece_of_a_word_fails():
    source = "They concatenate."
    assert not follows_spans("cat", at("cat", source=source), source)


def test_spans_out_of_order_fail():
    assert not follows_spans("opened The mayor", at("opened", "The mayor"), SOURCE)


@pytest.mark.parametrize(
    "span", [Span(start=-5, end=3), Span(start=60, end=999), Span(start=4, end=4)]
)
def test_a_span_outside_the_text_fails(span: Span):
    assert not follows_spans("The", (span,), SOURCE)


def test_no_span_no_pass():
    assert not follows_spans("The mayor", (), SOURCE)


@pytest.mark.parametrize(
    "source", ["The bridge is not safe.", "The bridge, never used, is safe."]
)
def test_a_denial_left_out_between_spans_fails(source: str):
    first, last = (
        ("The bridge is", "safe") if "not" in source else ("The bridge", "is safe")
    )
    shown = f"{first} {last}."
    assert not follows_spans(shown, at(first, last, source=source), source)


@given(st.text())
def test_a_whole_text_follows_itself_or_has_no_words(text: str):
    whole = (Span(start=0, end=len(text)),)
    assert follows_spans(text, whole, text) or not any(c.isalnum() for c in text)


FINE = (
    "The port denied a fine of $9 million, and said on Monday that it paid $2 million."
)


@pytest.mark.parametrize(
    ("label", "stands"),
    [
        ("The port said on Monday that it paid $2 million", True),
        ("It paid $2 million", True),
        ("the port paid $2 million", False),
        ("It paid on Monday $2 million", False),
        ("It paid $3 million", False),
        ("The port denied a fine", False),
        ("The town paid $2 million", False),
        ("", False),
    ],
)
def test_a_label_is_its_sentence_with_words_left_out(label: str, stands: bool):
    assert is_shortened(label, "$2 million", FINE) == stands


def test_a_label_in_other_words_is_dropped_and_its_figure_stays():
    article = an_article()
    edition = an_edition(article)
    true = story_of(edition).figures[0]
    false = replace(true, figure=replace(true.figure, label="It was $5 million cheap"))
    (kept,) = story_of(passed(changed(edition, figures=(false,)), article)).figures
    assert kept == replace(true, figure=replace(true.figure, label=""))


def test_a_denied_figure_is_removed():
    article = an_article("The mayor of Hallin opened a school. " + FINE)
    edition = an_edition(article)
    bare = [
        replace(f, figure=replace(f.figure, label=""))
        for f in story_of(edition).figures
    ]
    gated = passed(changed(edition, figures=tuple(bare)), article)
    assert [f.figure.text for f in story_of(gated).figures] == ["$2 million"]
