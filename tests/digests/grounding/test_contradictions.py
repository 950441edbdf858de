import pytest

from digests.grounding import agreement

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
    assert agreement.figures_swapped(claim, BOATS)


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
    assert not agreement.figures_swapped(claim, BOATS)


STAFF = "Mayor Ada Brandt and Finance Minister Tom Reed met Ina Voss, a judge."


@pytest.mark.parametrize(
    "claim",
    ["Mayor Tom Reed spoke.", "Foreign Minister Tom Reed spoke.", "Judge Ada Brandt."],
)
def test_a_title_that_the_name_never_has_is_seen(claim: str):
    assert agreement.title_foreign(claim, STAFF)


@pytest.mark.parametrize(
    "claim",
    ["Mayor Brandt spoke.", "Finance Minister Reed spoke.", "Judge Ina Voss spoke."],
)
def test_a_title_that_the_name_has_is_left_alone(claim: str):
    assert not agreement.title_foreign(claim, STAFF)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Rents rose.", "Rents fell."),
        ("She was unlucky.", "She was lucky."),
        ("She was lucky.", "She was unlucky."),
    ],
)
def test_opposites_are_seen(claim: str, source: str):
    assert agreement.opposed(claim, source)
    assert not agreement.opposed(source, source)


def test_a_passive_is_turned_into_the_active_voice():
    assert agreement.active("Reed was praised by Ina Voss in Hallin.") == (
        "Ina Voss praised Reed in Hallin."
    )
    assert agreement.active("Reed was praised in Hallin.") is None
