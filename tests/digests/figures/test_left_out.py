import pytest

from digests import figures


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
    assert figures.find(text) == ()
