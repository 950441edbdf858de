"""What of a title is the news, and what is the site's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.language.titles import strip_site_name

STRIPPED = [
    ("Council cuts bus routes - Hallin Courier", "Council cuts bus routes"),
    ("Council cuts bus routes | Politics | Hallin Courier", "Council cuts bus routes"),
    ("Dam gives way after rain – Torvale Herald", "Dam gives way after rain"),
    ("Dam gives way after rain - torvaleherald.co", "Dam gives way after rain"),
    ("BREAKING: Dam gives way after rain", "Dam gives way after rain"),
    ("Breaking News: Dam gives way - TVN24", "Dam gives way"),
    ("Dam gives way after rain (VIDEO)", "Dam gives way after rain"),
    ("[Watch] Dam gives way after rain", "Dam gives way after rain"),
    ("Opinion: The dam was never safe", "The dam was never safe"),
    ("Live updates: Dam gives way", "Dam gives way"),
    ("Nachruf: Der Mann am Damm", "Der Mann am Damm"),
    ("Editorial | The dam was never safe", "The dam was never safe"),
    (
        "EILMELDUNG: Damm bei Rothau gebrochen – Auental Bote",
        "Damm bei Rothau gebrochen",
    ),
]
KEPT = [
    "Flood watch: rivers rise across the county",
    "Ceasefire agreed in the valley - UN",
    "Four held over museum theft - police",
    "Hallin Rovers 2 - 1 Castlemere Town",
    "Doctor who stayed - and why she left",
    "Rents rise by a tenth – tenants protest",
    "One in three buses is late, survey finds",
    "Budget - Who Pays",
    "“We were lucky” - survivor of the ferry fire",
    "Hafenbahn: »Der Nebel war nicht schuld«",
    "Interview: “The fog was not to blame”",
]


@pytest.mark.parametrize(("title", "kept"), STRIPPED)
def test_site_section_and_label_are_stripped(title, kept):
    assert strip_site_name(title) == kept


@pytest.mark.parametrize("title", KEPT)
def test_what_belongs_to_the_news_is_kept(title):
    assert strip_site_name(title) == title


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("There are no plans, Anna Brandt said.", "No plans for a bridge tax - Brandt"),
        ("„Nein“, sagte Frau Brandt.", "No plans for a bridge tax - Brandt"),
        ("Mr. Brandt had said so.", "No plans for a bridge tax - Brandt"),
        ("The Brandt reported on Tuesday.", "No plans for a bridge tax"),
        ("The Annas meet Anna Brandts.", "No plans for a bridge tax"),
        ("", "No plans for a bridge tax"),
    ],
)
def test_a_person_of_the_text_is_whom_a_title_quotes(text, kept):
    assert strip_site_name("No plans for a bridge tax - Brandt", "", text) == kept


def test_the_name_of_the_source_is_stripped_whatever_it_looks_like():
    title = "Bridge closes for a year - der weg"
    assert strip_site_name(title, "Der Weg") == "Bridge closes for a year"


@given(st.text(max_size=80))
def test_a_title_never_becomes_empty_and_stays_stripped(title):
    kept = strip_site_name(title)
    assert bool(kept) == bool(title.split())
    assert strip_site_name(kept) == kept
