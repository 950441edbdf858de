"""How figures are stated. All texts are invented."""

import pytest

from digests.figures import recognition


def statuses(text: str, lang: str | None = None) -> list[str]:
    return [figure.status for figure in recognition.find_figures(text, lang=lang)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Sales fell by 8% in May.", "reported"),
        ("The firm expects to lose $4 million.", "expected"),
        ("The tunnel will cost £60 million.", "expected"),
        ("Sales fell 8%, more than expected.", "reported"),
        ("About 40 jobs are expected to go.", "expected"),
        ("About 40 jobs at the mill will go.", "expected"),
        ("Only 30% of the voters agree that they will be better off.", "reported"),
        ("Nearly 60% of the voters expect prices to fall.", "reported"),
        ("On Monday 12 towns signed a pact that would save the lake.", "reported"),
        ("Due to the storm 900 homes are without power.", "reported"),
        ("The pool is due to cost $9 million.", "expected"),
        ("Hallin denied that 40 people had died.", "denied"),
        ("The mayor dismissed reports that 900 homes were flooded.", "denied"),
        ("Reports that 40 people had died were false, police said.", "denied"),
        ("A post said 40 people had died. That was wrong.", "denied"),
        ("A blog said 40 people died. The ministry denied the report.", "denied"),
        ("Rumours of 500 job losses spread on Monday.", "denied"),
        ("There is no truth in reports that 5,000 jobs will go.", "denied"),
        ("A post claiming 17 people had drowned was fabricated.", "denied"),
        ("The club did not pay £40 million for the striker.", "denied"),
        ("The firm has no plans to cut 900 jobs.", "denied"),
        ("A rival says it cost £9 million. The town called it nonsense.", "denied"),
        ("Prices have not risen by more than 4%.", "reported"),
        (
            "The union said 4,000 nurses left. The trust put the figure at 1,100.",
            "disputed",
        ),
        ("Early reports say 22 people were hurt; the true number is nine.", "disputed"),
        ("If the dam broke, 400 homes would be flooded.", "hypothetical"),
        ("The move could cost 300 jobs.", "hypothetical"),
        ("It lost $9 million, which could have paid for a bridge.", "reported"),
        ("A grant will pay for Hallin, where 70% are poor.", "reported"),
        ("The film will lead the field after getting 90 votes.", "reported"),
        ("Play was cut to 54 holes due to poor weather.", "reported"),
        ("Reed so far has 758 pledged delegates.", "reported"),
        ("The group, called Keep the Promise, spent $890,000.", "reported"),
        ("No other candidate scored higher than 3%.", "reported"),
        ("Police had earlier said that 10 people were hurt.", "past"),
        ("The family is demanding £2 million from the clinic.", "hypothetical"),
        ("Last year the pool lost £90,000.", "past"),
        ("The toll rose from 14 deaths to 31 deaths.", "past"),
        ("The show has 600 works from 30 countries.", "reported"),
        ("He was freed from a 300-year sentence on Monday.", "reported"),
        ("Sales were 4% higher than in 2003.", "reported"),
        ("Imports rose 1.4% from a year earlier.", "reported"),
        ("A film with Will Brandt sold 6 million tickets.", "reported"),
        ("At least 29 people died in the disputed valley of Orva.", "reported"),
        ("A border dispute cost 40 people their lives.", "reported"),
        ("The union disputes the figure of 300 jobs.", "disputed"),
        ("She had not seen her brother for 28 years.", "reported"),
        ("Soldiers mistakenly fired on a bus, killing 17 people.", "reported"),
        ("Organisers said 9,000 people came; police counted 4,000 people.", "disputed"),
    ],
)
def test_a_status_says_how_a_number_is_stated(text, status):
    assert statuses(text)[0] == status


def test_what_was_before_since_is_another_time():
    text = "It held 200 inmates in 1972 and has since grown to hold 900 inmates."
    assert statuses(text) == ["past", "reported"]


def test_what_a_number_came_from_is_past():
    text = "Support for Reed fell to 44 percent, from 54 percent in July."
    assert statuses(text) == ["reported", "past"]


def test_a_denial_governs_its_own_statement_only():
    text = "The firm denied that it lost $9 million, and said that it made $3 million."
    assert statuses(text) == ["denied", "reported"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Der Umsatz stieg um 4 Prozent.", "reported"),
        ("Die Stadt wies Berichte über 300 Kündigungen zurück.", "denied"),
        ("Der Umbau soll 12 Millionen Euro kosten.", "expected"),
        ("Die Klinik widersprach Berichten über 40 Tote.", "denied"),
        ("Dass 500 Stellen wegfallen, sei frei erfunden.", "denied"),
        ("Die Polizei zählte 2.000 Gäste, die Veranstalter 6.000 Gäste.", "disputed"),
        ("Im Vorjahr waren es 80 Millionen Euro.", "past"),
        ("Rund 9.000 Häuser sollen beschädigt worden sein.", "reported"),
        ("In Häfen, die dort betrieben werden, lagen 52 Boote.", "reported"),
        ("Nun stehen noch einmal 25.000 Kündigungen bevor.", "expected"),
        ("Hallin hat sich bereit erklärt, 2.000 Helfer zu schicken.", "expected"),
        ("Der Anteil stieg von 14 Prozent auf 31 Prozent.", "past"),
        ("Das Land ist mit einem Anteil von 22,5 Prozent beteiligt.", "reported"),
        ("Die Bahn bestritt, dass sie 40 Millionen Euro zahlte.", "denied"),
    ],
)
def test_german_statements_have_a_status(text, status):
    assert statuses(text, "de")[0] == status
