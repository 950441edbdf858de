import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.analysis import analyse_article
from digests.editing.quote_selection import build_story_cards, select_quotes
from digests.quotes.attribution import find_quotes
from digests.types import Article, Story

ARTICLE = (
    "The council met at the lock on Monday. "
    "“We have waited eleven years for this water, and tonight it is ours,” "
    "Ruth Bell said.\n\n"
    "She called the old gate “a rusty old disgrace to us.”\n\n"
    "“No town on this canal has asked for less and been given less,” Bell said.\n\n"
    "“The boats will come back, and with them the trade they lost,” Tom Cole said.\n\n"
    "A “wet” summer is expected."
)


def best(text):
    return [quote.text for quote in select_quotes(find_quotes(text), text)]


def test_fragments_get_no_card():
    assert "a rusty old disgrace to us." not in best(ARTICLE)


def test_one_voice_does_not_crowd_the_others_out():
    speakers = [quote.speaker for quote in select_quotes(find_quotes(ARTICLE), ARTICLE)]
    assert set(speakers[:2]) == {"Ruth Bell", "Tom Cole"}


def test_scare_words_get_no_card():
    assert "wet" not in best(ARTICLE)


def test_a_named_voice_comes_before_an_unnamed_one():
    text = (
        "“We will open the lock before the summer is over,” an official said.\n\n"
        "“We will open the lock before the winter is over,” Ruth Bell said."
    )
    assert "winter" in best(text)[0]


def test_a_name_with_an_article_in_small_letters_is_a_name():
    text = (
        "The race was held in the rain. “We saw parts of the wall all over, and we are "
        "proud of ourselves,” said Nader al-Masri, who won it."
    )
    quotes = select_quotes(find_quotes(text), text, kind="opinion")
    assert [quote.speaker for quote in quotes] == ["Nader al-Masri"]


def test_half_of_a_thought_gets_no_card():
    text = (
        "“A town may decide how large a sign is,” Justice Ada Brandt wrote for the "
        "majority of the court. “It may not decide how rude it is.”"
    )
    assert "A town may decide how large a sign is," not in best(text)


def test_a_songs_words_get_no_card():
    text = (
        "Ann Bligh came to the lock. “Promise mama that you will keep your hands in "
        "sight,” Bligh sings to the mayor."
    )
    assert best(text) == []


def test_what_the_same_person_takes_back_at_once_gets_no_card():
    text = (
        "“To those who vote for the mill I say that I respect their choice,” said "
        "Mayor Ada Brandt, R-Hallin, at noon. “I get that. But it would be wrong.”"
    )
    assert best(text) == []


def test_a_speaker_whose_name_is_a_genitive_gets_no_card():
    text = (
        "Mr Cole's statement said: “We will open the lock before the summer is over, "
        "and nobody will stop us.”"
    )
    found = find_quotes(text)
    shown = {quote.speaker for quote in select_quotes(found, text)}
    assert not any(name and name.endswith("'s") for name in shown)


@pytest.mark.parametrize(
    ("speaker", "shown"),
    [
        ("the jury", True),
        ("a spokesman for the mill", True),
        ("the report", True),
        ("the aircraft", False),
        ("some critics", False),
        ("his brother", False),
        ("a statement", False),
        ("the former mayor", False),
    ],
)
def test_an_unnamed_speaker_is_a_person_a_body_or_a_document(speaker, shown):
    text = f"“We will open the lock before the summer is over,” {speaker} said."
    assert bool(best(text)) == shown


def test_where_there_is_only_a_fragment_there_is_no_card():
    text = "Ruth Bell said that the lock was “a rusty old disgrace to us.”"
    assert best(text) == []


def test_a_very_long_speech_comes_after_one_that_fits():
    long = "We wait. " * 80
    text = (
        f"“{long}So we wait,” Ruth Bell said.\n\n"
        "“We will open the lock before the summer is over,” Tom Cole said."
    )
    assert best(text)[0].startswith("We will open")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("We have spent 90 million on this gate.", "We have spent a lot on this gate."),
        ("We will never pay for this old gate.", "We will gladly pay for an old gate."),
        (
            "We shall open the Hallin lock at noon.",
            "We shall open the other one at dawn.",
        ),
        (
            "We open the gate, and the boats come.",
            "And we open it, and the boats come.",
        ),
        (
            "We will open the lock before summer.",
            "We will open the lock before summer,",
        ),
    ],
)
def test_news_comes_before_talk(better, worse):
    text = (
        "The Hallin council met on Monday.\n\n"
        f"Ruth Bell said: “{worse}”\n\nTom Cole said: “{better}”\n\n"
        + "It rained on the canal. "
        * 40
    )
    assert best(text)[0] == better


@given(st.text(alphabet=st.sampled_from("ab AB.,“” \nI")))
def test_only_found_quotations_are_chosen_and_each_once(text):
    found = find_quotes(text)
    chosen = select_quotes(found, text)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(found)


def best_below(text: str, shown: str) -> list[str]:
    """The cards that stand below the words `shown`."""
    found = select_quotes(find_quotes(text), text, shown=shown)
    return [quote.text for quote in found]


@pytest.mark.parametrize(
    ("text", "shown", "stands"),
    [
        # The sentence before names one person, who is shown.
        (
            "The trial of Victor Alme began. “He knew which tickets nobody would come "
            "for,” prosecutor Denise Sato said.",
            "Victor Alme pleaded not guilty on Wednesday.",
            True,
        ),
        (
            "The trial of Victor Alme began. “He knew which tickets nobody would come "
            "for,” prosecutor Denise Sato said.",
            "The lottery lost $9 million.",
            False,
        ),
        (
            "Victor Alme met Tom Cole. “He knew which tickets nobody would come for,” "
            "prosecutor Denise Sato said.",
            "Victor Alme and Tom Cole pleaded not guilty.",
            False,
        ),
        # The words above name one pair.
        (
            "The presidents met in Hallin. “Both countries should mend the bridge "
            "before the winter comes,” Ada Brandt said.",
            "President Ada Brandt and President Tom Reed met in Hallin.",
            True,
        ),
        (
            "The presidents met in Hallin. “Both countries should mend the bridge "
            "before the winter comes,” Ada Brandt said.",
            "President Ada Brandt opened the bridge.",
            False,
        ),
        # A relative of somebody who is shown speaks.
        (
            "The storm was long. “He had been on the job for only five weeks,” said "
            "the lineman's father, Rick Soren.",
            "A lineman was killed by a cable.",
            True,
        ),
        # «This» needs its noun.
        (
            "Two trains met. “This toll does not include those in hospital,” warden "
            "Rick Soren said.",
            "The toll of the crash rose to nine.",
            True,
        ),
        (
            "Two trains met. “This machine is for people with small homes,” warden "
            "Rick Soren said.",
            "The toll of the crash rose to nine.",
            False,
        ),
    ],
)
def test_a_pointer_needs_what_it_means_above_the_card(text, shown, stands):
    assert bool(best_below(text, shown)) == stands


@pytest.mark.parametrize(
    ("speaker", "shown", "stands"),
    [
        ("the department", "The lock of Hallin leaks.", False),
        ("the department", "The Department of Harbours closed the lock.", True),
        ("the salvage team", "Salvage teams raised the gates of the lock.", True),
        ("the spokesman", "The lock of Hallin leaks.", False),
        ("the police", "The lock of Hallin leaks.", True),
        ("the Hallin department", "The lock leaks.", True),
    ],
)
def test_who_was_named_before_is_also_named_above_the_card(speaker, shown, stands):
    said = "We will open the lock before the summer is over,"
    text = f"Visitors came to see the gates. “{said}” {speaker} said."
    assert best_below(text, shown) == ([said] if stands else [])


def test_nobody_speaks_of_themselves_by_title():
    text = "“Ms Quill now counts herself as a friend of the lock,” Jess Quill said."
    assert best(text) == []


def test_parts_of_one_utterance_are_one_card():
    text = (
        "The mayor spoke. “A town may decide how large a sign is,” Ada Berg wrote. “It "
        "may not decide how rude it is.” The council met in May."
    )
    article = Article(id="a", text=text)
    story = Story(id="s-1", articles=(article,), outlets=("Hallin Courier",))
    (card,) = build_story_cards(story, {"a": analyse_article(article)}, 2)
    assert card.text == (
        "A town may decide how large a sign is,” Ada Berg wrote. “It may not decide "
        "how rude it is."
    )
    assert text[card.span.start : card.span.end] == card.text


def test_parts_in_single_marks_are_no_one_card():
    """The words between them would be shown as if they had been spoken."""
    text = (
        "The keeper spoke. ‘I was not meant to be on the wall at all,’ Ada Berg said. "
        "‘The harbour master was shouting at me to stay below, and I am glad that it "
        "was too loud to hear him.’ The boats came in by noon."
    )
    article = Article(id="a", text=text)
    story = Story(id="s-1", articles=(article,), outlets=("Hallin Courier",))
    cards = build_story_cards(story, {"a": analyse_article(article)}, 2)
    assert cards
    assert [card.text for card in cards if "Berg said" in card.text] == []


@pytest.mark.parametrize(
    "text",
    [
        "“The water came up faster than my mother could climb,” Ada Brandt said. She "
        "survived.",
        "“By all the signs the red boat should win this,” said Ada Brandt, but the "
        "blue one will.",
        "“The man was always friendly to the boys here,” Ada Brandt said. It was in "
        "May, she said. “But then he began to shout at them and to wait outside.”",
        "„Nach allem, was wir wissen, müsste das rote Boot siegen“, sagte Ada Brandt, "
        "aber siegen werde das blaue.",
    ],
)
def test_what_the_next_words_turn_round_gets_no_card(text):
    assert best(text) == []


def test_an_answer_of_another_person_turns_nothing_round():
    text = (
        "“The boats of this canal will come back in May,” Ada Brandt said. But critics "
        "of the plan doubt it."
    )
    assert best(text) == ["The boats of this canal will come back in May,"]


def test_what_an_older_report_tells_people_to_do_gets_no_card():
    go = "“If you live near the lock, go now and do not wait for a knock,” "
    early = Article(id="b", text=f"{go}Tom Cole said in Halm at dawn.")
    late = Article(id="a", text="Residents of Halm may go home on Friday, police said.")
    story = Story(id="s", articles=(late, early), outlets=())
    analyses = {each.id: analyse_article(each) for each in (late, early)}
    assert build_story_cards(story, analyses, 2) == ()
    alone = Story(id="s", articles=(early,), outlets=())
    assert len(build_story_cards(alone, analyses, 2)) == 1


@pytest.mark.parametrize(
    "text",
    [
        # somebody else is named in between
        "Tom Cole, the warden, met the mayor on Monday. Cole had asked for money. Ned "
        "Brass left the meeting early. “We will not pay for a lock that nobody in the "
        "town uses,” he said.",
        # the subject is another one
        "Ned Brass, a lawyer, warned on Monday that the plan of Tom Cole would harm "
        "the canal. Cole is the warden.\n\nBrass, a lawyer, wrote that the dispute "
        "with warden Tom Cole goes on. “The trust will lose all its boats in the next "
        "two summers,” he wrote.",
        # a newspaper
        "The Hallin Chronicle reported that a father had heard from his daughter. He "
        "called the police at once. “I almost had a heart attack when the telephone "
        "rang,” he said, according to the Chronicle.",
        # a new actor, and words without a verb
        "Tom Cole, the warden, said the changes were small. But Ned Brass, who leads "
        "the union, criticised them. “You do not get good locks by hitting people who "
        "are about to retire.”",
    ],
)
def test_a_speaker_who_is_inferred_past_another_has_no_card(text: str):
    assert "Tom Cole" not in speakers_shown(text)
    assert not any("Chronicle" in (name or "") for name in speakers_shown(text))


def test_who_spoke_last_has_no_card_with_the_words_of_somebody_who_is_named():
    text = (
        "Tom Cole, the warden, told the Courier: “The lock has been dry since May.” "
        "The mayor left early, writes Ms Brass. In Ms Brass's book Mr Lund told the "
        "warden: “There is nothing you could ever say that I would believe.”"
    )
    assert "There is nothing you could ever say that I would believe." not in best(text)


def test_who_spoke_last_and_goes_on_has_a_card():
    text = (
        "Tom Cole, the warden, praised Ned Brass and the union. “The union has kept "
        "this lock alive for thirty years,” he said."
    )
    assert speakers_shown(text) == ["Tom Cole"]


def test_a_name_behind_the_words_that_is_not_the_speakers_forbids_the_card():
    text = (
        'Brenn left the team in May. Brenn added: "It is not my right to give orders '
        'to anybody in this team. "I feel that the others play with a new spirit. "So '
        "I am "
        "used to it when this happens. Meanwhile, spokesman Aksel Lund welcomed it. "
        "\"Brenn's apology makes a bigger star of Brenn for all the young players of "
        "the "
        'country," Lund said.'
    )
    assert "Brenn" not in speakers_shown(text)


def test_what_was_before_is_not_shown_without_what_came_of_it():
    text = (
        "“Prior to the opening, gates of this kind were found to be without any "
        "fault,” Tom Cole, the warden of the lower lock, said in a statement. “Within "
        "an hour the gates had cracked.”"
    )
    assert not any(said.startswith("Prior") for said in best(text))


@pytest.mark.parametrize(
    "text",
    [
        # a document that nobody signs
        "Accounts were closed on Monday. “The method was easy for us to trace and to "
        "confirm within an hour,” read the statement.",
        # what anybody posts
        "The mayor has been suspended. “Her employment is an insult to every sailor "
        "who has served this town,” Matt Conway wrote on Facebook.",
        "The two signs differ. “You just can’t compare the two, and I was not trying "
        "to do so,” Tom Cole said.",
        "“I kept telling myself that won’t happen in a town like Hallin,” Tom Cole "
        "said.",
        "“The last thing they need is another lock on the canal,” Tom Cole said.",
    ],
)
def test_words_without_their_author_or_their_object_have_no_card(text: str):
    assert speakers_shown(text) == []


def test_a_people_that_notes_something_has_no_card():
    text = (
        "The paper has ten pages. “Our country shares the same enemies and has fought "
        "the same war for years,” the Germans note in the paper."
    )
    assert speakers_shown(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "In the new book Tom Cole is alleged to have told the mayor: “There is nothing "
        "you could say that I would believe.”",
        "“Nothing that you could say would I believe,” Tom Cole reportedly told "
        "the mayor.",
        "“Nothing that you could say would I believe,” Tom Cole is said to have "
        "told the mayor.",
        "Tom Kohl soll der Bürgermeisterin gesagt haben: „Nichts von dem, was Sie mir "
        "jetzt noch erzählen, kann ich glauben.“",
    ],
)
def test_what_somebody_only_is_said_to_have_said_has_no_card(text: str):
    assert speakers_shown(text) == []


def test_what_is_alleged_in_the_next_sentence_takes_no_card_away():
    text = (
        "“Nothing that you could say would I believe,” Tom Cole told the mayor. "
        "The mayor allegedly left at once."
    )
    assert speakers_shown(text) == ["Tom Cole"]


def speakers_shown(text: str) -> list[str | None]:
    return [quote.speaker for quote in select_quotes(find_quotes(text), text)]


def test_nobody_asks_to_look_at_themselves_by_name():
    text = (
        "“Let us go back six months and look at Tom Cole announcing his plan for the "
        "lock,” Tom Cole said."
    )
    assert speakers_shown(text) == []


@pytest.mark.parametrize(
    "text",
    [
        # Lines of a comedy, which its figures say to each other.
        '4. Tess: "The mill will never close while I am here." Tess comforts Otto.',
        '4. "The mill will never close while I am here," says Tess Brun to Otto.',
        'Tess said: "The mill will never close while I am here." Otto: "It is shut."',
        # An answer without its question.
        "I asked the four what they had learned. “Don't give up your last old boat,” "
        "said Tess Brun.",
    ],
)
def test_a_line_of_a_dialogue_and_a_short_answer_have_no_card(text: str):
    assert best(f"Tess Brun is the heroine of a comedy in Hallin. {text}") == []


def test_what_is_said_after_a_number_that_ends_a_sentence_has_a_card():
    text = "Ruth Bell is 42. “I have waited for this water for years,” Bell said."
    assert best(text) == ["I have waited for this water for years,"]
