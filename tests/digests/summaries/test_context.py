import pytest

from digests.summaries.context import find_why_it_matters
from digests.types import Article

NEWS = "The council of Hallin closed the Long Bridge on Monday."


def why(sentence: str, lang: str | None = None) -> str | None:
    text = f"{NEWS} Rain fell all day. {sentence} The ferry runs until midnight."
    found = find_why_it_matters(Article(id="a", text=text, lang=lang))
    if found is None:
        return None
    (span,) = found.spans
    assert found.text == text[span.start : span.end]
    return found.text


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge matters because no other road leads to the north bank.",
        "The crossing is important for farmers, who have no other way to town.",
        "The jobs of 300 dockers are at stake.",
        "The ruling has far-reaching implications for every toll road of Norland.",
        "The court's order sets a precedent that other towns must follow.",
        "The vote paves the way for a second crossing.",
        "The closure means that 300 dockers will have to find other work.",
        "The strike could affect more than 31,000 commuters a day.",
        "The importance of the bridge lies in the trade of two valleys.",
    ],
)
def test_the_reporters_own_words_of_consequence_are_found(sentence: str):
    assert why(sentence) == sentence


def test_a_german_article_has_it_too():
    sentence = "Die Brücke ist wichtig, weil keine andere Straße nach Norden führt."
    assert why(sentence, "de") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge was built in 1971.",
        "It matters because no other road leads to the north bank.",
        "“The bridge matters because we love it,” the mayor said.",
        "Does the bridge matter because of its age?",
        "The bridge no longer matters because a tunnel was dug.",
        "The ruling does not have implications for other roads.",
        "It is not clear whether the jobs are at stake.",
        "The owner claimed that the bridge is important for trade.",
        "I think the bridge is important for all of us.",
        "The matter was sent to the council, which matters little to most.",
        "It would mean trouble.",
        "The closure does not mean that the dockers lose their work.",
        "The cold affects the old.",
        "The mayor spoke of the importance of dry feet.",
        "She hopes that the vote paves the way for a second crossing.",
        "A fair for all who like the issues that matter to women today.",
        "Click here to see why the bridge matters because of trade.",
    ],
)
def test_nothing_is_invented(sentence: str):
    assert why(sentence) is None


def test_what_leans_on_the_news_itself_counts():
    sentence = "It matters because no other road leads to the north bank."
    found = find_why_it_matters(Article(id="a", text=f"{NEWS} {sentence}"))
    assert found is not None
    assert found.text == sentence


def test_an_article_without_sentences_has_no_context():
    assert find_why_it_matters(Article(id="a", text="one two\nthree")) is None
