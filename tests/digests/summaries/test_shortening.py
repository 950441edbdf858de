import pytest

from digests.language import sentence_ends
from digests.language.spans import format_version
from digests.summaries import shortening
from digests.summaries.registry import summarise_article
from digests.types import Article, Span


def shorten(sentence: str, *, headline: bool = True) -> list[str]:
    """The readable versions of a sentence that are shorter than it."""
    span = Span(start=0, end=len(sentence))
    found = shortening.list_versions(sentence, span, [] if headline else None)
    return [
        format_version(sentence, version, ".")
        for _, version in found[1:]
        if shortening.is_readable(sentence, version)
    ]


def ends_at_bar(sentence: str) -> bool:
    """Whether a version ends where the bar is."""
    kept, _, rest = sentence.partition("|")
    # A headline does without its first article.
    return any(kept.endswith(version[1:-1]) for version in shorten(kept + rest))


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
        "The new bank of the river has risen as high| as 50 feet from the water.",
        "The widow of the miller has written a long letter| to him on his birthday.",
        "The lamp is cheap and, especially|, a gift to the town.",
        "The road is closed only| when it snows.",
        "Ada Brandt also tried to portray the mayor| as a danger to the town.",
        "The bridge over the river is seen| as a sign of hope.",
        "The bridge is weak, particularly|: the north end.",
        "Ada Brandt would undo the rules he| and the other weavers have pushed for.",
        "The plan set weavers of the old mill against weavers| who want a new one.",
        "Anton Rusk was guilty of taking £900 from a builder in return| for a flat.",
        "Ada Brandt told the council| at its meeting that the old bridge is unsafe.",
        "Anger over it could send hundreds of weavers| into the arms of the league.",
        "The guards of the town are to be trained| as divers to mend the old quay.",
        "The mayor thanked the guards for doing something| in the flood that was new.",
        "The mayor boasted that a plan she pushed in Hallin| as an aide cost nothing.",
        "Die Brücke schloss kurz| nachdem ein Riss entdeckt wurde.",
    ],
)
def test_a_cut_that_leaves_words_hanging_is_seen(sentence: str):
    assert not ends_at_bar(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ada Brandt is the first woman to lead the town| since it was founded.",
        "Rents rose for the first time| since the flood.",
        "It was the largest fire| since records began.",
        "The mayor did not resign| because she was tired.",
        "Drivers will be paid| when the fund is full.",
        "The town may sell the hall| once the roof is mended.",
        "Anton Rusk told the board that he had signed| after he was beaten for days.",
        "Anton Rusk pleaded guilty| because he was afraid of the guards.",
    ],
)
def test_a_cut_that_turns_the_sense_is_seen(sentence: str):
    assert not ends_at_bar(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor opened the bridge on Monday|, pledging to mend every road.",
        "The mayor of Hallin resigned| after a long row over the bridge.",
        "The state will charge the mayor of Hallin|, alleging that she took money.",
        "Prices in Hallin have fallen| since the bridge was opened.",
        "The mayor of Hallin resigned| because she was tired.",
        "The boat sank in the harbour| when a wave struck it.",
        "The old mayor came, too|, although it rained.",
        "The talks took two days|, the mayor's office noted.",
        "She lives in Hallin, Norland|, with her two sons.",
    ],
)
def test_a_clean_cut_is_let_through(sentence: str):
    assert ends_at_bar(sentence)


def test_no_summary_ends_in_a_word_that_waits():
    text = (
        "A worker of the harbour office in Hallin noticed a line of rust in the paint "
        "shortly after eleven in the evening of a long and rainy Monday in January."
    )
    for chars in range(60, len(text)):
        reported = summarise_article(Article(id="a", text=text), chars)
        assert not any(s.text.endswith("shortly.") for s in reported.sentences)


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
    assert ends_at_bar(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The tension grew between the north| and the south.",
        "The town bought red| and green lamps.",
        "The town did not mend the roads| and the schools.",
        "The dam will hold if the rain stops| and the gates open.",
        "The town bought lamps, ropes| and a boat.",
        "The road is closed| and the bridge is safe, the mayor claimed.",
        "The firm buys| and sells boats.",
        "The town heard from Citizens for Harbours| and Lamps in Norland.",
        "The storm heightened concern for lamps| and bridges in particular.",
        "She said “the lamps are old| and the ropes are new.”",
    ],
)
def test_what_needs_both_parts_keeps_them(sentence: str):
    assert not ends_at_bar(sentence)


def test_a_second_sentence_gives_up_its_addition_to_fit():
    lead = "The leaders of Norland and Sudland met in Hallin on Monday."
    kept = "The meeting came amid Norland's recent missile tests"
    text = f"{lead} {kept} and rising tension with its neighbours."
    reported = summarise_article(Article(id="a", text=text), 120)
    assert [s.text for s in reported.sentences] == [lead, f"{kept}."]


def shortened(text: str, limit: int) -> str | None:
    """The longest version of a sentence in a summary of so many characters."""
    fitting = [v for v in shorten(text, headline=False) if len(v) <= limit]
    return max(fitting, key=len, default=None)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        (
            "The mayor opened the bridge on Monday, pledging to mend the road.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
        (
            "The mayor opened the bridge after two years of heavy work on it.",
            45,
            "The mayor opened the bridge.",
        ),
        (
            "The mayor, who was elected last spring, opened the bridge on Monday.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
        (
            "The mayor -- a former builder of roads -- opened the bridge on Monday.",
            45,
            "The mayor opened the bridge on Monday.",
        ),
    ],
)
def test_a_tail_or_an_insertion_is_removed(text: str, limit: int, short: str):
    assert shortened(text, limit) == short


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is safe for all lorries, the office of the mayor said.",
        "The bridge is safe for all lorries, according to the mayor of it.",
        "The bridge will open for lorries if the mayor signs the long paper.",
        "The bridge is open for lorries, which is not what the mayor wanted.",
    ],
)
def test_what_vouches_for_or_limits_a_statement_stays(text: str):
    assert shortened(text, len(text) - 5) is None


def test_an_insertion_that_names_the_witness_stays():
    text = "The bridge, which officials said was weak, closed on Monday in the rain."
    assert shortened(text, 50) is None


@pytest.mark.parametrize(
    "text",
    [
        "They signed deals on trade, schools, roads and bridges for five years.",
        "The other three are Ann Moe, 58, her son Per, and Ahmed Lund, all of Marl.",
    ],
)
def test_a_list_is_not_cut_inside(text: str):
    assert shortened(text, 60) is None


@pytest.mark.parametrize(
    "text",
    [
        "The handball players of Hallin held out for long and lost in the end.",
        "Die Spielerinnen von Auental haben lange getrotzt und am Ende doch verloren.",
    ],
)
def test_how_it_ended_is_not_left_out(text: str):
    assert shortened(text, len(text) - 5) is None


@pytest.mark.parametrize(
    "text",
    [
        "The report foresees a reduction in output.",
        "The senator was met with $22 million in ads.",
    ],
)
def test_a_sentence_does_not_end_before_what_a_change_is_in(text: str):
    span = Span(start=0, end=len(text))
    assert not list(sentence_ends.find_ends(text, span, span))


def test_an_opening_does_not_take_a_person_with_it_before_their_age():
    text = "For 38 years Edith Marl, 71, has wound the clock at Hallin."
    versions = shortening.list_versions(text, Span(start=0, end=len(text)), ())
    assert {version[0].start for _, version in versions} == {0}


def test_an_opening_does_not_replace_its_main_clause():
    text = "When the mayor opened the bridge on Monday, the crowd was very large."
    assert shortened(text, 50) is None


def test_a_relative_clause_does_not_replace_the_sentence():
    text = "The mayor, who was elected last spring"
    assert not shortening.is_readable(text, (Span(start=0, end=len(text)),))


def test_two_apostrophes_are_a_mark_that_is_never_left_open():
    text = "The mayor told a story of ''storms and of hope, which was long''."
    assert shortened(text, 55) is None


def test_a_mark_is_never_left_open():
    text = 'The mayor said the bridge "was safe, because they built it so well".'
    assert shortened(text, 50) is None


def formatted(text: str) -> str:
    return format_version(text, (Span(start=0, end=len(text)),))


def test_a_number_at_the_start_is_no_letter_to_enlarge():
    assert formatted("“12 men left.") == "“12 men left."


def test_the_subject_after_an_adverb_is_no_insertion():
    sentence = "Thankfully, the child, named Ada, waited until her mother had landed."
    assert not any(v.startswith("Thankfully named") for v in shorten(sentence))


@pytest.mark.parametrize(
    ("sentence", "version"),
    [
        (
            "Das Gericht hat die Freisprüche am Freitag aufgehoben und den Fall nach "
            "Hallin zurückverwiesen.",
            "Gericht hat die Freisprüche am Freitag aufgehoben.",
        ),
        (
            "Nach Angaben der Feuerwehr, die sich auf zwei Zeugen stützen, brannte in "
            "Hallin die alte Mühle.",
            "Nach Angaben der Feuerwehr brannte in Hallin die alte Mühle.",
        ),
    ],
)
def test_german_goes_without_a_second_participle_and_a_relative_clause(
    sentence, version
):
    assert any(version.removeprefix("Gericht") in v for v in shorten(sentence))


def test_german_keeps_a_second_clause_with_its_own_auxiliary():
    assert not ends_at_bar(
        "Ein Fahrer hat in Hallin die Kontrolle über seinen Wagen verloren| und ist in "
        "die Menge gerast."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "An officer of the bank has admitted| before a court that he lied to the "
        "board.",
        "The yard is to build ferries in a deal that could be worth| as much as six "
        "million.",
        "The directors of the film are cementing themselves| as the best of the town.",
        "The town has doubts about plans for keeping the suspects| under guard in "
        "June.",
        "The firms were angry at the decision to bar foreign ships| from the harbour.",
        "The singer was the first star of the valley, and, in her day|, the best of "
        "all.",
        "Ada Brandt spoke about her home|, her fight to stay fit and her plans for "
        "June.",
        "Two people were charged for allegedly running four schools| for absent "
        "pupils.",
        "There have been several reports circulating in the town| about a wolf.",
        "The keeper didn't stop the boy because he ran|, but because he was in the "
        "way.",
        "The mayor's speech was as eagerly awaited in Norvik| as it was in Hallin.",
        "News that the mayor will leave the town| in June revives an old quarrel.",
        "The two banks agreed to merge and create the biggest bank| in the valley.",
        "The shop has cut its prices in Hallin| and the villages by a quarter, or 24%.",
        "Voters in Hallin will have a clear choice| between fear and hope in May.",
        "They felt they had to speak because the hope they felt| when they came fades.",
        "The scoreline made their match| with Norvik seem a small matter.",
        "The town is the last of ten other western|, industrialized towns, a report "
        "says.",
        "Das Werk in Hallin hat angekündigt|, die Preise für Glas würden steigen.",
        "Am Mittwoch griffen zwei Täter in Hallin, das am Meer liegt|, ein Haus an.",
        "Am Freitag erstatteten ein Mann aus Hallin|, eine Frau und ein Kind Anzeige.",
    ],
)
def test_a_cut_before_what_completes_the_statement_is_seen(sentence: str):
    assert not ends_at_bar(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The league will not be bringing charges over the brawl| prior to the game.",
        "The party wants to raise the tax if they win the vote|, in a bid to please "
        "us.",
    ],
)
def test_a_clause_may_end_where_its_verb_has_all_it_needs(sentence: str):
    assert ends_at_bar(sentence)


def test_an_insertion_does_not_end_at_its_own_verb():
    sentence = (
        "The target is the rebels, a group that holds the town and, on Monday, "
        "captured "
        "the harbour."
    )
    assert not any("rebels captured" in version for version in shorten(sentence))


def test_a_comma_inside_of_marks_goes_where_another_follows():
    sentence = (
        'On Monday in "The Night Ferry," while the town was asleep in its beds, the '
        "keeper Ada Brandt said that the lamp was lit."
    )
    left_out = sentence.index(" while"), sentence.index(", the keeper")
    spans = (Span(start=0, end=left_out[0]), Span(start=left_out[1], end=len(sentence)))
    shown = format_version(sentence, spans)
    assert shown.startswith('On Monday in "The Night Ferry", the keeper')


def test_a_subject_with_a_relative_clause_is_no_sentence():
    text = (
        "The number of children who fell ill after a meal in Hallin rose to 41, the "
        "health office of the district said."
    )
    made = shorten(text)
    assert not any(version.endswith(("ill.", "children.")) for version in made)
    assert any("rose to 41" in version for version in made)


def test_a_relative_clause_keeps_its_first_word():
    text = (
        "The number of children who fell ill after a meal at two schools in Hallin and "
        "who were taken to three hospitals rose to 41."
    )
    assert not any("meal were" in version for version in shorten(text))


def test_a_cut_before_a_phrase_does_not_leave_out_how_it_ended():
    text = (
        "The council of Hallin debated the plan for five hours in the old hall on the "
        "quay but in the end rejected it by 14 votes to 9."
    )
    assert all("rejected it" in version for version in shorten(text))


def test_an_insertion_does_not_begin_in_the_clause_and_end_between_dashes():
    text = (
        "In a poll of Hallin College, voters given the choice of four words -- glad, "
        "calm, worried or scared -- are likely to say that the result would leave them "
        "afraid of the next four years."
    )
    assert not any("College worried" in version for version in shorten(text))


def test_what_a_list_belongs_to_stays_before_it():
    text = (
        "There is no better example than the Hallin channel, which began in May and "
        "has several new series, including “Boundless,” “Knives” and “Brew Dogs,” that "
        "are gentle enough for the people of the town."
    )
    assert not any("channel, including" in version for version in shorten(text))


def test_a_clause_behind_a_year_is_not_the_main_one():
    text = (
        "In 2014,while the winner of the cup received two million and the best of the "
        "others got one million, when Bell won at the games in Hallin she got nothing."
    )
    assert not any(v.endswith("one million.") for v in shorten(text, headline=False))


def test_what_somebody_was_keeps_its_time():
    text = (
        "The former mayor Chris Shay was for Tom Reed while the banker was in the race"
        ", he said on Friday in the Herald's morning show."
    )
    assert not any("Reed, he said" in v for v in shorten(text, headline=False))


def test_last_keeps_its_year():
    text = (
        "Two weavers of Hallin lay down on the Long Bridge last year after the mayor "
        "had failed to answer."
    )
    assert not any(v.endswith("last.") for v in shorten(text, headline=False))


def test_a_subject_inside_of_a_statement_keeps_its_verb():
    text = (
        "The mayor of Hallin says that people who have built bridges and drawn maps "
        "should be heard at once."
    )
    assert not any(v.endswith("bridges.") for v in shorten(text, headline=False))


def test_what_somebody_did_as_a_child_keeps_its_time():
    text = (
        "Half of the weavers of Hallin said that they had broken windows when they "
        "were children, according to the study of the town."
    )
    assert not any("windows, according" in v for v in shorten(text, headline=False))


def test_an_outlet_with_a_report_in_its_name_is_nobody_who_says_so():
    text = (
        "The mayor fared well in polls conducted after the first debates by outlets "
        "such as Time, Slate and Tavin Report."
    )
    assert not any("conducted, Slate" in v for v in shorten(text, headline=False))


def test_who_said_it_behind_a_mark_is_not_cut_off():
    assert not ends_at_bar(
        "Tom Reed plans to empower the weavers in the United Hills| by fostering a "
        'climate of "weaver-made rules and capital investment," Ada Brandt said Monday.'
    )
