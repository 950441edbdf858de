"""Votes, runs and ways of writing numbers. All texts are invented."""

import pytest

from digests.figures import recognition


@pytest.mark.parametrize(
    ("text", "lang", "shown", "value", "unit"),
    [
        ("The bill passed by 61 to 38.", "en", "61 to 38", 61, "votes"),
        ("Judges ruled 5-4 against the town.", "en", "5-4", 5, "votes"),
        ("Members voted 212 to 198 for it.", "en", "212 to 198", 212, "votes"),
        (
            "Der Rat stimmte mit 19 zu 14 Stimmen zu.",
            "de",
            "19 zu 14 Stimmen",
            19,
            "votes",
        ),
        (
            "The council approved it by eleven votes to nine.",
            "en",
            "eleven votes to nine",
            11,
            "votes",
        ),
        ("Nurses outnumber doctors by 3 to 1.", "en", "3 to 1", 3, "ratio"),
        ("The wicket was slow and Rao made 97 off 120 balls.", "en", "97", 97, "runs"),
        ("The state will spend Rs 45 crore.", "en", "Rs 45 crore", 4.5e8, "INR"),
        ("It cost ₹3.2 lakh.", "en", "₹3.2 lakh", 320_000, "INR"),
        ("The levy raised ₹2 lakh crore.", "en", "₹2 lakh crore", 2e12, "INR"),
        ("The town has 1,20,000 voters.", "en", "1,20,000", 120_000, ""),
        ("The bank lent Rs 500 cr.", "en", "Rs 500 cr", 5e9, "INR"),
        ("He was fined KSh 40,000.", "en", "KSh 40,000", 40_000, "KES"),
        ("A pass costs 48 crowns.", "en", "48 crowns", 48, "crowns"),
        ("It cost 300 million rand.", "en", "300 million rand", 3e8, "rand"),
        ("The rate rose 25 basis points.", "en", "25 basis points", 25, "basis points"),
        ("A third of the shops closed.", "en", "A third", 1 / 3, ""),
        ("Nearly half of Orvik voted.", "en", "Nearly half", 0.5, ""),
        ("Drei Viertel der Bäume sind krank.", "de", "Drei Viertel", 0.75, ""),
        ("Zweihundert Gäste kamen.", "de", "Zweihundert", 200, ""),
        ("Fünftausend Haushalte zahlen mehr.", "de", "Fünftausend", 5000, ""),
        (
            "Anderthalb Millionen Euro fehlen.",
            "de",
            "Anderthalb Millionen Euro",
            1.5e6,
            "EUR",
        ),
        ("It paid N750m for the land.", "en", "N750m", 7.5e8, "NGN"),
        ("A budget of N1.2trn was passed.", "en", "N1.2trn", 1.2e12, "NGN"),
        ("The fine is ₦20,000.", "en", "₦20,000", 20_000, "NGN"),
        ("The number of dead has risen to nine.", "en", "nine", 9, ""),
        ("The company says 64,000.", "en", "64,000", 64_000, ""),
        ("By noon 6,000 were still without power.", "en", "6,000", 6000, ""),
        ("Die Zahl der Toten ist auf sieben gestiegen.", "de", "sieben", 7, ""),
        ("A stamp costs 85p.", "en", "85p", 85, "pence"),
        ("Some 1.4m people live there.", "en", "Some 1.4m", 1.4e6, "people"),
        ("The app has 30k users.", "en", "30k", 30_000, ""),
        (
            "Der Bund zahlt 4,6 Milliarden Euro.",
            "de",
            "4,6 Milliarden Euro",
            4.6e9,
            "EUR",
        ),
    ],
)
def test_numbers_are_read_as_they_are_written(text, lang, shown, value, unit):
    found = {f.text: f for f in recognition.find_figures(text, lang=lang)}
    assert shown in found
    assert found[shown].value == pytest.approx(value)
    assert found[shown].unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "Hallin beat Orvik 3-1.",
        "They wore N95 masks.",
        "It opened at 3 p.m. on Monday.",
        "Several million dollars went missing.",
        "They won by 61 to 38 in the final.",
        "It fell in the first half of the year.",
        "She waited a quarter of an hour.",
    ],
)
def test_scores_codes_and_vague_amounts_are_no_figures(text):
    assert recognition.find_figures(text) == ()
