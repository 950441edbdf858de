from digests.editing import disputes
from digests.figures import recognition
from digests.types import Article, FigureComparison


def compared(ours: str, theirs: str) -> list[tuple[str, str, bool]]:
    found = _compare(ours, theirs)
    return [(a.ours.text, a.theirs.text, a.equal) for a in found]


def _compare(ours: str, theirs: str) -> tuple[FigureComparison, ...]:
    one, other = Article(id="a", text=ours), Article(id="b", text=theirs)
    found = disputes.compare_figures(
        one, recognition.find_figures(ours), other, recognition.find_figures(theirs)
    )
    return tuple(found)


BRIDGE = "The Long Bridge carries 31,000 vehicles a day across the harbour."


def test_the_same_figure_is_recognised_in_other_words():
    assert compared(
        "Divers found a 38-centimetre crack in the girder.",
        "The crack in the girder is 38 centimetres long.",
    ) == [("38-centimetre", "38 centimetres", True)]


def test_digits_and_words_are_one_value():
    assert compared(
        "They signed 15 trade deals in Hallin.",
        "Fifteen trade deals were signed in Hallin.",
    ) == [("15", "Fifteen", True)]


def test_two_values_of_one_thing_contradict_each_other():
    theirs = "Some 36,000 vehicles a day use the Long Bridge."
    assert compared(BRIDGE, theirs) == [("31,000", "Some 36,000", False)]


def test_rounding_is_no_contradiction():
    theirs = "Around 31,240 vehicles a day use the Long Bridge."
    assert [equal for *_, equal in compared(BRIDGE, theirs)] == [True]


def test_another_rate_is_no_contradiction():
    assert compared(BRIDGE, "The Long Bridge carries 36,000 vehicles a week.") == []


def test_another_year_is_no_contradiction():
    ours = "The river trade of the towns was worth $20 million in 2024."
    theirs = "The river trade of the towns was worth $22 million in 2025."
    assert compared(ours, theirs) == []


def test_a_part_does_not_contradict_the_whole():
    ours = "Engineers tested all twelve girders of the Long Bridge."
    theirs = "Engineers tested another eleven girders of the Long Bridge."
    assert compared(ours, theirs) == []


def test_values_far_apart_are_two_facts():
    ours = "The ferry to the North Mole has room for 240 passengers."
    theirs = "The ferry to the North Mole carried 5,300 passengers."
    assert compared(ours, theirs) == []


def test_other_things_are_not_compared():
    assert compared("They own 15 boats.", "They own 16 horses.") == []


def test_people_to_whom_the_same_happened_contradict_each_other():
    ours = "14 people were injured when the ferry ran aground."
    theirs = "17 people were injured when the ferry ran aground, the coastguard said."
    assert compared(ours, theirs) == [("14", "17", False)]


def test_people_to_whom_something_else_happened_do_not():
    ours = "15 people remain in hospital after the passenger ferry ran aground."
    theirs = "17 people were injured when the passenger ferry ran aground."
    assert compared(ours, theirs) == []


def test_costs_are_compared_in_any_wording():
    assert compared(
        "Repairs to the girders of the Long Bridge cost $4.2 million.",
        "The repairs of the Long Bridge and its girders have cost $5.1 million.",
    ) == [("$4.2 million", "$5.1 million", False)]
