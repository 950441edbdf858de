import pytest

from digests.grounding import contradictions
from digests.grounding.contradictions import has_swapped_roles

BOATS = (
    "The port has 12 boats and 40 cranes. Rents rose 5 percent; wages fell 2 percent."
)


@pytest.mark.parametrize(
    "claim",
    [
        "The port has 40 boats.",
        "The port has 12 cranes and 40 boats.",
        "Rents rose 2 percent.",
    ],
)
def test_a_figure_beside_another_noun_or_verb_is_seen(claim: str):
    assert contradictions.has_swapped_figures(claim, BOATS)


@pytest.mark.parametrize(
    "claim",
    [
        "The port has 12 boats.",
        "Wages fell 2 percent.",
        "It has 40 cranes.",
        "It is 9.",
    ],
)
def test_a_figure_in_its_place_is_left_alone(claim: str):
    assert not contradictions.has_swapped_figures(claim, BOATS)


STAFF = "Mayor Ada Brandt and Finance Minister Tom Reed met Ina Voss, a judge."


@pytest.mark.parametrize(
    "claim",
    ["Mayor Tom Reed spoke.", "Foreign Minister Tom Reed spoke.", "Judge Ada Brandt."],
)
def test_a_title_that_the_name_never_has_is_seen(claim: str):
    assert contradictions.has_foreign_title(claim, STAFF)


@pytest.mark.parametrize(
    "claim",
    ["Mayor Brandt spoke.", "Finance Minister Reed spoke.", "Judge Ina Voss spoke."],
)
def test_a_title_that_the_name_has_is_left_alone(claim: str):
    assert not contradictions.has_foreign_title(claim, STAFF)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Rents rose.", "Rents fell."),
        ("She was unlucky.", "She was lucky."),
        ("She was lucky.", "She was unlucky."),
    ],
)
def test_opposites_are_seen(claim: str, source: str):
    assert contradictions.has_opposite(claim, source)
    assert not contradictions.has_opposite(source, source)


def test_a_passive_is_turned_into_the_active_voice():
    assert contradictions.to_active_voice(
        "Reed was praised by Ina Voss in Hallin."
    ) == ("Ina Voss praised Reed in Hallin.")
    assert contradictions.to_active_voice("Reed was praised in Hallin.") is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Cole thanked Bell.", "Bell thanked Cole for the boat."),
        ("Cole thanked Bell.", "Cole was thanked by Bell for the boat."),
        ("Bell was thanked by Cole.", "Bell thanked Cole for the boat."),
        ("The town sued Munk.", "Greta Munk sued the town after a crash."),
    ],
)
def test_doer_and_done_to_that_changed_places_are_seen(claim: str, source: str):
    assert has_swapped_roles(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Bell thanked Cole.", "Bell thanked Cole for the boat."),
        ("Cole was thanked by Bell.", "Bell thanked Cole for the boat."),
        ("Bell thanked Cole.", "Cole was thanked by Bell for the boat."),
        ("The work was led by Bell.", "The work, led by Ruth Bell, took a year."),
        ("Bell thanked Cole.", "In Hallin, Bell thanked Cole."),
        ("Bell left the town.", "Cole thanked Bell."),
        ("Bell left.", "Bell left the town."),
    ],
)
def test_the_same_roles_in_other_words_are_left_alone(claim: str, source: str):
    assert not has_swapped_roles(claim, source)


def test_a_long_claim_is_read_in_reasonable_time():
    assert not has_swapped_roles(
        "thanked Bell " * 50_000, "Bell thanked Cole. " * 50_000
    )
