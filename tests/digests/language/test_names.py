import pytest

from digests.language.grammar import tokenize_span
from digests.language.names import PeopleIndex, find_names


def names(text):
    return find_names(tokenize_span(text, 0, len(text)))


def texts(text):
    return [name.text for name in names(text)]


def cast(text):
    return PeopleIndex(names(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Yesterday Sen. Ruth Bell spoke.", "Ruth Bell"),
        ("Then Chinese President Lin Wei spoke.", "Lin Wei"),
        ("Then Prime Minister Sana Okabe spoke.", "Sana Okabe"),
        ("Then Bill de Marco spoke.", "Bill de Marco"),
        ("Dann sprach Einsatzleiter Valentin Reuß.", "Valentin Reuß"),
        ("Dann sprach Konstantin Amrhein.", "Konstantin Amrhein"),
        ("Then J.P. Morrow spoke.", "J.P. Morrow"),
        ("Then Mary-Anne O’Dell spoke.", "Mary-Anne O’Dell"),
        ("Then Mohammed bin Rashid spoke.", "Mohammed bin Rashid"),
    ],
)
def test_titles_are_cut_and_particles_kept(text, name):
    assert name in texts(text)


def test_a_possessive_ends_a_name():
    assert texts("In Ruth Bell's Harbour House") == ["Ruth Bell", "Harbour House"]


def test_weekdays_months_and_function_words_are_no_names():
    assert texts("On Monday in March The But If") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("then Harbour Authority", "body"),
        ("then Bank of Harlow", "body"),
        ("then NATO", "body"),
        ("then France", "place"),
        ("then Ruth Bell", "person"),
        ("then Mr. Bell", "person"),
    ],
)
def test_bodies_places_and_persons_are_distinguished(text, kind):
    assert [name.kind for name in names(text)] == [kind]


def test_a_surname_resolves_to_the_full_name():
    assert cast("then Ruth Bell met Ann Cole").full("Bell") == "Ruth Bell"


def test_a_leading_family_name_resolves_to_the_full_name():
    assert cast("then Lin Wei-shan met Ann Cole").full("Lin") == "Lin Wei-shan"


def test_a_shared_surname_resolves_to_the_most_mentioned():
    people = cast("then Ruth Bell and Tom Bell and Ruth Bell")
    assert people.full("Bell") == "Ruth Bell"


def test_a_courtesy_title_chooses_between_two_of_one_surname():
    people = cast("then Tom Bell and Tom Bell and Mrs. Ruth Bell")
    assert people.full("Bell", "f") == "Ruth Bell"


def test_sex_is_known_by_title_or_first_name_and_else_left_open():
    people = cast("then Mr. Alix Brand and Susan Cole and Arden Pell")
    assert people.sex("Alix Brand") == "m"
    assert people.sex("Susan Cole") == "f"
    assert people.sex("Arden Pell") == ""
