import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.quotation_marks import find_quoted

ALPHABET = "ab AB.,?!'\"’‘“”„«»‹›「」\n—(s)"


def inside(text):
    return [text[one.start : one.end] for one in find_quoted(text)]


@pytest.mark.parametrize(
    "text",
    [
        '"We go," she said.',
        "“We go,” she said.",
        "'We go,' she said.",
        "‘We go,’ she said.",
        "„We go,“ sagte sie.",
        "„We go,” powiedziała.",
        "«We go,» dit-elle.",
        "« We go, » dit-elle.",
        "»We go,« sagte sie.",
        "”We go,” sade hon.",
        "「We go,」と言った。",
        "“We go,“ she said.",
        '“We go," she said.',
    ],
)
def test_every_style_of_marks_is_read(text):
    assert inside(text) == ["We go,"]


def test_straight_single_marks_are_distinguished_from_apostrophes():
    text = (
        "Korea's plan 'shouldn't mean that Korea's rivals' ships turn back,' he said."
    )
    assert inside(text) == ["shouldn't mean that Korea's rivals' ships turn back,"]


def test_single_marks_with_curly_apostrophes_are_read():
    text = "It 'shouldn’t mean that the leaders’ ties move,' aiming to 'end it.'"
    assert inside(text) == ["shouldn’t mean that the leaders’ ties move,", "end it."]


def test_a_possessive_plural_does_not_close():
    assert inside("‘The farmers’ patience is gone,’ he said.") == [
        "The farmers’ patience is gone,"
    ]


def test_a_mark_after_s_closes_before_a_small_word():
    assert inside("The 'strategic choices' of both.") == ["strategic choices"]


@pytest.mark.parametrize("word", ["'em", "'til", "'90s", "'Twas", "’cause"])
def test_a_clipped_word_opens_nothing(word):
    assert inside(f"Get {word} to the farmers' yard, or the bakers' shop.") == []


def test_apostrophes_alone_quote_nothing():
    assert inside("It isn't the Bells' house and they're Tom's.") == []


def test_two_apostrophes_are_no_mark():
    assert inside("A board of 6'' by ''four'' was cut.") == []


def test_the_inner_family_is_left_to_the_outer():
    assert inside("“He told me ‘go home’ and I went,” she said.") == [
        "He told me ‘go home’ and I went,"
    ]
    assert inside("'He told me \"go home\" and I went,' she said.") == [
        'He told me "go home" and I went,'
    ]


def test_straight_and_curly_marks_may_be_mixed():
    assert inside('"One," he said. “Two,” she said.') == ["One,", "Two,"]


def test_a_lost_mark_spoils_nothing_after_its_paragraph():
    text = 'He said "we go and left.\nShe said "no" and "yes".'
    assert inside(text) == ["no", "yes"]


def test_a_lost_mark_before_another_pair_spoils_only_itself():
    assert inside("A “lost one. Then she said “we go” and left.") == ["we go"]


def test_a_mistyped_closing_mark_ends_what_it_should():
    assert inside("He wrote: “We can.’ It played in “Harbour.”") == [
        "We can.",
        "Harbour.",
    ]


def test_a_paragraph_left_open_goes_on_in_the_next():
    text = "She said: “One thing.\n\n“And another.”\n\nThen she left."
    first, second = find_quoted(text)
    assert text[first.start : first.end] == "One thing."
    assert text[second.start : second.end] == "And another."
    assert (first.closed, first.goes_on) == (False, False)
    assert (second.closed, second.goes_on) == (True, True)


def test_stray_marks_before_paragraphs_make_no_quotation():
    assert inside('"The first paragraph.\n"The second one.\nThe third.') == []


def test_a_mark_with_a_space_before_it_still_closes():
    assert inside('He said " we go " and left.') == ["we go"]


def test_rows_of_marks_are_ornament():
    row = '"' * 7
    assert inside(f'{row}Flash{row} He said "we go" and left.') == ["we go"]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", ""])
def test_guillemets_are_read_by_their_shape_despite_spaces(space):
    text = f"«{space}We go{space}», dit-elle. Il dit «{space}no{space}»."
    assert inside(text) == ["We go", "no"]


@pytest.mark.parametrize(
    "text",
    ["她说：“水来了。”然后走了。", "그는 “물이 왔다”고 말했다."],
)
def test_curly_marks_need_no_spaces_beside_letters_that_have_none(text):
    assert inside(text) == [text[text.index("“") + 1 : text.index("”")]]


def test_single_marks_are_inner_ones_where_two_apostrophes_are_the_outer_ones():
    text = "''He said 'go' to me,'' she said. ''And 'no' to you.'' It rained."
    assert inside(text) == []


def test_an_inner_mark_is_no_mistyped_closing_one():
    text = (
        '"There is no \'lock tax.\' It is a word. It stays.\n\n"A new one," she said.'
    )
    assert "There is no 'lock tax" not in inside(text)


def test_a_letter_left_out_before_a_space_does_not_close():
    text = "'We was waitin' and nobody came,' he said."
    assert inside(text) == ["We was waitin' and nobody came,"]


def test_a_mark_glued_to_a_comma_opens():
    assert inside("She said,“we go.”") == ["we go."]


@given(st.text(alphabet=st.sampled_from(ALPHABET), max_size=120))
def test_stretches_are_in_order_and_never_overlap(text):
    at = 0
    for one in find_quoted(text):
        assert at <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == text[one.start : one.end].strip()
        assert "\n" not in text[one.start : one.end]
        at = one.end


@given(st.text())
def test_any_text_is_read(text):
    assert all(one.start < one.end for one in find_quoted(text))
