"""Changes that a corrected article makes in a published story, and their wording."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.cards.content import build_card
from digests.compose import compose
from digests.corrections.amendments import Amendment, apply_amendments
from digests.corrections.story_comparison import find_amendment, relocate_story
from digests.quotes.attribution import find_quotes
from digests.types import (
    Article,
    BriefStory,
    CorrectionNote,
    Edition,
    EditionStory,
    Sentence,
    Span,
)
from tests.builders import BRIDGE, NOON, an_article

LATER = NOON + timedelta(hours=2)
OLD = an_article()


def reported(article: Article = OLD) -> Edition:
    return compose([article], now=NOON)


def corrected(old: str, new: str, text: str = BRIDGE) -> Article:
    assert old in text
    return an_article(text=text.replace(old, new))


def change(new: Article, edition: Edition | None = None) -> Amendment | None:
    (story,) = (edition or reported()).stories
    return find_amendment(story, {OLD.revision: OLD}, new, LATER)


def now(new: Article) -> EditionStory:
    found = change(new)
    assert found is not None
    (story,) = apply_amendments(reported(), [found]).stories
    return story


def pairs(story: EditionStory) -> list[tuple[str, str]]:
    return [(note.before, note.after) for note in story.notes]


# ── what changes ───────────────────────────────────────────────────────────────


def test_a_sentence_takes_the_new_wording_and_leads_to_the_new_version():
    new = corrected("31,000", "13,000")
    (sentence,) = [s for s in now(new).summary if "13,000" in s.text]
    (span,) = sentence.spans
    assert sentence.text == new.text[span.start : span.end]
    assert sentence.revision == new.revision


def test_the_other_sentences_still_link_to_the_published_version():
    before, after = reported().stories[0], now(corrected("31,000", "13,000"))
    same = [s for s in after.summary if not s.revision]
    assert same == [s for s in before.summary if "31,000" not in s.text]


def test_a_figure_is_the_new_one():
    new = corrected("31,000", "13,000")
    (figure,) = now(new).figures
    assert (figure.figure.value, figure.revision) == (13_000, new.revision)


def test_a_quote_takes_its_new_words_from_the_new_version():
    new = corrected("Nobody was in danger", "Nobody was in great danger")
    card = now(new).cards[0]
    assert card.text == "Nobody was in great danger at any time."
    assert new.text[card.span.start : card.span.end] == card.text
    assert (card.revision, card.withdrawn) == (new.revision, False)


def test_a_quote_that_went_is_struck_and_keeps_its_words():
    quote = " She added: “Nobody was in danger at any time.”"
    card = now(corrected(quote, "")).cards[0]
    assert (card.text, card.withdrawn) == ("Nobody was in danger at any time.", True)
    assert card.revision == OLD.revision


def test_a_quote_with_another_speaker_now_is_withdrawn():
    card = build_card(OLD, find_quotes(BRIDGE)[0])
    (story,) = reported().stories
    edition = replace(reported(), stories=(replace(story, cards=(card,)),))
    said = "has been tested,” said Ada Brandt, the city engineer"
    now_said = "has been examined,” said Osric Vane, the city engineer"
    found = change(corrected(said, now_said), edition)
    assert found is not None
    (after,) = apply_amendments(edition, [found]).stories
    assert (after.cards[0].speaker, after.cards[0].withdrawn) == ("Ada Brandt", True)


def test_the_hero_is_corrected_with_its_story():
    edition = reported()
    edition = replace(edition, hero=edition.stories[0].cards[0])
    new = corrected("Nobody was in danger", "Nobody was in great danger")
    found = change(new)
    assert found is not None
    after = apply_amendments(edition, [found])
    assert after.hero in after.stories[0].cards
    assert after.hero != edition.hero


def test_a_headline_whose_title_was_corrected_is_the_new_one():
    title = "Harbour bridge in Torvale closes"
    old = an_article(title="Harbour bridge in Hallin closes")
    new = an_article(title=title)
    (story,) = reported(old).stories
    found = find_amendment(story, {old.revision: old}, new, LATER)
    assert found is not None
    assert apply_amendments(reported(old), [found]).stories[0].headline.text == title


def test_a_line_in_brief_takes_the_new_headline():
    old = an_article(title="Harbour bridge in Hallin closes")
    new = an_article(title="Harbour bridge in Torvale closes")
    (story,) = reported(old).stories
    line = BriefStory(
        story=story.id, headline=story.headline, article=story.articles[0], outlets=()
    )
    found = find_amendment(line, {old.revision: old}, new, LATER)
    assert found is not None
    edition = replace(reported(old), stories=(), brief=(line,))
    (after,) = apply_amendments(edition, [found]).brief
    assert (after.headline.text, len(after.notes)) == (new.title, 1)


def test_corrections_are_made_one_after_the_other():
    first = corrected("31,000", "13,000")
    second = corrected("31,000", "14,000")
    one = change(first)
    assert one is not None
    edition = apply_amendments(reported(), [one])
    two = find_amendment(
        edition.stories[0],
        {OLD.revision: OLD, first.revision: first},
        second,
        LATER + timedelta(hours=1),
    )
    assert two is not None
    story = apply_amendments(reported(), [one, two]).stories[0]
    assert pairs(story) == [
        ("About 31,000 vehicles", "About 13,000 vehicles"),
        ("About 13,000 vehicles", "About 14,000 vehicles"),
    ]
    assert any("14,000" in s.text for s in story.summary)


# ── what does not ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("after a crack was found.", "after a crack was found,."),
        ("About 31,000", "About 31 000"),
        ("the city engineer", "the engineer of the city"),
        ("\n\nAbout 31,000 vehicles cross the bridge every day.", ""),
    ],
)
def test_what_is_no_correction_changes_nothing(old, new):
    assert change(corrected(old, new)) is None


def test_a_clause_that_is_not_shown_changes_nothing_that_is():
    (story,) = reported().stories
    shown = "The harbour bridge at Hallin was closed on Tuesday"
    first = Sentence(text=shown, spans=(Span(start=0, end=len(shown)),))
    story = replace(story, summary=(first,), cards=(), figures=(), matters=None)
    new = corrected("after a crack was found", "after no crack was found")
    assert find_amendment(story, {OLD.revision: OLD}, new, LATER) is None


def test_a_text_that_is_another_one_changes_nothing():
    assert (
        change(an_article(text="The pool of Torvale opens. It has 3 slides.")) is None
    )


def test_an_excerpt_takes_nothing_back():
    short = replace(an_article(text=BRIDGE.split("\n")[0]), excerpt=True)
    assert change(short) is None


def test_a_missing_version_changes_nothing():
    (story,) = reported().stories
    new = corrected("31,000", "13,000")
    assert find_amendment(story, {}, new, LATER) is None


def test_an_editors_words_are_a_note_and_nothing_else():
    note = CorrectionNote(at=LATER, said="It was Monday.")
    (before,) = reported().stories
    one = Amendment(story=before.id, notes=(note,))
    assert apply_amendments(reported(), [one]).stories == (
        replace(before, notes=(note,)),
    )


def test_another_story_is_left_alone():
    found = change(corrected("31,000", "13,000"))
    assert found is not None
    other = replace(found, story="s-other")
    assert apply_amendments(reported(), [other]) == reported()


# ── from another text ──────────────────────────────────────────────────────────


def test_relocated_it_is_in_the_other_text_word_for_word():
    page = an_article(text=f"Share this page.\n\n{BRIDGE}\n\nMore news.")
    (story,) = reported().stories
    moved = relocate_story(story, page)
    for sentence in moved.summary:
        assert sentence.revision == page.revision
        text = page.text[sentence.spans[0].start : sentence.spans[-1].end]
        assert text == sentence.text
    for card in moved.cards:
        assert page.text[card.span.start : card.span.end] == card.text


def test_what_the_other_text_has_not_keeps_its_place():
    (story,) = reported().stories
    assert (
        relocate_story(story, an_article(text="Something else.")).summary
        == story.summary
    )


# ── whatever is changed ────────────────────────────────────────────────────────

WORDS = BRIDGE.split(" ")


@given(
    st.integers(0, len(WORDS) - 1),
    st.sampled_from(["", "not", "14", "Torvale", "“", "1,2,3", "\n\n"]),
)
def test_every_shown_word_is_in_the_linked_version(place, word):
    words = [*WORDS[:place], word, *WORDS[place + 1 :]]
    new = an_article(text=" ".join(words))
    found = change(new)
    if found is None:
        return
    assert found.notes
    texts = {"": OLD.text, OLD.revision: OLD.text, new.revision: new.text}
    story = apply_amendments(reported(), [found]).stories[0]
    for sentence in story.summary:
        stands = texts[sentence.revision]
        assert sentence.text == " ".join(
            stands[span.start : span.end] for span in sentence.spans
        )
    for card in story.cards:
        assert texts[card.revision][card.span.start : card.span.end] == card.text
        assert card.withdrawn <= (card.text not in new.text)


def test_a_number_that_headline_and_text_have_is_noted_once_with_what_it_measures():
    text = (
        "Torvale will build a new pool beside the park. The cost of the pool is £4.6 "
        "million, the council said on Tuesday. Work begins in spring and lasts a year."
    )
    old = an_article(title="Torvale to spend £4.6 million on pool", text=text)
    new = an_article(
        title="Torvale to spend £6.4 million on pool", text=text.replace("4.6", "6.4")
    )
    (story,) = compose([old], now=NOON).stories
    found = find_amendment(story, {old.revision: old}, new, LATER)
    assert found is not None
    notes = [(note.what, note.before, note.after) for note in found.notes]
    assert notes == [("cost of the pool", "£4.6 million", "£6.4 million")]
