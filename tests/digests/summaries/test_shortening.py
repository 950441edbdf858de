import pytest

from digests.summaries import SUMMARISERS
from digests.summaries.cuts import conjunct_ends, spoils
from digests.types import Article, Span


def cut(sentence: str) -> bool:
    """Whether a cut at the bar spoils the sentence."""
    kept, _, rest = sentence.partition("|")
    return spoils(kept + rest, 0, len(kept))


@pytest.mark.parametrize(
    "sentence",
    [
        "A worker noticed rust in the paint shortly| after 11 p.m. on Monday.",
        "The guard fell asleep just| before the lamps went out.",
        "The crew left two days| after the storm had passed over Hallin.",
        "The vote comes at a time| when the town is poor.",
        "The shop stayed open even| though nobody came.",
        "The guard was unable to say| when the gate was shut.",
        "It is not clear| where the boat sank.",
        "The ship was lost not long| after it left the quay.",
        "The lamp is cheap and, especially|, a gift to the town.",
        "The road is closed only| when it snows.",
        "The bridge is weak, particularly|: the north end.",
        "Die Brücke schloss kurz| nachdem ein Riss entdeckt wurde.",
    ],
)
def test_a_cut_that_leaves_words_hanging_is_seen(sentence: str):
    assert cut(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ada Brandt is the first woman to lead the town| since it was founded.",
        "Rents rose for the first time| since the flood.",
        "It was the largest fire| since records began.",
        "The mayor did not resign| because she was tired.",
        "Drivers will be paid| when the fund is full.",
        "The town may sell the hall| once the roof is mended.",
    ],
)
def test_a_cut_that_turns_the_sense_is_seen(sentence: str):
    assert cut(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor opened the bridge on Monday|, pledging to mend every road.",
        "The mayor of Hallin resigned| after a long row over the bridge.",
        "Prices have fallen| since the bridge was opened.",
        "The mayor resigned| because she was tired.",
        "The boat sank in the harbour| when a wave struck it.",
        "The mayor came, too|, although it rained.",
        "The talks took two days|, the mayor's office noted.",
        "She lives in Hallin, Norland|, with her two sons.",
    ],
)
def test_a_clean_cut_is_let_through(sentence: str):
    assert not cut(sentence)


def test_no_summary_ends_in_a_word_that_waits():
    text = (
        "A worker of the harbour office in Hallin noticed a line of rust in the paint "
        "shortly after eleven in the evening of a long and rainy Monday in January."
    )
    for chars in range(60, len(text)):
        told = SUMMARISERS["extractive"].summarise(Article(id="a", text=text), chars)
        assert not any(s.text.endswith("shortly.") for s in told.sentences)


def ends(sentence: str) -> list[str]:
    """What is kept of a sentence at each place before an addition."""
    found = conjunct_ends(sentence, Span(start=0, end=len(sentence)))
    return [sentence[:end] for end in found]


@pytest.mark.parametrize(
    "sentence",
    [
        "The summit came amid missile tests| and rising tension over the strait.",
        "The fire destroyed a mill| and injured three workers.",
        "The mayor opened the bridge| and the council held a feast.",
        "The town will mend the roads| and in spring the schools.",
    ],
)
def test_an_addition_may_be_left_out(sentence: str):
    kept, _, rest = sentence.partition("|")
    assert ends(kept + rest) == [kept]


@pytest.mark.parametrize(
    "sentence",
    [
        "The tension grew between the north and the south.",
        "The town bought red and green lamps.",
        "The town did not mend the roads and the schools.",
        "The dam will hold if the rain stops and the gates open.",
        "The town bought lamps, ropes and a boat.",
        "The road is closed and the bridge is safe, the mayor claimed.",
        "The firm buys and sells boats.",
        "She said “the lamps are old and the ropes are new.”",
    ],
)
def test_what_needs_both_parts_keeps_them(sentence: str):
    assert ends(sentence) == []


def test_a_second_sentence_gives_up_its_addition_to_fit():
    lead = "The leaders of Norland and Sudland met in Hallin on Monday."
    kept = "The meeting came amid Norland's recent missile tests"
    text = f"{lead} {kept} and rising tension with its neighbours."
    told = SUMMARISERS["extractive"].summarise(Article(id="a", text=text), 120)
    assert [s.text for s in told.sentences] == [lead, f"{kept}."]
