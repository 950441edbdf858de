import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import cli
from digests.cards.content import UNNAMED_SPEAKER
from digests.quotes.attribution import explain_attribution, find_quotes
from tests.builders import an_article

MARKS = "“”\"'‘’„«»「」 \n.,:?()。："
WORDS = (
    " said | told | she | he |Ruth Bell|Mr. Cole|the mayor|who| according to |a|Bell's"
    "|—|3|\ue000|\u202e|\u2067|\u2069|\u200f|قال|他说|森田|’s|Mr|and|was|Будет"
)
ALPHABET = st.sampled_from([*MARKS, *WORDS.split("|")])


def only(text, **options):
    quotes = find_quotes(text, **options)
    assert len(quotes) == 1, [quote.text for quote in quotes]
    return quotes[0]


@pytest.mark.parametrize(
    "text",
    [
        "“We open the lock today,” Ruth Bell said.",
        "“We open the lock today,” said Ruth Bell, a warden on the canal.",
        "Ruth Bell said: “We open the lock today.”",
        "Ruth Bell told the council that “the lock opens today” at last.",
        "Ruth Bell, a warden at Cole Lock, said, “We open the lock today.”",
        "Ruth Bell (R-Ohio) said, “We open the lock today.”",
        "Ruth Bell, who lives by the canal, said, “We open the lock today.”",
        "According to Ruth Bell, “the lock opens today” at last.",
        "“We open the lock today,” according to Ruth Bell.",
        "The canal's warden, Ruth Bell, said, “We open the lock today.”",
        "“We open the lock today,” said the canal's chief lock warden, Ruth Bell.",
        "Ruth Bell rose, thanked the crowd and said, “We open the lock today.”",
        "As the crowd fell silent, Ruth Bell said, “We open the lock today.”",
        "The lock “opens today” at last, Ruth Bell said.",
        "The lock “opens today”, as confirmed by warden Ruth Bell.",
        "As Ruth Bell put it, “the lock opens today.”",
        "Ruth Bell: “We open the lock today.”",
        "“Shall we open the lock?” Ruth Bell asked.",
    ],
)
def test_the_speaker_is_found_at_any_position_of_the_attribution(text):
    assert only(text).speaker == "Ruth Bell"


def test_a_surname_is_given_in_full():
    text = "Ruth Bell came to the lock. “It is open,” Bell said."
    quote = only(text)
    assert quote.speaker == "Ruth Bell"
    assert quote.mention is not None
    assert quote.mention.text == "Bell"


def test_a_family_name_that_comes_first_is_given_in_full():
    text = "Envoy Lin Wei-shan came. “It is open,” Lin said."
    assert only(text).speaker == "Lin Wei-shan"


def test_the_title_may_name_the_speaker_in_full():
    quote = only("“It is open,” Bell said.", title="Ruth Bell opens the lock")
    assert quote.speaker == "Ruth Bell"


def test_a_noun_phrase_is_kept_whole():
    text = "“It is open,” said a spokesman for the Canal Trust."
    assert only(text).speaker == "a spokesman for the Canal Trust"


def test_no_speaker_is_invented():
    assert only("“It is open now and it stays open.”").speaker is None


def test_words_without_a_possible_speaker_nearby_have_none():
    text = "The words “open now and for ever more” stood above a door in France."
    assert only(text).speaker is None


def test_it_and_we_are_not_guessed():
    assert only("Ruth Bell came, and we said: “It is open.”").speaker is None


def test_he_and_she_go_to_the_person_of_that_sex():
    text = (
        "Mr. Tom Cole and Mrs. Ruth Bell came to the lock. "
        "“It is open,” he said. “It is late,” she said."
    )
    assert [quote.speaker for quote in find_quotes(text)] == ["Tom Cole", "Ruth Bell"]


def test_she_goes_to_the_person_just_named_and_not_to_the_last_speaker():
    text = (
        "“The lock is old,” Arden Pell said.\n\n"
        "Morwen Tace, whose barge was stuck, said that she was glad. "
        "“I have waited since May,” she said."
    )
    assert find_quotes(text)[1].speaker == "Morwen Tace"


def test_they_goes_to_the_plural_before_it():
    text = "The wardens came at noon. “It is open,” they said."
    assert only(text).speaker == "The wardens"


def test_a_quotation_split_by_its_attribution_is_one_group():
    one, two = find_quotes("“It is open,” Ruth Bell said. “It stays open.”")
    assert one.speaker == two.speaker == "Ruth Bell"
    assert one.group == two.group


def test_two_speakers_in_one_paragraph_are_two_groups():
    one, two = find_quotes("“It is open,” Ruth Bell said. “It is late,” Tom Cole said.")
    assert (one.speaker, two.speaker) == ("Ruth Bell", "Tom Cole")
    assert one.group != two.group


def test_a_quotation_over_paragraphs_is_one_group_of_one_speaker():
    text = "Ruth Bell said: “It is open.\n\n“It stays open.”\n\nThen she left."
    one, two = find_quotes(text)
    assert one.speaker == two.speaker == "Ruth Bell"
    assert one.group == two.group


def test_two_quotations_of_one_sentence_have_one_speaker():
    text = "Ruth Bell called the lock “a wonder” and its keeper “a saint of the water.”"
    assert {quote.speaker for quote in find_quotes(text)} == {"Ruth Bell"}


def test_a_sentence_that_ends_in_a_colon_introduces_the_next_paragraph():
    text = "Ruth Bell wrote to the council this week:\n\n“The lock is open.”"
    assert only(text).speaker == "Ruth Bell"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Chinese President Lin Wei said, “It is open.”", "Chinese President"),
        ("“It is open,” said lock warden Ruth Bell.", "lock warden"),
        ("“It is open,” said Ruth Bell, a warden of the canal.", "warden of the canal"),
        ("Bath's security adviser Ruth Bell said, “It is open.”", "security adviser"),
        ("“It is open,” said the lock's keeper, Ruth Bell.", "the lock's keeper"),
        ("“It is open,” Mrs. Ruth Bell said.", None),
        ("“It is open,” said harbour master Ruth Bell.", "harbour master"),
        ("“It is open,” said the harbour master, Ruth Bell.", "harbour master"),
        ("“It is open,” said Ruth Bell, harbour master here.", "harbour master here"),
        ("“It is open,” said Ruth Bell, town clerk.", "town clerk"),
        ("The stationmaster, Ruth Bell, said: “It is open.”", "stationmaster"),
        ("“It is open,” said Ruth Bell, harbour and all.", None),
        ("“The master plan is open,” said Ruth Bell.", None),
    ],
)
def test_the_role_is_given_in_the_articles_words(text, role):
    assert only(text).role == role


@pytest.mark.parametrize(
    "text",
    [
        "Ruth Bell spoke on the BBC's “Harbour Lights” on Monday.",
        "Ruth Bell wrote the novel “The Long Water” in May.",
        "Thomas “Tug” Cole came.",
        "The so-called “lock tax” came.",
        "Some held “Save Our Lock” signs at the gate.",
    ],
)
def test_names_of_works_nicknames_and_labels_are_no_speech(text):
    assert find_quotes(text) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("“It is open today,” Ruth Bell said.", "direct"),
        ("Ruth Bell said: “It is open today.”", "direct"),
        ("Ruth Bell called it “a wonder of the age” today.", "partial"),
        ("Ruth Bell said that the lock “opens today.”", "partial"),
    ],
)
def test_whole_utterances_are_distinguished_from_embedded_words(text, kind):
    assert only(text).kind == kind


def test_the_context_is_the_sentence_that_holds_the_quotation():
    text = "It rained. “It is open,” Ruth Bell said. Then it snowed."
    quote = only(text)
    context = text[quote.context.start : quote.context.end]
    assert context == "“It is open,” Ruth Bell said."


@pytest.mark.parametrize("marks", ["''", "‘’", '""', "“”", "«»", "„“", "「」"])
def test_the_answer_does_not_depend_on_the_style_of_marks(marks):
    opening, closing = marks
    text = (
        f"Ruth Bell wasn’t early. {opening}It’s open and it stays open,{closing} "
        f"Bell said. She called it {opening}a wonder of the age{closing} today."
    )
    assert [(quote.text, quote.speaker) for quote in find_quotes(text)] == [
        ("It’s open and it stays open,", "Ruth Bell"),
        ("a wonder of the age", "Ruth Bell"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "„Die Schleuse ist offen“, sagte Wärterin Ruth Lindner.",
        "Ruth Lindner sagte: „Die Schleuse ist offen.“",
        "„Die Schleuse ist offen“, so Ruth Lindner.",
        "Gestern sagte Ruth Lindner: „Die Schleuse ist offen.“",
    ],
)
def test_german_attributions_are_read(text):
    assert only(text, lang="de").speaker == "Ruth Lindner"


def test_explain_shows_the_chosen_candidate_with_its_score():
    rows = explain_attribution("Tom Cole came. “It is open,” Ruth Bell said.")
    chosen = [row for row in rows if row.chosen]
    assert [row.speaker for row in chosen] == ["Ruth Bell"]
    assert chosen[0].score == max(row.score for row in rows)


def test_explain_is_empty_without_quotations():
    assert explain_attribution("Nothing was said.") == ()


@given(st.lists(ALPHABET, max_size=40).map("".join))
def test_spans_are_exact_and_in_order_in_any_text(text):
    at = 0
    for quote in find_quotes(text):
        assert quote.text == text[quote.start : quote.end]
        assert at <= quote.start < quote.end
        assert quote.context.start <= quote.start
        assert quote.context.end >= quote.end
        assert 0 <= quote.confidence <= 1
        if quote.mention is not None:
            mention = quote.mention
            assert mention.text == text[mention.start : mention.end] != ""
        at = quote.end


@given(st.text(), st.sampled_from([None, "de", "fr"]))
def test_any_text_is_answered(text, lang):
    assert all(quote.text for quote in find_quotes(text, lang=lang))


@given(st.lists(ALPHABET, max_size=30).map("".join))
def test_groups_never_go_back(text):
    groups = [quote.group for quote in find_quotes(text)]
    assert groups == sorted(groups)


TEXT = (
    "Tom Cole and the council's chairwoman, Ada Brandt, came to the old lock early.\n\n"
    "“We have waited eleven years for this water, and tonight it is ours at last, and "
    "nobody will take it away from us,” Ruth Bell, a warden of the canal, told them. "
    "“It is late,” she said.\n\n"
    "The old lock cost the town “a million and a half in the end.”"
)


def table(text=TEXT):
    return list(cli.format_quote_candidates(an_article(text=text)))


def test_no_line_is_wider_than_a_hundred_columns():
    assert max(map(len, table())) <= 100


def test_every_quotation_shows_its_speaker_and_its_reporting_word():
    lines = table()
    assert "   Ruth Bell · reporting word «told»" in lines
    assert f"   {UNNAMED_SPEAKER} · no cue" in lines


def test_the_arrow_points_at_the_chosen_candidate_only():
    arrows = [line for line in table() if "→" in line]
    assert [line.split()[2] for line in arrows] == ["Ruth", "she"]


def test_the_features_of_a_candidate_sum_up_to_its_score():
    for row in explain_attribution(TEXT):
        assert abs(sum(worth for _, worth in row.features) - row.score) < 0.05


def test_a_candidate_that_was_passed_over_is_not_marked_as_chosen():
    rows = explain_attribution("Ruth Bell came, and we said: “It is open.”")
    assert not any(row.chosen for row in rows)


def test_a_language_without_a_table_has_nothing_to_explain():
    assert explain_attribution("« C’est ouvert », dit-elle.", lang="fr") == ()
