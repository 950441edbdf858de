import pytest

from digests.summaries import headline
from digests.types import Article


def written(text: str, title: str | None = None) -> str:
    return headline.write(Article(id="a", text=text, title=title)).text


def test_a_given_title_is_kept_without_spans():
    given = headline.write(
        Article(id="a", text="It rained.", title=" Rain \n in Hallin")
    )
    assert (given.text, given.spans) == ("Rain in Hallin", ())


def test_a_blank_title_is_no_title():
    assert (
        written("Heavy rain fell on Hallin.", title="  ") == "Heavy rain fell on Hallin"
    )


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (
            "The mayor of Hallin opened the Long Bridge on Monday, pledging to mend "
            "every road that leads into the town.",
            "Mayor of Hallin opened Long Bridge on Monday",
        ),
        (
            "Norland President Ada Brandt and Sudland President Tom Reed met in Hallin "
            "on January 6, pledging to mend the roads.",
            "Ada Brandt and Tom Reed met in Hallin on January 6",
        ),
        (
            "The council has approved the plans.",
            "Council approved plans",
        ),
        (
            "Norland is to build a bridge over the river.",
            "Norland to build bridge over river",
        ),
    ],
)
def test_a_lead_sentence_is_made_short(text: str, short: str):
    assert written(text) == short


def test_a_passive_keeps_its_auxiliary():
    assert written("The rebels were attacked in Hallin.") == (
        "Rebels were attacked in Hallin"
    )


def test_words_inside_quotation_marks_stay_as_they_are():
    assert '"the best of bridges"' in written(
        'The mayor called it "the best of bridges" on Monday.'
    )


def test_what_something_is_called_is_not_cut_off():
    text = (
        "The mayor of Hallin on Monday called the plan of the council for the Long "
        "Bridge over the river unwise."
    )
    assert not written(text).endswith(("plan", "council", "Bridge", "river"))


def test_words_come_from_the_spans_in_order():
    text = (
        "On Monday, the mayor of Hallin, who is a builder, opened the Long Bridge (LB) "
        "in the rain after two years of work."
    )
    made = headline.write(Article(id="a", text=text))
    words = " ".join(text[s.start : s.end] for s in made.spans).split()
    assert [w.casefold().strip(",.") for w in made.text.split()] == [
        w.casefold().strip(",.") for w in words
    ]


def test_a_list_without_sentences_still_has_a_headline():
    assert written("- two lamps\n- one door") == "Two lamps"


def test_no_words_no_headline():
    assert written(" \n…") == ""
