import pytest

from digests.summaries.context import find_why_it_matters
from digests.types import Article

GERMAN_NEWS = "Der Rat von Hallin hat am Montag die Lange Brücke gesperrt."
NEWS = "The council of Hallin closed the Long Bridge on Monday."


def why(sentence: str, lang: str | None = None) -> str | None:
    news = GERMAN_NEWS if lang == "de" else NEWS
    text = f"{news} Rain fell all day. {sentence} The ferry runs until midnight."
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


@pytest.mark.parametrize(
    "sentence",
    [
        "About 14,000 commuters cross the bridge on a working day.",
        "Some 300 workers will lose their jobs.",
        "The firm will close its yard in Orne, where 120 people work.",
        "The new line is expected to carry 45,000 passengers a day.",
        "The ban takes effect on 1 March.",
        "The agreement still has to be approved by the members of the union.",
        "The judge will announce the sentence on 4 June.",
        "Owners have until 30 September to remove their boats.",
        "The bridge will remain closed until the end of May.",
        "Work starts in the spring and should take two years.",
        "Passengers will be refunded.",
        "Fares are expected to rise by 6% in April.",
    ],
)
def test_whom_it_affects_and_what_happens_next_is_found(sentence: str):
    assert why(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Täglich fahren rund 9.000 Autos über die Brücke.",
        "Das Gesetz tritt am 1. April in Kraft.",
        "Die Brücke bleibt bis Oktober gesperrt.",
        "Rund 400 Beschäftigte könnten sich beteiligen.",
        "Sollte der Rat von Hallin verlieren, muss er die Brücke wieder öffnen.",
    ],
)
def test_german_consequences_are_found(sentence: str):
    assert why(sentence, "de") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "If the bridge failed, 14,000 commuters would lose their way to work.",
        "The works will not close its yard, where 120 people work.",
        "Critics claim that 300 workers will lose their jobs.",
        "Last year 14,000 people crossed the bridge every day.",
        "The festival will feature a band from Orne.",
        "The mayor, who will appear before the committee on Monday, was calm.",
        "He will have to wait until May.",
        "“Some 300 workers will lose their jobs,” the union said.",
        "The striker will play for Orne on Saturday.",
        "It is unclear whether fares will rise.",
        "As for the notion that it matters because it is long, Tom Cole laughed.",
        "The bridge matters for another reason, as no road leads to the north bank.",
    ],
)
def test_conditions_denials_and_trifles_are_no_consequence(sentence: str):
    assert why(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The takeover would create the largest bakery of Norland.",
        "The £30m grant will allow the clinic to treat its patients in town.",
        "The mayor said the cuts would force three libraries to close.",
        "The deal with Orne is expected to lower the price of gas.",
        "The bill would raise the age of retirement to 68.",
        "The four-year ministry of transport funding will enable two more ferries.",
        "A ban would particularly affect farmers, who cross at night.",
        "The strike which could involve up to 900 ferry workers begins in May.",
        "Under the new rules, owners will pay 40 crowns for each crossing.",
        "The combined company would have 310 ferries.",
        "Investors now expect the bank to sell the bridge.",
        "More closures are possible, because the piers are as old as the arch.",
        "The price will be announced on 3 June at the latest.",
        "If the council of Hallin loses in court, it must open the bridge in May.",
    ],
)
def test_what_a_decision_does_to_others_is_a_consequence(sentence: str):
    assert why(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The results of the search will also include the channel and the date.",
        "The new president will help to open the fair.",
        "The deal will be announced at a dinner.",
        "The plan was drawn up by the mayor's office.",
        "The move would have saved the mill.",
        "Under the bridge, an old man will sell you coffee.",
        "If the weather holds, the fair will open in Orne.",
    ],
)
def test_what_only_happens_around_a_decision_is_none(sentence: str):
    assert why(sentence) is None


def test_what_is_shown_already_is_not_repeated():
    first, second = (
        "Some 300 workers will lose their jobs.",
        "The ban takes effect on 1 March.",
    )
    article = Article(id="a", text=f"{NEWS} {first} {second}")
    found = find_why_it_matters(article)
    assert found is not None
    other = find_why_it_matters(article, found.spans)

    assert found.text == first
    assert other is not None
    assert other.text == second
