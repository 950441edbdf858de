"""The main path from articles to an edition."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digests.compose import compose, compose_story
from digests.editing.novelty import collect_published
from digests.types import (
    Article,
    ArticleDecision,
    Edition,
    EditionStyle,
    PublishedLedger,
    StoryMembership,
)
from tests.builders import BRIDGE, NOON, an_article

POOL = an_article(
    id="pool",
    title="Torvale pool reopens after repairs",
    text="The public pool in Torvale reopened on Tuesday after repairs to its roof. "
    "Some 400 children have lessons there each week.",
    source="Torvale Herald",
)

LATER = NOON + timedelta(hours=1)
SAME_EVENT = an_article(
    id="bridge-2",
    source="Strand Radio",
    title="Crack closes the harbour bridge at Hallin",
    published=LATER,
    text="The harbour bridge at Hallin has been closed after engineers found a "
    "crack. Ada Brandt, the city engineer, said the steel will be tested.",
)
SAME_EVENT_NO_NEWS = an_article(
    id="no-news",
    source="Strand Radio",
    title="Harbour bridge at Hallin closes after crack",
    published=LATER,
    text="After a crack was found the harbour bridge at Hallin was closed on Tuesday. "
    "About 31,000 vehicles cross the bridge every day, said Ada Brandt.",
)


def decision(edition: Edition, article: str) -> ArticleDecision:
    (found,) = [d for d in edition.decisions if d.article == article]
    return found


def edition_of(*articles, ledger: PublishedLedger | None = None, **style) -> Edition:
    return compose(articles, now=NOON, ledger=ledger, style=EditionStyle(**style))


def words_shown(edition: Edition) -> set[str]:
    shown = [s.headline.text for s in edition.stories]
    shown += [s.text for story in edition.stories for s in story.summary]
    shown += [c.text for story in edition.stories for c in story.cards]
    shown += [line.headline.text for line in edition.brief]
    return {w.strip(".,:;!?…“”'\"’").casefold() for t in shown for w in t.split()}


def test_an_edition_has_the_story_with_its_quotes_and_their_speaker():
    edition = edition_of(an_article())
    (story,) = edition.stories
    assert [card.speaker for card in story.cards] == ["Ada Brandt"]


def test_a_quotation_of_the_summary_gets_no_card():
    (story,) = edition_of(an_article()).stories
    summary = " ".join(sentence.text for sentence in story.summary)
    assert "before the steel has been tested" in summary
    assert [card.text for card in story.cards] == ["Nobody was in danger at any time."]


def test_a_short_articles_quotation_stands_on_its_card_and_not_in_the_summary():
    article = an_article(
        title="Crack closes the harbour bridge at Hallin",
        text="The harbour bridge at Hallin closed on Tuesday.\n\n"
        "“We will not open a bridge that we cannot trust,” said mayor Ada Brandt.",
    )
    (story,) = edition_of(article).stories
    assert [sentence.text for sentence in story.summary] == [
        "The harbour bridge at Hallin closed on Tuesday."
    ]
    assert [card.speaker for card in story.cards] == ["Ada Brandt"]


def test_every_quote_is_the_articles_words_at_its_span():
    article = an_article()
    (story,) = edition_of(article).stories
    for card in story.cards:
        assert article.text[card.span.start : card.span.end] == card.text


def test_published_stories_are_not_repeated():
    first = edition_of(an_article())
    assert edition_of(an_article(), ledger=collect_published(first)).stories == ()


def test_a_brief_story_counts_as_published():
    first = edition_of(an_article(), POOL, stories=1)
    assert len(first.brief) == 1
    again = edition_of(an_article(), POOL, ledger=collect_published(first), stories=1)
    assert (again.stories, again.brief) == ((), ())


def test_articles_of_a_brief_story_do_not_return_as_an_update():
    longer = replace(
        SAME_EVENT, text=f"{SAME_EVENT.text} Insurers refuse any payment so far."
    )
    articles = (an_article(), longer)
    first = edition_of(*articles, stories=0)
    assert len(first.brief) == 1
    again = edition_of(*articles, ledger=collect_published(first))
    assert (again.stories, again.brief) == ((), ())


def test_the_order_of_the_articles_does_not_matter():
    assert edition_of(an_article(), POOL) == edition_of(POOL, an_article())


def test_an_article_in_another_language_is_omitted_with_the_reason():
    german = replace(POOL, lang="de")
    edition = edition_of(an_article(), german)
    assert len(edition.stories) == 1
    (refused,) = [d for d in edition.decisions if d.article == "pool"]
    assert (refused.stage, refused.outcome) == ("filter", "left out")
    assert "another language (de)" in str(refused.reason)


def test_an_excluded_word_keeps_an_article_out():
    edition = edition_of(an_article(), POOL, exclude=("pool",))
    assert [s.articles[0].id for s in edition.stories] == ["bridge"]


def test_two_outlets_on_one_event_are_one_story():
    edition = edition_of(an_article(), SAME_EVENT)
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
    explained = an_article(text=f"{an_article().text}\n\n{why}")
    (story,) = edition_of(explained).stories
    assert plain.matters is None
    assert story.matters is not None
    (span,) = story.matters.spans
    assert explained.text[span.start : span.end] == story.matters.text


def test_every_article_has_exactly_one_decision():
    articles = (an_article(), POOL, replace(POOL, id="de", lang="de"))
    decided = [d.article for d in edition_of(*articles).decisions]
    assert sorted(decided) == ["bridge", "de", "pool"]


def test_a_copy_names_the_outlet_whose_text_it_repeats():
    copy = replace(an_article(id="copy", source="Copyist"), published=LATER)
    decided = decision(edition_of(an_article(), copy), "copy")
    assert (decided.stage, decided.outcome) == ("story", "duplicate")
    assert "the article from Hallin Courier" in str(decided.reason)


def test_a_merged_article_names_the_published_outlet():
    decided = decision(edition_of(an_article(), SAME_EVENT), "bridge-2")
    assert (decided.stage, decided.outcome) == ("story", "merged")
    assert "the article from Hallin Courier" in str(decided.reason)
    assert "story 1" in str(decided.reason)


def test_a_replaced_version_names_the_outlet_of_the_newer_one():
    newer = an_article(
        id="newer", text=f"{BRIDGE}\n\nCorrected.", revises="bridge", published=LATER
    )
    decided = decision(edition_of(an_article(), newer), "bridge")
    assert (decided.stage, decided.outcome) == ("fresh", "left out")
    assert "from Hallin Courier" in str(decided.reason)


def test_published_articles_are_marked_as_such():
    first = edition_of(an_article())
    again = edition_of(
        an_article(), SAME_EVENT_NO_NEWS, ledger=collect_published(first)
    )
    decided = decision(again, "no-news")
    assert (decided.stage, decided.outcome) == ("told", "left out")
    assert "from Hallin Courier" in str(decided.reason)


def test_lower_ranked_stories_have_the_reason():
    brief = decision(edition_of(an_article(), POOL, stories=1), "pool")
    out = decision(edition_of(an_article(), POOL, stories=1, brief=0), "pool")
    assert (brief.stage, brief.outcome) == ("rank", "brief")
    assert (out.stage, out.outcome) == ("rank", "left out")
    assert "among the newest" in str(out.reason)


def test_an_update_starts_with_what_is_new():
    first = edition_of(an_article())
    new = "Welders from Torvale will replace nine beams before Easter."
    more = an_article(id="more", text=f"{BRIDGE}\n\n{new}", published=LATER)
    (story,) = edition_of(an_article(), more, ledger=collect_published(first)).stories
    assert story.update
    assert [sentence.text for sentence in story.summary] == [new]


def test_a_revision_of_commas_never_returns():
    first = edition_of(an_article())
    commas = an_article(text=BRIDGE.replace("on Tuesday after", "on Tuesday, after"))
    again = edition_of(commas, ledger=collect_published(first))
    assert (again.stories, again.brief) == ((), ())


def test_a_corrected_figure_that_was_shown_returns():
    first = edition_of(an_article(), summary_chars=600)
    corrected = an_article(text=BRIDGE.replace("31,000", "13,000"))
    again = edition_of(corrected, ledger=collect_published(first), summary_chars=600)
    assert [story.update for story in again.stories] == [True]


def test_a_late_earlier_article_does_not_rename_a_story():
    (before,) = edition_of(an_article()).stories
    known = [StoryMembership(article="bridge", story=before.id)]
    early = replace(SAME_EVENT, published=NOON - timedelta(hours=9))
    edition = compose([an_article(), early], now=NOON, known=known)
    assert [story.id for story in edition.stories] == [before.id]


def test_articles_read_and_sources_are_counted():
    made = edition_of(an_article(), POOL).made_from
    assert (made.articles, made.sources) == (2, 2)


def test_no_articles_make_an_empty_edition():
    assert edition_of().stories == ()


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


PARTS = [*BRIDGE.split("\n\n"), POOL.text, SAME_EVENT.text, "Short."]
news_articles = st.builds(
    lambda number, parts, title, hours, source: an_article(
        id=f"n{number}",
        text="\n\n".join(parts),
        title=title,
        source=source,
        published=NOON - timedelta(hours=hours),
    ),
    st.integers(0, 10**6),
    st.lists(st.sampled_from(PARTS), max_size=4),
    st.sampled_from((None, "Harbour bridge closes", POOL.title, SAME_EVENT.title)),
    st.integers(0, 100),
    st.sampled_from(("Courier", "Herald", "")),
)


@given(st.lists(news_articles, max_size=6, unique_by=lambda a: a.id))
def test_composing_the_same_articles_again_is_empty(articles: list[Article]):
    style = EditionStyle(stories=4, brief=20)
    first = compose(articles, now=NOON, style=style)
    again = compose(articles, now=NOON, style=style, ledger=collect_published(first))
    shown = {s.id for s in first.stories} | {b.story for b in first.brief}
    assert not shown & {s.id for s in again.stories}
    assert not shown & {b.story for b in again.brief}


def test_one_story_is_composed_as_an_edition_shows_it():
    articles = (an_article(), SAME_EVENT)
    members = tuple(StoryMembership(article=a.id, story="s-abcdef") for a in articles)
    story = compose_story(articles, members)
    (shown,) = edition_of(*articles, quotes=5).stories
    assert story is not None
    assert (story.id, story.summary) == ("s-abcdef", shown.summary)
    assert story.cards == shown.cards


def test_a_story_without_articles_is_not_composed():
    assert compose_story((an_article(),), ()) is None


def test_articles_older_than_the_maximum_age_are_left_out_with_the_reason():
    old = an_article(published=NOON - timedelta(hours=25))
    edition = edition_of(old, POOL, max_age=24)
    assert [story.articles[0].id for story in edition.stories] == ["pool"]
    refused = decision(edition, "bridge")
    assert (refused.stage, refused.outcome) == ("filter", "left out")
    assert "more than 24 hours old" in str(refused.reason)


def test_an_article_within_the_maximum_age_or_without_a_date_is_taken():
    recent = an_article(published=NOON - timedelta(hours=24))
    undated = replace(POOL, published=None)
    assert len(edition_of(recent, undated, max_age=24).stories) == 2


LETTER = an_article(
    id="review",
    title=None,
    source="Strand Radio",
    text="I have never liked the new hall, and I still do not. Comment by Osric Vane. "
    "My view is that we should all ask who pays for it. I think that the council owes "
    "us an answer, and I believe that it knows this as well as you and I do.",
)


def test_in_brief_a_text_without_a_title_must_be_a_report():
    articles = (an_article(), POOL, LETTER)
    edition = edition_of(*articles, stories=1)
    assert [line.article.id for line in edition.brief] == ["pool"]
    assert decision(edition, "review").outcome == "left out"


def test_in_brief_one_word_is_no_headline():
    word = replace(
        POOL, id="word", title="Solutions", text="Answers: anvil, bell, cot."
    )
    edition = edition_of(an_article(), POOL, word, stories=1)
    assert [line.article.id for line in edition.brief] == ["pool"]


REVIEW = an_article(
    id="review",
    title="Film review: The Otter King",
    source="Strand Radio",
    text="Director Uta Holm has made a film about an otter, and the otter is the "
    "better actor. The camera is splendid and the dialogue is wooden.",
)


def test_what_is_no_report_has_a_line_and_no_story():
    edition = edition_of(an_article(), REVIEW)
    assert [story.articles[0].id for story in edition.stories] == ["bridge"]
    assert [line.article.id for line in edition.brief] == ["review"]


PUBS = replace(
    REVIEW,
    id="pubs",
    title="Six pubs worth the walk in Norrvik",
    text="The herring at the Anchor alone is worth wet shoes. Sit by the stove. The "
    "Bell pours cider and closes at ten.",
)
TIPS = replace(PUBS, id="tips", title="Five ways to keep your cellar dry")


def test_lists_for_customers_have_neither_line_nor_story_beside_news():
    edition = edition_of(an_article(), PUBS, TIPS, REVIEW)
    assert [story.articles[0].id for story in edition.stories] == ["bridge"]
    assert [line.article.id for line in edition.brief] == ["review"]


def test_in_an_edition_without_lines_lists_come_last():
    heavy = replace(PUBS, title="Six pubs worth the walk after the flood")
    edition = edition_of(heavy, REVIEW, brief=0, stories=1)
    assert [story.articles[0].id for story in edition.stories] == ["review"]


def test_where_nothing_reports_what_is_there_is_shown_in_full():
    assert [s.articles[0].id for s in edition_of(REVIEW).stories] == ["review"]


def test_an_edition_without_lines_has_everything_in_full():
    edition = edition_of(an_article(), REVIEW, brief=0)
    assert {s.articles[0].id for s in edition.stories} == {"bridge", "review"}


BRIEFING = an_article(
    id="briefing",
    title="Morning briefing: What you need to know on Tuesday",
    source="Strand Radio",
    text="Shares fell in Norrvik, the rain will stop, and an otter is still at large.",
)


def test_a_list_of_news_has_no_line():
    edition = edition_of(an_article(), POOL, BRIEFING, stories=1)
    assert [line.article.id for line in edition.brief] == ["pool"]
    assert decision(edition, "briefing").outcome == "left out"


ESSAY = (
    "Like many of the old ferrymen, Tom Reed is used to talking of the weather. "
    "His days are long and his boots are wet. "
    "There is a lamp in the window, and a kettle on the stove. "
    "Most evenings are quiet on the quay. "
    "Some people think that the river is a friend of Reed. "
    "Reed is not so sure of it."
)


def test_an_essay_without_a_title_is_shown_only_where_there_are_no_reports():
    essay = an_article(id="essay", title=None, text=ESSAY, source="Strand Radio")
    assert [s.articles[0].id for s in edition_of(essay).stories] == ["essay"]
    both = edition_of(an_article(), essay)
    assert [s.articles[0].id for s in both.stories] == ["bridge"]
    assert decision(both, "essay").outcome == "left out"
