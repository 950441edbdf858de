import pytest

from digests.language.text_language import find_language

GERMAN = (
    "Der Stadtrat hat am Dienstag beschlossen, die Brücke für sechs Monate zu sperren. "
    "Die Bürgermeisterin sagte, dass die Arbeiten nicht mehr warten können."
)
ENGLISH = (
    "The council voted on Tuesday to close the bridge for six months. "
    "The mayor said that the works could not wait until the spring."
)
OTHERS = {
    "fr": "Le conseil municipal a voté mardi la fermeture du pont pour six mois. "
    "Le maire a dit que les travaux ne pouvaient pas attendre le printemps.",
    "nl": "De gemeenteraad heeft dinsdag besloten de brug zes maanden te sluiten. "
    "De burgemeester zei dat het werk niet tot het voorjaar kon wachten.",
    "af": "Die stadsraad het Dinsdag besluit om die brug vir ses maande te sluit. "
    "Die burgemeester het gesê dat die werk nie kon wag nie.",
}


def test_german_that_nobody_declares_is_found_in_the_text():
    assert find_language(GERMAN, None) == "de"


def test_english_may_stay_undeclared():
    assert find_language(ENGLISH, None) is None


@pytest.mark.parametrize("lang", OTHERS)
def test_a_text_in_another_language_is_left_undeclared(lang: str):
    assert find_language(OTHERS[lang], None) is None


@pytest.mark.parametrize(
    ("text", "declared", "lang"),
    [(GERMAN, "en-US", "de"), (ENGLISH, "de", "en")],
    ids=["German declared as English", "English declared as German"],
)
def test_a_text_corrects_what_its_source_declares(text: str, declared: str, lang: str):
    assert find_language(text, declared) == lang


def test_a_declared_region_is_kept():
    assert find_language(GERMAN, "de-AT") == "de-AT"


def test_another_declared_language_is_kept():
    assert find_language(GERMAN, "lb") == "lb"


def test_a_few_words_do_not_contradict_what_is_declared():
    assert find_language("Das ist das Haus der Kunst", "en") == "en"


def test_a_german_quotation_does_not_make_an_english_report_german():
    report = f"{ENGLISH} She added: “Das ist alles, was wir noch tun können.” {ENGLISH}"
    assert find_language(report, "en") == "en"


def test_a_text_without_words_has_no_language():
    assert find_language("1 2 3 … !" * 50, None) is None
