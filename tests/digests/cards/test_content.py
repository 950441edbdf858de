from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digests.cards.content import (
    build_card,
    describe_change,
    describe_dispute,
    describe_figure,
    find_author,
    find_card_context,
    list_further_figures,
    name_kind,
    name_status,
    set_in_marks,
)
from digests.quotes.attribution import find_quotes
from digests.types import (
    Article,
    ArticleRef,
    Dispute,
    EditionFigure,
    EditionStory,
    Figure,
    Headline,
    Section,
    Sentence,
    Span,
)

TEXT = "It rained.  “It’s  open,” said lock warden Ruth Bell."


def an_article(**changes):
    article = Article(
        id="a1",
        text=TEXT,
        source="Canal Courier",
        url="https://courier.example/lock",
        published=datetime(2026, 1, 6, 23, 30, tzinfo=UTC),
    )
    return replace(article, **changes)


def a_card(**changes):
    article = an_article(**changes)
    return build_card(article, find_quotes(article.text)[0])


def test_the_words_are_those_of_the_article():
    card = a_card()
    assert card.text == TEXT[card.span.start : card.span.end] == "It’s  open"


def test_the_comma_that_joins_the_words_to_the_reporters_sentence_is_left_out():
    assert not a_card().text.endswith(",")
    assert a_card(text="“It’s open, at last!” Ruth Bell said.").text.endswith("last!")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '"We shut the lock," Bell said. "Nobody will drown here."',
            "We shut the lock” … “Nobody will drown here.",
        ),
        (
            '" We shut it! " he said. " Nobody will drown, " said Ruth Bell.',
            "We shut it!” … “Nobody will drown",
        ),
        (
            "“We shut it at dusk, ‘the old lady’, and went home,” Bell said.",
            "We shut it at dusk, ‘the old lady’, and went home",
        ),
    ],
)
def test_the_reporters_words_between_two_parts_are_not_shown(text, shown):
    quotes = find_quotes(text)
    card = build_card(an_article(text=text), quotes[0], (*quotes, None, None)[1])
    assert set_in_marks(card) == ("“", shown, "”")


def test_the_card_shows_speaker_and_place():
    card = a_card()
    assert (card.speaker, card.role) == ("Ruth Bell", "lock warden")
    assert (card.source, card.article) == ("Canal Courier", "a1")
    assert card.url == "https://courier.example/lock"


def test_the_context_is_the_sentence_around_the_words():
    card = a_card()
    assert card.context_text == "“It’s  open,” said lock warden Ruth Bell."
    assert card.context_text == TEXT[card.context.start : card.context.end]


def test_the_alt_text_is_a_sentence_with_speaker_words_outlet_and_date():
    assert a_card().alt == (
        "Ruth Bell, lock warden: “It’s  open” (Canal Courier, 2026-01-06)."
    )


def test_the_alt_text_leaves_out_what_is_not_known():
    card = a_card(text="“It’s open now and it stays open.”", source="", published=None)
    assert card.alt == (
        "Somebody the article does not name: “It’s open now and it stays open.”"
    )


def test_a_text_without_declared_language_is_english():
    assert a_card().lang == "en"
    assert a_card(lang="en-GB").lang == "en-GB"


# ── context of the quote ────────────────────────────────────────────────────────


def set_in(text: str) -> str:
    article = an_article(text=text)
    place = find_card_context(article, build_card(article, find_quotes(text)[0]))
    return text[place.start : place.end]


def test_words_worked_into_a_sentence_are_set_in_that_sentence():
    text = "Rain came. Ruth Bell called the new lock “the best thing in ten years.”"
    assert set_in(text) == text.removeprefix("Rain came. ")


def test_a_mere_attribution_is_replaced_by_the_sentence_before():
    assert set_in(TEXT) == "It rained."


def test_words_of_another_speaker_are_no_context():
    quoted = "“We were all of us afraid that night,” said Tom Ames."
    text = f"The lock opened on Monday.\n\n{quoted}\n\n{quoted}"
    article = an_article(text=text)
    second = build_card(article, find_quotes(text)[-1])
    place = find_card_context(article, second)
    assert text[place.start : place.end] == "The lock opened on Monday."


def test_with_nothing_before_it_a_quote_is_set_in_its_own_sentence():
    text = "“It’s open,” said Ruth Bell."
    assert set_in(text) == text


# ── figures ────────────────────────────────────────────────────────────────────


def a_figure(**changes):
    figure = Figure(
        start=0,
        end=2,
        text="12",
        value=12,
        unit="people",
        what="people",
        sentence=Span(start=0, end=9),
    )
    return replace(figure, **changes)


def reported_by(source, **changes):
    figure = a_figure(**changes)
    return EditionFigure(figure=figure, article=source, source=source, sentence_text="")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("The fire killed 12 people", ["The fire killed ", "12", " people"]),
        ("12 of 120 wells are dry", ["", "12", " of 120 wells are dry"]),
        ("Of 120 wells 12 are dry", ["Of 120 wells ", "12", " are dry"]),
        ("", ["", "12", " people"]),
        ("A clause without the number", ["", "12", " people"]),
    ],
)
def test_a_figure_is_shown_as_its_clause_in_which_its_number_stands_out(label, shown):
    runs = describe_figure(a_figure(label=label))
    assert [text for text, _ in runs] == shown
    assert [stands_out for _, stands_out in runs] == [False, True, False]


def test_a_number_stands_out_however_its_clause_writes_its_first_word_and_spaces():
    figure = a_figure(text="about\xa012", label="About 12 people fled")
    assert [text for text, _ in describe_figure(figure)] == [
        "",
        "About 12",
        " people fled",
    ]


@pytest.mark.parametrize(
    ("label", "status", "named"),
    [
        ("", "reported", "None"),
        ("", "expected", "expected"),
        ("", "past", "earlier"),
        ("The dam will cost 12 million", "expected", "None"),
        ("The dam cost 12 million", "disputed", "disputed"),
    ],
)
def test_a_status_is_named_where_the_words_do_not_say_it(label, status, named):
    assert str(name_status(a_figure(label=label, status=status))) == named


def test_a_number_stands_beside_the_older_one_that_it_replaces():
    older = reported_by("Canal Courier", text="12")
    newer = replace(reported_by("Strand Radio", text="31"), replaces=older)
    assert describe_change(newer) == "12, Canal Courier → 31"
    assert describe_change(replace(newer, source="Canal Courier")) == "12 → 31"
    assert describe_change(older) == ""


def a_story_with(figure: EditionFigure) -> EditionStory:
    summary = Sentence(text="It rained.", spans=(Span(start=0, end=10),))
    lead = ArticleRef(
        id="a1", revision="", source="Canal Courier", title=None, url="", published=None
    )
    return EditionStory(
        id="s-abcdef",
        headline=Headline(text="It rained"),
        summary=(summary,),
        cards=(),
        figures=(figure,),
        articles=(lead,),
        outlets=("Canal Courier",),
    )


def located(start: int, **changes: Any) -> EditionFigure:
    placed = replace(a_figure(), start=start, end=start + 2)
    found = EditionFigure(
        figure=placed, article="a1", source="Canal Courier", sentence_text=""
    )
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (located(3), False),
        (located(40), True),
        (located(3, article="a2"), True),
        (located(3, revision="of a corrected text"), True),
        (located(3, replaces=located(90)), True),
    ],
)
def test_a_figure_of_the_shown_summary_is_not_repeated(figure, shown):
    listed = list_further_figures(a_story_with(figure), ("summary", "figures"))
    assert bool(listed) == shown


def test_without_the_summary_every_figure_is_listed():
    sections: tuple[Section, ...] = ("figures",)
    assert list_further_figures(a_story_with(located(3)), sections)


def test_where_outlets_differ_the_clause_of_one_has_the_number_of_the_other():
    ours = reported_by("Canal Courier", label="The fire killed 12 people")
    dispute = Dispute(ours=ours, theirs=reported_by("Strand Radio", text="15"))
    said = "".join(text for text, _ in describe_dispute(dispute))
    assert said == "The fire killed 12 people (Canal Courier), 15 (Strand Radio)"


def test_where_outlets_differ_a_long_clause_gives_way_to_the_number():
    ours = reported_by("", label=f"The fire killed 12 people {'and so on ' * 9}")
    dispute = Dispute(ours=ours, theirs=reported_by("Strand Radio", text="15"))
    said = "".join(text for text, _ in describe_dispute(dispute))
    assert said == "12 people, 15 (Strand Radio)"


# ── kinds ──────────────────────────────────────────────────────────────────────


def test_a_kind_has_a_label_and_plain_news_has_none():
    assert str(name_kind("opinion")) == "Opinion"
    assert name_kind("news") is None


@pytest.mark.parametrize(
    ("author", "kind", "named"),
    [
        ("Ada Brandt", "opinion", "Ada Brandt"),
        ("Ada Brandt", "news", ""),
        ("Canal Courier", "opinion", ""),
        ("desk@courier.example", "opinion", ""),
        (None, "opinion", ""),
    ],
)
def test_who_wrote_a_view_is_named_and_no_outlet_or_address(author, kind, named):
    assert find_author(author, kind, "Canal Courier") == named
