"""Hard sentences from several fields, each beside its figures."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.figures import recognition
from digests.types import Figure


def only(text: str, lang: str | None = None) -> Figure:
    (figure,) = recognition.find_figures(text, lang=lang)
    return figure


@pytest.mark.parametrize(
    ("text", "shown", "value", "unit", "what"),
    [
        (
            "River trade, valued at about $273 billion in 2024, fell.",
            "about $273 billion",
            273e9,
            "USD",
            "river trade",
        ),
        (
            "Gunmen abducted no fewer than 46 pupils.",
            "no fewer than 46",
            46,
            "",
            "pupils",
        ),
        ("They signed 15 cooperation deals.", "15", 15, "", "cooperation deals"),
        ("It was a four-day trip.", "four-day", 4, "days", "trip"),
        ("Some 35% of voters came.", "Some 35%", 35, "percent", "voters"),
        (
            "It was a 4 percentage point rise.",
            "4 percentage point",
            4,
            "percentage points",
            "rise",
        ),
        ("One in three adults agreed.", "One in three", 1, "", "adults"),
        ("Two dozen ships left.", "Two dozen", 24, "", "ships"),
        ("Nearly 40 people were hurt.", "Nearly 40", 40, "people", "people"),
        ("A 25-member group met.", "25-member", 25, "members", "group"),
        ("The court gave her £3m for the damage.", "£3m", 3e6, "GBP", ""),
        ("Hallin paid 5 million euros.", "5 million euros", 5e6, "EUR", ""),
        ("The storm passed, killing 12.", "12", 12, "people", "killed"),
        ("The road was 5km long.", "5km", 5, "km", "road"),
        (
            "It makes 40 gigawatt hours of cells.",
            "40 gigawatt hours",
            40,
            "GWh",
            "cells",
        ),
    ],
)
def test_a_figure_has_value_unit_and_what_it_measures(
    text: str, shown: str, value: float, unit: str, what: str
):
    figure = only(text)
    assert (figure.text, figure.unit, figure.what) == (shown, unit, what)
    assert figure.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Rents rose between 5 and 10 percent.", [("5", 5), ("10 percent", 10)]),
        ("It is 5-10 km away.", [("5", 5), ("10 km", 10)]),
        ("It costs $2-3 million.", [("$2", 2e6), ("3 million", 3e6)]),
    ],
)
def test_both_ends_of_a_range_are_figures_of_one_unit(
    text: str, ends: list[tuple[str, float]]
):
    found = recognition.find_figures(text)
    assert [(f.text, f.value) for f in found] == ends
    assert len({f.unit for f in found}) == 1


def test_german_decimals_and_nouns_are_read():
    text = "Die Stadt zahlt 1,5 Milliarden Euro an 12.000 Beschäftigte."
    assert [
        (f.value, f.unit, f.what) for f in recognition.find_figures(text, lang="de")
    ] == [
        (1.5e9, "EUR", ""),
        (12_000, "", "Beschäftigte"),
    ]


def test_a_subject_that_opens_the_sentence_reads_as_inside_one():
    text = "Local rents cost $5 million. The local shops closed."
    assert only(text).what == "local rents"


def test_a_figure_has_its_sentence():
    text = "It rained. They signed 15 deals. It rained."
    figure = only(text)
    assert text[figure.sentence.start : figure.sentence.end] == "They signed 15 deals."


@given(st.text(alphabet=st.sampled_from("0129.,-–/%$€ abdkmnoesrtw\n\"'“")))
def test_every_figure_is_verbatim_finite_and_inside_its_sentence(text: str):
    for figure in recognition.find_figures(text):
        assert text[figure.start : figure.end] == figure.text != ""
        assert math.isfinite(figure.value)
        assert figure.sentence.start <= figure.start < figure.end <= figure.sentence.end


def test_a_long_text_full_of_names_is_read_in_linear_time():
    # Searching the whole text for every figure exceeds the time limit here.
    assert len(recognition.find_figures("Qzx cost $5. " * 40_000)) == 40_000


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Repairs to the bridge will cost $4.2 million.", "Repairs"),
        ("The work is expected to cost $4 million.", "work"),
        ("The barriers are likely to cost $4 million.", "barriers"),
        ("A bridge over the Orva cost $4 million.", "bridge"),
        ("The board of Orvik had lost $4 million.", ""),
    ],
)
def test_a_price_has_its_subject(text: str, what: str):
    assert only(text).what == what


@pytest.mark.parametrize(
    "text",
    [
        "They met on January 6, 2026 in Hallin.",
        "They met at 5:30 p.m. and left at 17:45.",
        "It opened in 1990 and closed in 2007-2013.",
        "It was the 25th time and the third try.",
        "Hallin won 2-1 and then lost 6-4, 6-3.",
        "Call +44 20 7946 0958 or 555-1234.",
        "She lives at 10 Elm Street.",
        "A lamp broke in front of 131 West 23rd Street.",
        "Sie wohnt in der Lindenstraße 5.",
        "Case No. 12 is about section 230.",
        "The Boeing 737 jets and an iPhone 15 were sold.",
        "The Group of Seven met.",
        "Ada Brandt, 38, opened it.",
        "COVID-19, G7 and the A380 at 192.168.0.1",
        "It is open 24/7, said a@5.example.",
        "One day one man came.",
        "the two-time champion",
        "Room 12 guests were moved.",
        "COVID-19 cases rose.",
        "They scored 3-2 goals.",
    ],
)
def test_what_counts_nothing_is_left_out(text: str):
    assert recognition.find_figures(text) == ()


CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "figures.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_a_sentence_gives_its_figures_and_no_others(case):
    found = recognition.find_figures(case["text"], lang=case["lang"])
    assert [(f.text, f.unit, f.what) for f in found] == [
        (f["text"], f["unit"], f["what"]) for f in case["figures"]
    ]
    values = [f["value"] for f in case["figures"]]
    assert [f.value for f in found] == pytest.approx(values)


def test_there_are_as_many_cases_as_promised():
    assert len(CASES) >= 120


@pytest.mark.parametrize(
    ("text", "shown", "unit"),
    [
        ("The battery holds 220 megawatt-hour.", "220 megawatt-hour", "MWh"),
        ("They burnt 3 kilowatt-hours a day.", "3 kilowatt-hours a day", "kWh"),
        ("The lake holds 2 million acre-feet.", "2 million acre-feet", "acre-feet"),
        ("It took 9 metric ton of salt.", "9 metric ton", "tonnes"),
        ("The park has 30 square kilometer.", "30 square kilometer", "square km"),
        ("The train did 250 km per hour.", "250 km per hour", "km/h"),
        ("Orvik pumps 3 million barrels a day.", "3 million barrels a day", "barrels"),
    ],
)
def test_a_unit_of_two_words_is_not_its_first_word(text, shown, unit):
    figure = only(text)
    assert (figure.text, figure.unit) == (shown, unit)


@pytest.mark.parametrize(
    ("text", "lang", "shown", "unit"),
    [
        ("The dose was 5 milligrams-per-litre.", "en", "5 milligrams-per-litre", "mg"),
        (
            "It was 12 pounds per square inch.",
            "en",
            "12 pounds per square inch",
            "pounds",
        ),
        (
            "It is 9 dollars per megawatt hour.",
            "en",
            "9 dollars per megawatt hour",
            "USD",
        ),
        ("It takes 3 kWh per 100 km.", "en", "3 kWh per 100 km", "kWh"),
        ("Es sind 9 Gramm pro Kilometer.", "de", "9 Gramm pro Kilometer", "grams"),
        (
            "Es sind 3,5 Cent je Kilowattstunde.",
            "de",
            "3,5 Cent je Kilowattstunde",
            "cents",
        ),
        (
            "Der Fluss führt 1.200 Kubikmeter pro Sekunde.",
            "de",
            "1.200 Kubikmeter pro Sekunde",
            "cubic metres",
        ),
    ],
)
def test_a_rate_is_shown_with_what_it_is_per(text, lang, shown, unit):
    figure = only(text, lang=lang)
    assert (figure.text, figure.unit) == (shown, unit)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The 12 second-hand cars were sold.", "en"),
        ("There were 12 foot-soldiers in the town.", "en"),
        ("He has 12 year-round jobs.", "en"),
        ("They added 12 kilowatt-peak panels.", "en"),
        ("It hauled 400 metre-tonnes.", "en"),
        ("Das Werk liefert 220 Megawatt-Sekunden.", "de"),
        ("Es waren 12 Meter-Tonnen.", "de"),
    ],
)
def test_the_first_word_of_a_compound_is_no_unit(text, lang):
    assert only(text, lang=lang).unit == ""


@pytest.mark.parametrize("text", ["A 30 mile-long jam.", "A 30-mile-long jam."])
def test_a_unit_may_be_followed_by_the_dimension_that_it_measures(text):
    assert only(text).unit == "miles"


@pytest.mark.parametrize(
    ("text", "lang", "shown", "unit"),
    [
        ("It has a battery of 12 kW-h.", "en", "12 kW-h", "kWh"),
        ("It has a battery of 12 kW·h.", "en", "12 kW·h", "kWh"),
        ("It has a 12-kW-h battery.", "en", "12-kW-h", "kWh"),
        ("Output rose to 220 MW-hr.", "en", "220 MW-hr", "MWh"),
        ("It has a battery of 5,000 mAh.", "en", "5,000 mAh", "mAh"),
        ("The train ran at 80 m-p-h.", "en", "80 m-p-h", "mph"),
        ("The train ran at 80 m.p.h. there.", "en", "80 m.p.h", "mph"),
        ("It is a flat of 900 sq-ft.", "en", "900 sq-ft", "square feet"),
        ("It is a flat of 900 sq. ft.", "en", "900 sq. ft", "square feet"),
        ("It is set to 40 N-m.", "en", "40 N-m", "newton metres"),
        ("It has a torque of 300 ft-lbs.", "en", "300 ft-lbs", "foot-pounds"),
        ("It rose to 30 passenger-km.", "en", "30 passenger-km", "passenger-km"),
        ("It has a store of 12 acre-ft.", "en", "12 acre-ft", "acre-feet"),
        ("Er fasst 12 kW-Stunden.", "de", "12 kW-Stunden", "kWh"),
        ("Es stieg auf 220 Megawatt-Stunden.", "de", "220 Megawatt-Stunden", "MWh"),
        ("Der Zug fuhr mit 80 km-h.", "de", "80 km-h", "km/h"),
        ("Es stieg auf 30 Personen-km.", "de", "30 Personen-km", "passenger-km"),
        ("Er liefert 300 N·m.", "de", "300 N·m", "newton metres"),
        ("Die Wohnung hat 90 qm.", "de", "90 qm", "square metres"),
    ],
)
def test_a_unit_of_two_signs_is_read_however_they_are_joined(text, lang, shown, unit):
    figure = only(text, lang=lang)
    assert (figure.text, figure.unit) == (shown, unit)


@pytest.mark.parametrize(
    ("text", "lang", "shown", "unit"),
    [
        ("They need 30 kWh/day.", "en", "30 kWh/day", "kWh"),
        ("Dust reached 40 µg/m³.", "en", "40 µg/m³", "micrograms"),
        ("The river carried 900 m³/s.", "en", "900 m³/s", "cubic metres"),
        ("Es braucht 30 kWh/Tag.", "de", "30 kWh/Tag", "kWh"),
        ("Es braucht 15 kWh/100 km.", "de", "15 kWh/100 km", "kWh"),
    ],
)
def test_a_rate_may_be_written_with_a_slash(text, lang, shown, unit):
    figure = only(text, lang=lang)
    assert (figure.text, figure.unit) == (shown, unit)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Output rose to 12 kW-a.", "en"),
        ("It is set to 40 N·cm.", "en"),
        ("Es stieg auf 12 GW-a.", "de"),
    ],
)
def test_a_number_without_its_unknown_unit_is_no_figure(text, lang):
    assert not recognition.find_figures(text, lang=lang)


@pytest.mark.parametrize(
    "text",
    [
        "The hall was full for the rapper 50 Cent on Friday.",
        "Tom Reed posted his two cents below the picture.",
        "They put in their own two cents.",
    ],
)
def test_a_name_and_a_saying_are_no_amounts(text):
    assert recognition.find_figures(text) == ()


@pytest.mark.parametrize(
    ("text", "lang", "shown"),
    [
        ("Das Brot kostet 50 Cent mehr.", None, "50 Cent"),
        ("Das Brot kostet 50 Cent mehr.", "de", "50 Cent"),
        ("The loaf costs 50 cents more.", "en", "50 cents"),
        ("The toll fell by two cents.", "en", "two cents"),
    ],
)
def test_an_amount_in_cents_is_a_figure(text, lang, shown):
    assert only(text, lang=lang).text == shown


def test_a_letter_before_a_word_is_no_unknown_unit():
    assert only("It drew 12 A-list stars.").what == "A-list stars"


def test_part_of_a_compound_unit_is_no_unit():
    assert only("It holds 300 foot-candles of light.").unit == ""


def test_german_energy_has_its_own_unit():
    assert only("Der Speicher fasst 220 Megawattstunden.", lang="de").unit == "MWh"


def test_a_number_in_the_name_of_a_work_is_no_figure():
    text = "The night may belong to Amos Teal's Million Dollar Boat."
    assert recognition.find_figures(text) == ()
