from digests.summaries import SUMMARISERS
from digests.types import Article

LEAD = "The mayor of Hallin opened the Long Bridge on Monday after two years of work."
COST = "The Long Bridge cost the city of Hallin $5 million and took 200 workers."


def told(text: str, chars: int = 400, title: str | None = None) -> list[str]:
    article = Article(id="a", text=text, title=title)
    summary = SUMMARISERS["extractive"].summarise(article, chars)
    return [s.text for s in summary.sentences]


def test_the_lead_is_told_first():
    assert told(f"{LEAD} {COST}")[0] == LEAD


def test_sentences_stand_in_document_order():
    text = f"{LEAD} A band played in the rain. {COST}"
    shown = told(text)
    assert shown == sorted(shown, key=text.index)


def test_a_lead_that_the_second_paragraph_repeats_counts_once():
    again = (
        "On Monday the mayor of Hallin opened the Long Bridge after two years of "
        "hard work."
    )
    assert again not in told(f"{LEAD}\n{again}\n{COST}")


def test_a_sentence_led_by_a_pronoun_stands_beside_its_antecedent():
    cost = "It cost the city of Hallin $5 million and took 200 workers."
    assert told(f"{LEAD} {cost}") == [LEAD, cost]


def test_a_sentence_led_by_a_pronoun_does_not_stand_alone():
    between = "Weather in the hills stayed mild."
    cost = "It cost the city of Hallin $5 million and took 200 workers on the bridge."
    assert cost not in told(f"{LEAD} {between} {cost}", 160)


def test_a_first_person_text_is_told_by_its_beginning():
    text = "I love bridges. I saw Hallin. I was glad. The Long Bridge cost $5 million."
    assert told(text, 30) == ["I love bridges.", "I saw Hallin."]


def test_a_first_sentence_that_is_too_long_is_trimmed_at_a_clause():
    text = (
        "The mayor of Hallin opened the Long Bridge on Monday, pledging to mend every "
        "road of the town."
    )
    assert told(text, 60) == ["The mayor of Hallin opened the Long Bridge on Monday."]


def test_boilerplate_is_skipped():
    text = f"{LEAD}\nClick here to see the Long Bridge of Hallin.\n{COST}"
    assert told(text) == [LEAD, COST]


def test_the_title_draws_the_sentences_that_speak_of_it():
    dull = "The town of Hallin lies in the hills and has 300 houses."
    text = f"{LEAD} {dull} {COST}"
    assert told(text, 160, title="Bridge cost $5 million and took 200 workers") == [
        LEAD,
        COST,
    ]


def test_a_text_without_sentences_has_an_empty_summary():
    assert told("one two\nthree four") == []
    assert told("") == []
