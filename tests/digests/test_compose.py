"""The main path: what becomes of articles on their way into an edition."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digests.compose import compose, told_by
from digests.types import Edition, Style, Told
from tests.builders import NOON, an_article

POOL = an_article(
    id="pool",
    title="Torvale pool reopens after repairs",
    text="The public pool in Torvale reopened on Tuesday after repairs to its roof. "
    "Some 400 children have lessons there each week.",
    source="Torvale Herald",
)


def edition_of(*articles, told: Told | None = None, **style) -> Edition:
    return compose(articles, now=NOON, told=told, style=Style(**style))


def words_shown(edition: Edition) -> set[str]:
    shown = [s.headline.text for s in edition.stories]
    shown += [s.text for story in edition.stories for s in story.summary]
    shown += [c.text for story in edition.stories for c in story.cards]
    shown += [line.headline.text for line in edition.brief]
    return {w.strip(".,:;!?…“”'\"’").casefold() for t in shown for w in t.split()}


def test_an_edition_tells_the_story_with_its_quotes_and_their_speaker():
    edition = edition_of(an_article())
    (story,) = edition.stories
    assert [card.speaker for card in story.cards] == ["Ada Brandt", "Ada Brandt"]


def test_every_quote_is_the_articles_words_at_its_span():
    article = an_article()
    (story,) = edition_of(article).stories
    for card in story.cards:
        assert article.text[card.span.start : card.span.end] == card.text


def test_what_was_told_is_not_told_again():
    first = edition_of(an_article())
    assert edition_of(an_article(), told=told_by(first)).stories == ()


def test_a_story_told_in_brief_counts_as_told():
    first = edition_of(an_article(), POOL, stories=1)
    assert len(first.brief) == 1
    again = edition_of(an_article(), POOL, told=told_by(first), stories=1)
    assert (again.stories, again.brief) == ((), ())


def test_the_order_of_the_articles_does_not_matter():
    assert edition_of(an_article(), POOL) == edition_of(POOL, an_article())


def test_an_article_in_another_language_stays_out_and_says_why():
    german = replace(POOL, lang="de")
    edition = edition_of(an_article(), german)
    assert len(edition.stories) == 1
    (refused,) = [d for d in edition.decisions if d.article == "pool"]
    assert (refused.stage, refused.outcome) == ("filter", "left out")
    assert "another language (de)" in refused.reason


def test_an_excluded_word_keeps_an_article_out():
    edition = edition_of(an_article(), POOL, exclude=("pool",))
    assert [s.articles[0].id for s in edition.stories] == ["bridge"]


def test_two_outlets_on_one_event_are_one_story():
    other = an_article(
        id="bridge-2",
        source="Strand Radio",
        title="Crack closes the harbour bridge at Hallin",
        published=NOON + timedelta(hours=1),
        text="The harbour bridge at Hallin has been closed after engineers found a "
        "crack. Ada Brandt, the city engineer, said the steel will be tested.",
    )
    edition = edition_of(an_article(), other)
    (story,) = edition.stories
    assert set(story.outlets) == {"Hallin Courier", "Strand Radio"}


def test_figures_on_which_outlets_differ_are_shown_side_by_side():
    text = (
        "The harbour bridge at Hallin was closed on Tuesday after a crack was found. "
        "Some 36,000 vehicles cross the bridge every day, the city said."
    )
    other = an_article(id="bridge-2", source="Strand Radio", text=text)
    (story,) = edition_of(an_article(), other).stories
    (dispute,) = story.disputes
    sides = {dispute.ours.source: dispute.ours, dispute.theirs.source: dispute.theirs}
    assert sides["Hallin Courier"].figure.value == 31_000
    assert sides["Strand Radio"].figure.value == 36_000


def test_figures_on_which_outlets_agree_are_no_dispute():
    other = an_article(id="bridge-2", source="Strand Radio")
    (story,) = edition_of(an_article(), other).stories
    assert story.disputes == ()


def test_why_it_matters_is_a_sentence_of_the_article_or_nothing():
    why = "The closure means that every container has to be brought in by sea."
    (plain,) = edition_of(an_article()).stories
    told = an_article(text=f"{an_article().text}\n\n{why}")
    (story,) = edition_of(told).stories
    assert plain.matters is None
    assert story.matters is not None
    (span,) = story.matters.spans
    assert told.text[span.start : span.end] == story.matters.text


def test_every_article_has_exactly_one_decision():
    articles = (an_article(), POOL, replace(POOL, id="de", lang="de"))
    decided = [d.article for d in edition_of(*articles).decisions]
    assert sorted(decided) == ["bridge", "de", "pool"]


def test_articles_read_and_sources_are_counted():
    made = edition_of(an_article(), POOL).made_from
    assert (made.articles, made.sources) == (2, 2)


def test_no_articles_make_an_empty_edition():
    assert edition_of().stories == ()


@settings(max_examples=150, deadline=None)
@given(title=st.none() | st.text(max_size=60), text=st.text(max_size=600))
def test_no_word_is_shown_that_is_not_in_its_source(title, text):
    article = an_article(title=title, text=text)
    source = {
        w.strip(".,:;!?…“”'\"’").casefold()
        for w in f"{title or ''} {text}".replace("\n", " ").split()
    }
    whole = f"{title or ''}\n{text}".casefold()
    for word in words_shown(edition_of(article)):
        assert word in source or word in whole
