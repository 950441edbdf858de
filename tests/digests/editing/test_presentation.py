from digests.editing import figure_selection, presentation
from digests.figures import recognition
from digests.quotes import attribution
from digests.types import (
    Article,
    ArticleAnalysis,
    EditionStyle,
    Headline,
    RankedStory,
    Story,
    Summary,
)


def shown(text: str) -> list[str]:
    """The figures that a story of this one article shows."""
    article = Article(id="a", text=text)
    analysis = ArticleAnalysis(
        article=article,
        summary=Summary(headline=Headline(text="Title"), sentences=()),
        quotes=attribution.find_quotes(text),
        figures=recognition.find_figures(text),
    )
    story = Story(id="s-1", articles=(article,), outlets=("Hallin Courier",))
    entry = RankedStory(story=story, score=1.0, reasons=(), update=False)
    reported = presentation.present_story(
        entry, {"a": analysis}, EditionStyle()
    ).figures
    return [f"{t.figure.text} · {t.figure.what}" for t in reported]


def test_money_and_shares_come_before_lengths_in_text_order():
    text = (
        "The 40-metre mast fell. The 30-metre pier broke. A 20-metre hole opened. The "
        "repair will cost £3 million. Sales fell by 8%. The 10-metre wall held."
    )
    assert shown(text) == [
        "40-metre · mast",
        "30-metre · pier",
        "£3 million · repair",
        "8% · sales",
    ]


def test_no_more_than_four_figures_are_shown():
    text = " ".join(f"They planted {n} trees in park {n}." for n in range(100, 120))
    assert len(shown(text)) == figure_selection.MAX_FIGURES


def test_a_figure_without_a_noun_is_not_shown():
    assert shown("Hallin Shipping paid $9 million.") == []


def test_a_few_things_and_ages_are_no_news():
    assert shown("The two mayors met a 35-year-old baker in three rooms.") == []


def test_a_quoted_number_is_no_fact_of_the_story():
    assert shown("“We lost 400 trees in one night,” said Ada Brandt.") == []


def test_a_range_is_one_figure():
    text = "The diversion adds 35 to 50 minutes."
    assert shown(text) == ["35 to 50 minutes · diversion"]


def test_the_same_figure_is_shown_once():
    assert shown("They own 150 boats. All 150 boats were lost.") == ["150 · boats"]
