"""The names of sections as editors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.model import complete_sections, parse_sections
from digests.types import ALL_SECTIONS, Sections


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("summary, quotes", ("summary", "quotes")),
        ("Quotes;SUMMARY", ("quotes", "summary")),
        ("summary quotes figures", ("summary", "quotes", "figures")),
        ("summary and quotes", ("summary", "quotes")),
        ("why it matters, key facts", ("matters", "figures")),
        ("Zitate, Zahlen, Warum das wichtig ist", ("quotes", "figures", "matters")),
        ("Außerdem in Kürze und Zusammenfassung", ("also", "summary")),
        (["summary", "in brief"], ("summary", "also")),
        ("  summary ,, ", ("summary",)),
    ],
)
def test_names_are_read_as_people_write_them(written, read):
    assert parse_sections(written) == read


@pytest.mark.parametrize("written", [None, "usual", " As  Usual ", "wie üblich"])
def test_usual_means_that_nothing_is_chosen(written):
    assert parse_sections(written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("summary, also, quotes", ("summary", "quotes", "also")),
        ("also, summary", ("also", "summary")),
        ("also", ("also",)),
    ],
)
def test_in_brief_is_first_or_last(written, read):
    assert parse_sections(written) == read


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("summary, qotes", "no section «qotes»; perhaps «quotes»?"),
        ("Zusammenfasung", "perhaps «summary»?"),
        ("weather", "no section «weather». There are: summary, matters, quotes"),
        ("quotes, summary, Quotes", "«quotes» is listed twice"),
        ("facts, figures", "«figures» is listed twice"),
        ("", "Name at least one section of summary, matters"),
        (" , ;", "Name at least one"),
        ([], "Name at least one"),
        ("summary, usual", "no section «usual»"),
        ([["summary"]], "There is no section"),
    ],
)
def test_an_invalid_name_is_reported_with_the_valid_ones(written, says):
    with pytest.raises(UserError) as refused:
        parse_sections(written)
    assert says in str(refused.value)


@given(st.lists(st.sampled_from(ALL_SECTIONS), unique=True, min_size=1))
def test_what_is_read_reads_the_same_again(chosen):
    once = parse_sections(", ".join(chosen))
    assert once is not None
    assert parse_sections(list(once)) == once
    assert set(once) == set(chosen)


@given(st.text(max_size=200))
def test_whatever_is_written_is_sections_or_a_sentence(written):
    found: Sections = None
    refused = ""
    try:
        found = parse_sections(written)
    except UserError as error:
        refused = str(error)
    assert len(refused) < 300
    assert set(found or ()) <= set(ALL_SECTIONS)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ("summary", "also", "usual", "summary, matters, quotes, figures, also")),
        ("summary, q", ("summary, quotes",)),
        ("summary,q", ("summary,quotes",)),
        ("quotes; ", ("quotes; summary", "quotes; also")),
    ],
)
def test_a_list_is_completed_by_its_last_name(typed, offered):
    assert set(offered) <= set(complete_sections(typed))


def test_listed_sections_are_not_offered_again():
    assert "summary, summary" not in complete_sections("summary, ")
