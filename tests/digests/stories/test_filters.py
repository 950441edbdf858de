import time

import pytest

from digests.errors import InputError
from digests.stories.filters import find_refusal_reason
from digests.types import EditionStyle
from tests.builders import an_article


def reason(text: str, *, include=(), exclude=()) -> str | None:
    article = an_article(title="Untitled", text=text)
    style = EditionStyle(include=tuple(include), exclude=tuple(exclude))
    found = find_refusal_reason(article, style)
    return str(found) if found else None


def test_without_filters_everything_comes_in():
    assert reason("anything") is None


@pytest.mark.parametrize("word", ["battery", "BATTERY", "“battery”"])
def test_a_word_matches_without_regard_to_case(word):
    assert reason("A Battery plant opened.", include=[word]) is None


@pytest.mark.parametrize("longer", ["rumoured", "drum", "drums"])
def test_a_word_does_not_match_inside_another(longer):
    assert reason(f"The {longer} date.", exclude=["rum"]) is None


def test_a_phrase_matches_over_a_line_break_and_other_marks():
    assert reason("The city’s\nclimate  summit", exclude=["city's climate summit"])


def test_the_title_counts_too():
    article = an_article(title="Battery plant opens", text="It is large.")
    assert find_refusal_reason(article, EditionStyle(include=("battery",))) is None


def test_an_excluded_word_wins_over_an_included_one():
    assert reason("A battery rumour.", include=["battery"], exclude=["rumour"])


def test_the_reason_names_the_filter():
    said = reason("A rumour.", exclude=["rumour"])
    assert said is not None
    assert "rumour" in said


def test_the_reason_names_what_was_asked_for():
    said = reason("Nothing of it.", include=["battery", "grid"])
    assert said is not None
    assert "battery or grid" in said


def test_a_pattern_matches_in_any_case():
    assert reason("New BATTERIES arrive.", include=["/batter(y|ies)/"]) is None


@pytest.mark.parametrize("bad", ["/(?=x)/", "/(/", "/[/"])
def test_a_bad_pattern_is_named(bad):
    with pytest.raises(InputError, match=r"RE2") as caught:
        reason("text", exclude=[bad])
    assert bad in str(caught.value)


@pytest.mark.parametrize("empty", ["", "  ", '""'])
def test_an_empty_filter_is_refused(empty):
    with pytest.raises(InputError, match="empty"):
        reason("text", exclude=[empty])


def test_an_evil_pattern_takes_no_time():
    before = time.process_time()
    assert reason("a" * 20_000 + "!", exclude=["/(a+)+$/"]) is None
    assert time.process_time() - before < 5


def test_a_title_that_is_no_valid_text_is_survived():
    article = an_article(title="lone \ud800 surrogate")
    assert find_refusal_reason(article, EditionStyle(include=("/surrogate/",))) is None
