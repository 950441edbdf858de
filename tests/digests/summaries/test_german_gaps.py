"""What a long German headline loses, and what it keeps."""

import pytest

from digests.summaries import headlines
from digests.types import Article


def written(text: str) -> str:
    return headlines.write_headline(Article(id="a", text=text, lang="de")).text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param(
            "Am vergangenen Samstag ging in Hallin der dreitägige Wettbewerb "
            "der jungen "
            "Orgelbauer für den diesjährigen Anna-Brandt-Preis zu Ende.",
            "Am Samstag ging in Hallin der dreitägige Wettbewerb der jungen Orgelbauer "
            "für den diesjährigen Anna-Brandt-Preis zu Ende",
            id="an adjective of the day",
        ),
        pytest.param(
            "Der Minister für Brücken und Fähren Jens Lund hat am Abend des 29. Juni "
            "überraschend seinen Rücktritt vom Amt im Kabinett bekannt gegeben.",
            "Der Minister für Brücken und Fähren Jens Lund hat überraschend seinen "
            "Rücktritt vom Amt im Kabinett bekannt gegeben",
            id="when",
        ),
        pytest.param(
            "Der erste große Versuch eines an der norländischen Westküste errichteten "
            "Nebelhorns der Hafenbehörde musste in der Mitte abgebrochen werden.",
            "Der erste große Versuch eines Nebelhorns der Hafenbehörde musste in der "
            "Mitte abgebrochen werden",
            id="between an article and its noun",
        ),
        pytest.param(
            "Am Freitag setzte ein vermutlich betrunkener Fahrgast am Hallinger "
            "Nordbahnhof einen Waggon der alten Schmalspurbahn der Stadtwerke "
            "in Brand.",
            "Am Freitag setzte ein vermutlich betrunkener Fahrgast einen Waggon der "
            "alten Schmalspurbahn der Stadtwerke in Brand",
            id="where",
        ),
        pytest.param(
            "Der volkstümliche Politiker Jens Lund zieht nach Aussage einer Sprecherin "
            "der Stadt Hallin als Abgeordneter ins norländische Parlament ein.",
            "Jens Lund zieht nach Aussage einer Sprecherin der Stadt Hallin als "
            "Abgeordneter ins norländische Parlament ein",
            id="the office of the subject",
        ),
        pytest.param(
            "Die norländischen Eisenbahnen haben die 2298 Kilometer lange Strecke der "
            "alten Schmalspurbahn von Hallin nach Marl in Betrieb genommen.",
            "Die norländischen Eisenbahnen haben die Strecke der alten Schmalspurbahn "
            "von Hallin nach Marl in Betrieb genommen",
            id="a measure",
        ),
        pytest.param(
            "Der Versuch der Stadt konnte am Hafen nicht stattfinden, weil der Rat von "
            "Hallin es versäumt hatte, rechtzeitig genug Boote dafür zu mieten.",
            "Der Versuch der Stadt konnte am Hafen nicht stattfinden",
            id="the reason",
        ),
        pytest.param(
            "Am Montag hat die Stadt Hallin die Marke von einer Million Gästen "
            "überschritten und ist damit die zweitgrößte Gastgeberin des "
            "ganzen Landes.",
            "Am Montag hat die Stadt Hallin die Marke von einer Million Gästen "
            "überschritten",
            id="a second statement",
        ),
    ],
)
def test_a_long_german_sentence_goes_without(text: str, short: str):
    assert written(text) == short


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(
            "Der Nachfolger des Chefs der Hallinger Werft hat angekündigt, die "
            "Sanierung "
            "der Docks werde viele Arbeitsplätze in Norland und Sudland kosten.",
            "kosten",
            id="what was said",
        ),
        pytest.param(
            "Auf der Brücke von Hallin ist ein Boot vom Bauhof der Stadt gegen "
            "einen Mast "
            "und danach gegen ein langes Geländer der Schmalspurbahn geprallt.",
            "geprallt",
            id="the verb at the end",
        ),
        pytest.param(
            "Der Rat der Stadt Hallin hat keinen der Pläne für die Brücke "
            "genehmigt, die "
            "in den vergangenen Jahren von den Büros der Nachbarn gezeichnet wurden.",
            "gezeichnet",
            id="which ones a denial means",
        ),
        pytest.param(
            "Der Betrieb der Fähre soll in Hallin bis zum 1. Mai ruhen, die "
            "Stadt werde "
            "den Gästen die Karten nicht ersetzen, teilte der Rat am Montag mit.",
            "teilte der Rat",
            id="who said it",
        ),
    ],
)
def test_what_a_german_sentence_needs_is_kept(text: str, kept: str):
    assert kept in written(text)
