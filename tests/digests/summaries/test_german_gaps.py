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
            "Nach einem Treffen zwischen Hafenrat und Werftleitung hält die Hallinger "
            "Mühle am Plan von „insgesamt 1.920 neuen Booten“ fest, allerdings will "
            "man auf neue Kais verzichten.",
            "Nach einem Treffen hält die Hallinger Mühle am Plan von „insgesamt 1.920 "
            "neuen Booten“ fest",
            id="between whom",
        ),
        pytest.param(
            "Kritik wird an der Entscheidung des Hallinger Senders laut, die "
            "39-jährige Anna Lund, Tochter von Hafenminister Jens Lund, zur Chefin des "
            "Senders und der Zeitung zu machen.",
            "Kritik wird an der Entscheidung des Hallinger Senders laut, Anna Lund zur "
            "Chefin des Senders und der Zeitung zu machen",
            id="an age with its article, and whose daughter",
        ),
        pytest.param(
            "Ein gewaltiger Sturm zieht über das Nordmeer und überquerte die Inseln "
            "Orvik, Lund, Marl und Auental sowie später Norland und Sudland.",
            "Ein gewaltiger Sturm zieht über das Nordmeer und überquerte die Inseln "
            "Orvik, Lund, Marl und Auental",
            id="a second part of a list",
        ),
        pytest.param(
            "Die Tagung des Hafenrats in Hallin brachte gute Ergebnisse für die Mühlen "
            "des Tals, doch die Freunde der alten norländischen Fähre sind enttäuscht.",
            "Die Tagung des Hafenrats in Hallin brachte gute Ergebnisse für die Mühlen "
            "des Tals",
            id="a statement against the first",
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
        pytest.param(
            "Die Wasserwacht der Stadt Hallin sucht nach einem Unwetter in der Bucht "
            "von Marl bei der Insel Norvik über hundert Ruderboote des Vereins.",
            "Die Wasserwacht der Stadt Hallin sucht nach einem Unwetter in der Bucht "
            "von Marl über hundert Ruderboote des Vereins",
            id="the last phrases of several",
        ),
        pytest.param(
            "Am Montag wurde der Leiter der Mühle von Hallin auf dem Vorplatz der "
            "Werft im Osten der Stadt Norvik von der Hafenpolizei verhaftet.",
            "Am Montag wurde der Leiter der Mühle von Hallin auf dem Vorplatz der "
            "Werft verhaftet",
            id="a phrase before the last verb",
        ),
        pytest.param(
            "Die Künstlerin Ida Lund, die Leiterin der Werkstatt für Glas und Licht in "
            "Norvik, hat der Stadt Hallin zwölf ihrer großen Fenster geschenkt.",
            "Die Künstlerin Ida Lund hat der Stadt Hallin zwölf ihrer großen Fenster "
            "geschenkt",
            id="who somebody is",
        ),
        pytest.param(
            "Am Montag rissen die Bagger in der norländischen Hafenstadt Norvik, die "
            "an der Mündung der Marl liegt, das alte Lagerhaus der Werft nieder.",
            "Am Montag rissen die Bagger in der norländischen Hafenstadt Norvik das "
            "alte Lagerhaus der Werft nieder",
            id="a clause about a name",
        ),
        pytest.param(
            "Bei einem Brand in einer Mühle in Hallin sind nach Angaben der Feuerwehr "
            "vier Menschen durch den dichten Rauch im Keller verletzt worden.",
            "Bei einem Brand in einer Mühle in Hallin sind vier Menschen durch den "
            "dichten Rauch im Keller verletzt",
            id="the authority for a plain fact",
        ),
        pytest.param(
            "Am Montag kam es in der Werft von Hallin an der Marl zu einem Streit: Ein "
            "Ruderer hat mit einem Paddel auf die Fenster des Bootshauses geschlagen.",
            "Ein Ruderer hat mit einem Paddel auf die Fenster des Bootshauses "
            "geschlagen",
            id="an announcement of the news",
        ),
        pytest.param(
            "Der Hafen Norvik nimmt der Stadt Hallin nun zwölftausend Tonnen Sand ab, "
            "darunter den Schlick der Mündung und vor allem den Kies der oberen Marl.",
            "Der Hafen Norvik nimmt der Stadt Hallin nun zwölftausend Tonnen Sand ab",
            id="examples behind a verb in two parts",
        ),
        pytest.param(
            "Die Staaten beraten seit gestern auf einem Gipfel („Forum der Ufer“, FU) "
            "der Anrainer der Marl auf der Insel Norvik über die Fähren und die Netze.",
            "Die Staaten beraten auf einem Gipfel der Anrainer der Marl auf der Insel "
            "Norvik über die Fähren und die Netze",
            id="a bracket inside a phrase",
        ),
        pytest.param(
            "Am Ende eines langen und lauten Verfahrens ist der Werftchef wegen drei "
            "Betrügereien mit Booten zu zwei Jahren und zehn Monaten Haft verurteilt "
            "worden.",
            "Der Werftchef wegen drei Betrügereien mit Booten zu zwei Jahren und zehn "
            "Monaten Haft verurteilt",
            id="the end of a passive",
        ),
        pytest.param(
            "Der alte Frachter mit Wasser, frischem Obst und dreißig Fässern Öl an "
            "Bord hat am Kai der norländischen Werft von Hallin nach langer Fahrt "
            "angelegt.",
            "Der alte Frachter hat am Kai der norländischen Werft von Hallin nach "
            "langer Fahrt angelegt",
            id="what is on board",
        ),
        pytest.param(
            "Am Kai ist ein Boot vom Typ „Orla 34 Marl“ des Bauhofs der Stadt "
            "gegen einen Mast und danach gegen ein langes Geländer der Bahn geprallt.",
            "Am Kai ist ein Boot des Bauhofs der Stadt gegen einen Mast und "
            "danach gegen ein langes Geländer der Bahn geprallt",
            id="the type of a vehicle",
        ),
        pytest.param(
            "Der Rat der Stadt stellte ein so genanntes Manifest vor, bei dem es sich "
            "um die Ziele der Stadt Hallin für die Brücken und Fähren der kommenden "
            "Jahrzehnte am unteren Ufer handelt.",
            "Der Rat der Stadt stellte ein so genanntes Manifest vor",
            id="a clause behind a short sentence",
        ),
        pytest.param(
            "Das Feuer, bei dem in Hallin in der nördlichen Provinz Marl vier Menschen "
            "starben und dreißig verletzt wurden, wurde durch eine Lampe am Kai "
            "verursacht.",
            "Das Feuer, bei dem in Hallin vier Menschen starben und dreißig verletzt "
            "wurden, wurde durch eine Lampe am Kai verursacht",
            id="in which part of the country a town is",
        ),
        pytest.param(
            "Einem von der norländischen Vermesserin Ida Lund geleiteten Team ist es "
            "gelungen, in drei Fahrten einen bisher nur Fischern unter dem Namen "
            "„Orla“ bekannten Wasserfall an der oberen Marl zu vermessen.",
            "Einem Team ist es gelungen, in drei Fahrten einen Wasserfall an der "
            "oberen Marl zu vermessen",
            id="a quoted name between an article and its noun",
        ),
        pytest.param(
            "Der Kongress der norländischen Partei „Das Ufer“ mit Gästen aus der Stadt "
            "Hallin konnte nicht stattfinden, weil es dem Vorstand nicht gelungen war, "
            "einen Saal zu mieten.",
            "Der Kongress der norländischen Partei „Das Ufer“ mit Gästen aus der Stadt "
            "Hallin konnte nicht stattfinden",
            id="a reason with a denial of its own",
        ),
        pytest.param(
            "In Proben aus dem Hafen von Hallin sind nach neuen Untersuchungen "
            "weltweit verbotene Gifte aus Lacken festgestellt worden, "
            "einschließlich Blei.",
            "In Proben aus dem Hafen von Hallin sind nach neuen Untersuchungen "
            "weltweit verbotene Gifte aus Lacken festgestellt",
            id="the last word of a passive",
        ),
        pytest.param(
            "Der norländische Mühlen- und Werftkonzern Orla und sein Partner Lund "
            "Brandt zogen ihr Angebot für den Bau von Fähren für das Ministerium der "
            "Flüsse und Seen zurück.",
            "Orla und Lund Brandt zogen ihr Angebot für den Bau von Fähren für das "
            "Ministerium der Flüsse und Seen zurück",
            id="what a firm does",
        ),
    ],
)
def test_a_long_german_sentence_goes_without(text: str, short: str):
    assert written(text) == short


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(
            "Die Brücke der alten Hafenstadt Hallin an der oberen Marl wird erst "
            "wieder für Boote geöffnet, nachdem der Rat einen neuen Pfeiler bezahlt "
            "hat.",
            "nachdem der Rat",
            id="when something happens at last",
        ),
        pytest.param(
            "Ein alter Fahrer hat in der Stadt Hallin die Gewalt über seinen Wagen der "
            "Werft verloren und ist danach am Kai ohne Licht in ein Boot gerast.",
            "verloren und ist danach am Kai ohne Licht in ein Boot gerast",
            id="the auxiliary of the second of two verbs",
        ),
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
        pytest.param(
            "Bei einem Brand in einer Mühle in Hallin sollen nach Angaben der "
            "Feuerwehr vier Menschen durch den dichten Rauch im Keller verletzt "
            "worden sein.",
            "nach Angaben der Feuerwehr",
            id="who says what is not sure",
        ),
        pytest.param(
            "Das Feuer in der Mühle, bei dem am Montag in Hallin drei Menschen starben "
            "und zwölf verletzt wurden, wurde durch einen Funken der Säge verursacht.",
            "drei Menschen starben",
            id="who died",
        ),
        pytest.param(
            "Die Eisenbahnen der Stadt Hallin haben die neue Strecke der "
            "Schmalspurbahn von der Werft bis zum Hafen am vergangenen Montag in "
            "Betrieb genommen.",
            "in Betrieb genommen",
            id="a phrase that its verb needs",
        ),
        pytest.param(
            "Kritik wird am Plan der Stadt Hallin laut, die Leiterin der Mühle, "
            "Tochter des Ministers und Frau des Werftchefs, zur Chefin zu machen.",
            "laut, die Leiterin der Mühle,",
            id="what is planned with somebody",
        ),
        pytest.param(
            "Nach Angaben der Feuerwehr und der Leitung der Werft sind die Boote des "
            "Vereins durch einen Funken der großen Säge in der Halle verbrannt worden.",
            "Nach Angaben der Feuerwehr",
            id="who says how it came about",
        ),
        pytest.param(
            "Trotz der hohen Kosten der neuen Brücken plant die Stadt Hallin mit ihren "
            "Nachbarn an der Marl, die Wege am Ufer und die alte Werft zu erweitern.",
            "zu erweitern",
            id="what is planned",
        ),
    ],
)
def test_what_a_german_sentence_needs_is_kept(text: str, kept: str):
    assert kept in written(text)


def test_an_opening_before_an_article_keeps_its_auxiliary():
    text = (
        "Am gestrigen Montag wurde der mutmaßliche Brandstifter und Räuber Jan Lund "
        "von mehreren Wachleuten der Werft gefunden und verhaftet."
    )
    assert "Montag wurde der" in written(text)
