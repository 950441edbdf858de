import pytest

from digests.language.spans import overlaps_any
from digests.language.words import split_words
from digests.summaries import headlines
from digests.summaries.registry import summarise_article
from digests.types import Article


def written(text: str, title: str | None = None) -> str:
    return headlines.write_headline(Article(id="a", text=text, title=title)).text


def test_a_given_title_is_kept_without_spans():
    given = headlines.write_headline(
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
            "Mayor of Hallin opened the Long Bridge, pledging to mend every road that "
            "leads into the town",
        ),
        (
            "Norland President Ada Brandt and Sudland President Tom Reed met in Hallin "
            "on January 6, pledging to mend the roads.",
            "Norland President Ada Brandt and Sudland President Tom Reed met in "
            "Hallin, pledging to mend the roads",
        ),
        (
            "The council has approved the plans.",
            "Council has approved the plans",
        ),
    ],
)
def test_a_lead_sentence_is_made_short(text: str, short: str):
    assert written(text) == short


@pytest.mark.parametrize(
    "text",
    [
        "Many in Hallin have heard by now that the old bridge is closed.",
        "The council of Hallin said as recently as May that the bridge was safe.",
        "The harbour of Hallin is cheaper now that the bridge is closed.",
    ],
)
def test_an_adverb_that_belongs_to_the_word_beside_it_is_kept(text: str):
    assert written(text).casefold().endswith(text[-40:-1].casefold())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Born July 22, 1953, Ada Brandt led the council of Hallin for many years.",
            "Born July 22, 1953",
        ),
        (
            "In Auental, dessen Hafen seit Ende April immer wieder von Stürmen "
            "heimgesucht wird, soll jetzt ein neuer Damm der Stadt für Ruhe im unteren "
            "Becken und am Ufer sorgen.",
            "In Auental",
        ),
    ],
)
def test_the_opening_on_which_the_rest_depends_is_kept(text: str, kept: str):
    assert written(text).startswith(kept)


PROMISE = (
    "The leaders of Norland and Sudland promised on January 6 to increase trade and to "
    "protect the harbour in their region, while the fleets of both stayed in port."
)


def test_a_promise_is_kept_and_the_date_is_removed_first():
    assert written(PROMISE).startswith(
        "Leaders of Norland and Sudland promised to increase trade"
    )


def test_a_headline_grows_beyond_the_wanted_length_for_the_object():
    made = written(PROMISE)
    assert headlines.WANTED_LENGTH < len(made) <= headlines.MAX_LENGTH
    assert "protect the harbour" in made


def test_what_came_of_a_meeting_is_kept():
    text = (
        "The leaders of Norland and Sudland met at the old mill in Hallin on January "
        "6, pledging to boost trade and safeguard their harbours."
    )
    assert "pledging to boost trade" in written(text)


def test_a_given_name_stays():
    text = "Ada Brandt opened the Long Bridge on Monday. Brandt praised the builders."
    assert written(text) == "Ada Brandt opened the Long Bridge"


def test_the_description_of_a_person_stays():
    text = "Ada Brandt, the first mayor of Hallin, died at her home on Sunday."
    assert written(text).startswith("Ada Brandt, the first mayor of Hallin, died")


def test_an_attribution_stays_when_the_statement_is_shortened():
    text = (
        "Four in ten of the wells in the hills of Norland are running dry because of "
        "three years of little snow and too little rain, the river agency has warned."
    )
    made = written(text)
    assert made.endswith(", the river agency has warned")
    assert len(made) <= headlines.MAX_LENGTH < len(text)


def test_a_clause_is_not_cut_before_its_verb():
    text = (
        "The two parties of Hallin quarrelled over the harbour budget on Monday as a "
        "row about the mayor's new office turned into a contest for her chair."
    )
    assert not written(text).endswith(("row", "office"))


def test_a_german_headline_keeps_its_verb():
    text = (
        "Der Stadtrat von Auental hat den Verkauf der alten Mühle an eine Firma aus "
        "dem Nachbarort nach einer langen Sitzung in der Nacht zum Mittwoch gestoppt."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de")).text
    assert made.endswith("gestoppt")


@pytest.mark.parametrize(
    "text",
    [
        "Nach dem Tod von drei Bewohnern eines Pflegeheims in Auental will "
        "Sozialministerin Ines Kolbe den Brandschutz in allen 1.140 Heimen des Landes "
        "überprüfen lassen.",
        "Wie aus dem Umfeld der Leitung verlautete, will die Marn AG ihr Werk im "
        "Norden so umbauen, dass dort bald auch Wagen der kleinen Reihe entstehen.",
    ],
)
def test_a_long_german_sentence_is_kept_whole_rather_than_without_its_verb(text: str):
    article = Article(id="a", text=f"{text} Das bestätigte sie am Dienstag.", lang="de")
    assert headlines.write_headline(article).text == text[:-1]


def test_the_news_is_kept_whole_where_no_part_of_it_is_enough():
    text = (
        "An orchestra of 80 children from the three schools of Hallin will play on the "
        "frozen harbour of the town this winter. Tickets cost nothing."
    )
    assert written(text).startswith("Orchestra of 80 children")


def test_a_claim_is_not_cut_from_the_words_that_it_was_claimed():
    text = (
        "In sozialen Netzwerken war behauptet worden, das Bad in Auental werde im Mai "
        "abgerissen."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de")).text
    assert made.startswith("In sozialen Netzwerken war behauptet worden")


def test_a_negation_is_not_left_out_between_two_parts():
    text = (
        "The weather station at Cape Dell, which has never missed a day since 1931, "
        "will close on 30 June because the grant of the government has run out."
    )
    assert "will close" in written(text)
    assert "never" in written(text) or "since 1931" not in written(text)


def test_a_german_sentence_with_an_article_stands_alone():
    text = (
        "Das Freibad in Auental bleibt offen. Das sagte die Bürgermeisterin am "
        "Mittwoch. Die Stadt zahlt dafür zwei Millionen Euro."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de")).text
    assert made == "Das Freibad in Auental bleibt offen"


def test_a_question_or_the_first_person_is_no_headline():
    text = (
        "Is the Long Bridge safe? I have my doubts. "
        "The city of Hallin closed the Long Bridge on Monday."
    )
    assert written(text) == "City of Hallin closed the Long Bridge"


def test_how_everything_was_is_no_headline():
    text = "Everything was calm in Hallin. The city closed the Long Bridge on Monday."
    assert written(text) == "City closed the Long Bridge"


def test_an_article_stays_where_headlines_keep_it():
    text = "The pool of Hallin is the best in Norland and opens seven days a week."
    assert written(text) == (
        "Pool of Hallin is the best in Norland and opens seven days a week"
    )


def test_a_german_article_stays():
    assert written("Der Rat verkauft die Mühle in der Stadt.") == (
        "Der Rat verkauft die Mühle in der Stadt"
    )


def test_a_date_that_something_hangs_on_stays():
    assert written("The mayor will close the bridge until Monday.").endswith(
        "until Monday"
    )


def test_a_score_is_not_cut_at_its_dash():
    made = written("Rovers beat Athletic 3–2 in the rain on Tuesday to win the cup.")
    assert "3–2" in made


def test_a_stump_of_a_clause_is_not_left_behind():
    text = (
        "Cars will be allowed on the Long Bridge from noon, one lane in each "
        "direction, but lorries will be kept off the bridge until the middle of May."
    )
    assert not written(text).endswith("one lane")


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


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            "A strike of tram drivers in Hallin planned for Friday has been "
            "called off.",
            "Strike of tram drivers in Hallin planned for Friday has been called off",
        ),
        (
            "Rents in Norland rose 3.1% in May from a year earlier, more than anybody "
            "had expected and the fastest rise in 14 years, the tenants' union "
            "said on Monday.",
            "Rents in Norland rose 3.1%",
        ),
        (
            "At least six people were killed and 19 injured when a coach with a school "
            "band fell from the Long Bridge into the river at Hallin early on Monday.",
            "At least six people were killed and 19 injured when a coach with a school "
            "band fell from the Long Bridge",
        ),
        (
            "A second miner has died in hospital after the fire at the Torvale pit in "
            "Hallin, and the owner has admitted that the pump which failed was old.",
            "Second miner has died in hospital after the fire at the Torvale pit in "
            "Hallin",
        ),
    ],
)
def test_what_a_phrase_needs_stays_with_it(text: str, whole: str):
    assert written(text).startswith(whole)
    assert " ," not in written(text)


@pytest.mark.parametrize(
    ("text", "stump"),
    [
        (
            "Tom Reed finished with a second round of 70 in the wind of Hallin, "
            "leaving him one under for the week and eight shots off the lead of Ida "
            "Lund.",
            "shots",
        ),
        (
            "An appeals court ruling invalidating one section of the Old Mills Act "
            "1977 in the valley of Hallin made the winter dyes it had regulated legal "
            "for at least one day.",
            "dyes",
        ),
        (
            "Lifeguards of Hallin began a large rescue at the Long Cove of the lake, "
            "pulling nearly two dozen young winter rowers from the water who were "
            "trying to swim from the cove to the shore.",
            "rowers",
        ),
        (
            "The comedy Tideways won all six of the silver awards of the old hall by "
            "the river in the town of Hallin for which it was named by the jury of "
            "dyers.",
            "Hallin",
        ),
    ],
)
def test_what_a_noun_waits_for_is_not_cut_off(text: str, stump: str):
    assert not written(text).endswith(stump)


def test_a_relative_clause_goes_with_its_noun():
    text = (
        "The Senate on Monday voted 31 to 18 to ban lorries from the streets of every "
        "town with a school, sending the bill to Governor Ada Brandt, who has said "
        "that she will sign it."
    )
    assert "who has said" not in written(text)
    assert "to ban lorries" in written(text)


def test_the_source_of_a_plain_fact_is_left_out_for_its_outcome():
    text = (
        "Brandt Tools Ltd. has closed its oldest sawmill in the hills of Torvale after "
        "92 years, the company said on Monday, ending 140 jobs."
    )
    assert written(text).endswith("after 92 years, ending 140 jobs")


def test_a_life_is_told_without_its_relative_clause():
    text = (
        "Tom Reed, a self-taught baker who drove a bread van through the snow of "
        "Torvale for 40 years and whose loaves won every prize of the valley, died "
        "at home."
    )
    assert written(text) == "Tom Reed, a self-taught baker, died at home"


def test_an_auxiliary_of_a_relative_clause_stays():
    text = "The lamps that are lighting the harbour have failed in Hallin."
    assert written(text) == "Lamps that are lighting the harbour have failed in Hallin"


def test_words_come_from_the_spans_in_order():
    text = (
        "On Monday, the mayor of Hallin, who is a builder, opened the Long Bridge (LB) "
        "in the rain after two years of work."
    )
    made = headlines.write_headline(Article(id="a", text=text))
    spans = " ".join(text[span.start : span.end] for span in made.spans)
    assert split_words(made.text) == split_words(spans)


def test_a_list_without_sentences_still_has_a_headline():
    assert written("- two lamps\n- one door") == "Two lamps"


def test_no_words_no_headline():
    assert written(" \n…") == ""


def test_a_sentence_that_is_short_enough_is_kept_but_for_its_day():
    text = (
        "Rents in Hallin rose by 3.1 per cent in the year to June, the slowest rise "
        "for almost four years, as 900 new flats came to the market on Monday."
    )
    assert written(text).startswith(
        "Rents in Hallin rose by 3.1 per cent in the year to June, the slowest rise "
        "for almost four years"
    )


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            "The Harbour Committee of Norland voted 9 to 8 along party lines on Monday "
            "to send the name of Captain Ines Kolbe to the full council, where a vote "
            "is expected in March.",
            "voted 9 to 8 along party lines to send the name of Captain Ines Kolbe",
        ),
        (
            "Prosecutors have charged the former keeper of the Hallin lottery with "
            "stealing 4 million crowns in unclaimed prizes, in what they called the "
            "largest theft in the history of the town.",
            "with stealing 4 million crowns in unclaimed prizes",
        ),
        (
            "The leader of the Norland Senate, Ada Brandt, and six members of her "
            "party have taken the chief of the Hallin police, Tom Reed, to court.",
            "to court",
        ),
    ],
)
def test_what_a_verb_is_about_stays_with_it(text: str, whole: str):
    assert whole in written(text)


def test_what_is_said_of_one_of_many_is_left_out_before_the_place():
    text = (
        "At least six people were killed and 19 injured when a coach carrying a school "
        "band to a wedding fell into the river at Torvale near Hallin."
    )
    assert written(text) == (
        "At least six people were killed and 19 injured when a coach fell into the "
        "river at Torvale near Hallin"
    )


def test_who_accuses_is_told():
    text = (
        "The harbour police of Hallin have shown a pattern of unfair treatment of "
        "sailors, the justice department said on Monday."
    )
    assert written(text).endswith("the justice department said")


def test_a_judgement_between_dashes_goes_with_whose_it_is():
    text = (
        "More than 20 unknown songs by Ida Lund – works of “rare beauty” according to "
        "her publisher – have been found among the papers of the late rower in a mill."
    )
    assert written(text) == (
        "More than 20 unknown songs by Ida Lund have been found among the papers of "
        "the late rower in a mill"
    )


def test_an_aside_between_dashes_goes_and_the_verb_stays():
    text = (
        "The plans of the next bridge over the river in the old town of Hallin - "
        "called Heron by its builders - will be shown in May, according to reports."
    )
    assert written(text) == (
        "Plans of the next bridge over the river in the old town of Hallin will be "
        "shown in May, according to reports"
    )


def test_a_german_verb_before_a_list_keeps_its_last_part():
    text = (
        "Die neue Regierung von Auental räumt der Sicherheit der Brücken in den Tälern "
        "und der Pflege der alten Wälder rund um die Stadt großes Gewicht ein."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de")).text
    assert made.endswith("großes Gewicht ein")


def test_the_headline_is_of_a_sentence_of_the_summary():
    text = (
        "A long bridge was old. The council of Hallin closed the Long Bridge over the "
        "river on Monday. It will open in May."
    )
    article = Article(id="a", text=text)
    told = summarise_article(article, 100)
    shown = [span for sentence in told.sentences for span in sentence.spans]
    assert overlaps_any(told.headline.spans[0], shown)


def test_an_opening_with_a_title_in_it_stays():
    text = (
        "In her new book, Long Bridges: Staying Dry, former mayor Ada Brandt wrote "
        "that the council of Hallin asked her for a large sum of money after the flood."
    )
    assert not written(text).startswith("Long Bridges")


def test_what_a_pronoun_stands_for_is_not_left_out():
    text = (
        "President Ada Brandt, opening the Museum of Norland Ships and Harbours on the "
        "quay of Hallin on Saturday, said it would tell a story of storms and of hope."
    )
    assert "Museum" in written(text) or "it would" not in written(text)


def test_a_period_keeps_its_end():
    text = (
        "Profit of the Hallin shipyard fell by 33 per cent to 41 million crowns in the "
        "six months to June, because two ferries were paid for a year later than "
        "planned."
    )
    assert "six months to June" in written(text)


def test_an_aside_with_commas_goes_before_the_end():
    text = (
        "Mindestens sieben Menschen starben am Sonntag in Auental – einem Stadtteil "
        "von Hallin, in dem vor allem Lampen verkauft werden – durch einen Brand in "
        "einer alten Mühle."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de")).text
    assert made == (
        "Mindestens sieben Menschen starben in Auental durch einen Brand in einer "
        "alten Mühle"
    )


def test_the_headline_is_a_sentence_of_the_summary():
    text = (
        "I have never liked the bridge of Hallin. My father built it, and my mother "
        "hated it. In Norvik, Miss Reed paid £185,590 for a new town hall."
    )
    made = summarise_article(Article(id="a", text=text), 90)
    assert made.headline.text in made.sentences[0].text


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (
            "It may sound like an old tale, but a herb from the moor can heal burns, "
            "according to doctors in Hallin.",
            "Herb from the moor can heal burns, according to doctors in Hallin",
        ),
        (
            "Fans of Ada Brandt are used to paying hundreds of crowns for the shoes "
            "that the singer sells in Hallin, but the town's market is being flooded "
            "by traders who sell bags of air that they say comes from her concerts.",
            "Town's market is being flooded by traders who sell bags of air that they "
            "say comes from her concerts",
        ),
    ],
)
def test_what_is_granted_before_the_news_is_left_out(text: str, headline: str):
    assert written(text) == headline


def test_what_is_granted_is_no_headline_without_the_news():
    text = (
        "He may be suffering from the effects of a broken arm -- but the keeper Tom "
        "Reed has vowed that it will not stop him from lighting the lamp on the cape."
    )
    assert written(text) == text.removesuffix(".")


def test_a_title_in_marks_may_open_a_headline():
    text = '"Night Ferry" star Ada Brandt met 40 children in Hallin. She was late.'
    assert written(text) == '"Night Ferry" star Ada Brandt met 40 children in Hallin'


def test_an_opening_with_a_word_in_marks_is_left_out():
    text = (
        'After putting off its first festival for 70 years because of "cloudy" water '
        "in the wells of the old town, Hallin has put off one other festival until the "
        "water is safe."
    )
    assert written(text) == (
        "Hallin has put off one other festival until the water is safe"
    )


def test_later_goes_with_its_day():
    text = (
        "Talks on the future of the Weir Lane bridge begin in Hallin later on Monday."
    )
    assert written(text).endswith("begin in Hallin")


def test_a_german_main_clause_is_no_opening():
    text = (
        "In Norland gibt es ein Werk von Brandt, das sich seit Jahren auf Glas "
        "spezialisiert hat, die Hallin Glas AG. Sie hat vier Standorte."
    )
    assert written(text).startswith("In Norland gibt es")


def test_with_whom_a_deal_is_made_is_kept():
    text = (
        "The Night Ferry director Ada Brandt has signed a three-year deal with the "
        "Hallin film studio Torvale Brothers, according to the Reed trade magazine."
    )
    assert "with the Hallin film studio" in written(text)


def test_what_an_official_says_about_somebody_is_no_source():
    text = (
        "Tom Reed, the pilot who officials say crashed a plane in Norvik last week, "
        "passed all his tests and showed no sign of illness, Ada Brandt told the "
        "Herald."
    )
    assert not written(text).startswith("Tom Reed, passed")


def test_a_subject_is_no_opening():
    text = (
        "As many as 13 leaders of the Front, including its commander and his deputies, "
        "were killed in two raids on Hallin, a source who was told by spies said."
    )
    assert written(text).startswith("As many as 13 leaders")


def test_the_dead_are_kept_when_a_headline_is_shortened():
    text = (
        "Warplanes that fight the rebels dropped a bomb on a field near the old "
        "town of "
        "Hallin, killing four farmers, the state media of Norland reported on Saturday."
    )
    assert "killing four farmers" in written(text)


def test_a_headline_ends_without_the_comma_inside_of_marks():
    text = (
        "The Hallin channel is very close to pushing the button on a new season of "
        '"The Night Ferry," which was shown in Norland for ten years and won six '
        "prizes."
    )
    assert written(text).endswith('"The Night Ferry"')


def test_a_date_goes_with_its_day_of_the_week():
    text = (
        "Zwei Flugzeuge sind am Freitag, den 22. September 2006 über dem Hafen von "
        "Hallin kollidiert."
    )
    made = headlines.write_headline(Article(id="a", text=text, lang="de"))
    assert made.text == "Zwei Flugzeuge sind über dem Hafen von Hallin kollidiert"


def test_what_a_colon_announces_is_kept():
    text = (
        "Behind the great victory of Ada Brandt in three towns of the valley stands "
        "a stubborn sign of the times: turnout is down."
    )
    assert written(text).endswith("turnout is down")


def test_what_somebody_said_of_it_is_no_source():
    text = (
        "Ada Brandt is not worried about the string of losses she has faced in the "
        "valley this year — in fact, she said it made her a better keeper of the lamp."
    )
    assert "valley this year, she said it" not in written(text)


OPENED = "the council of Ostmere voted to close the bridge over the Lenn to lorries."


@pytest.mark.parametrize(
    "date",
    [
        "January 6, 2026",
        "Tuesday, 14 May 2024",
        "Tuesday, May 14, 2024",
        "Tuesday, 14 May, 2024",
        "the 14th of May 2024",
    ],
)
def test_a_date_is_left_out_with_its_year(date: str):
    assert written(f"On {date}, {OPENED}").startswith("Council of Ostmere voted")


def test_a_date_inside_of_a_sentence_goes_with_the_comma_that_closes_it():
    said = "The council of Ostmere voted on Tuesday, May 14, 2024, to close the bridge."
    assert written(said) == "Council of Ostmere voted to close the bridge"


@pytest.mark.parametrize("article", ["den ", "dem ", ""])
def test_a_german_date_is_one_unit_in_a_text_of_unknown_language(article: str):
    opened = f"Am Dienstag, {article}14. Mai 2024, hat der Rat die Brücke gesperrt."
    inside = f"Der Rat hat am Dienstag, {article}14. Mai 2024, die Brücke gesperrt."
    assert written(opened) == opened.removesuffix(".")
    assert written(inside) == "Der Rat hat die Brücke gesperrt"


@pytest.mark.parametrize(
    "line",
    [
        "Harbour Town 3-1 Ostmere City (half-time 1-0)\n\n",
        "Harbour Town 3 (Brandt 12, 55, Lund 70) Ostmere City 1 (Reed 88)\n\n",
        "Harbour Town 3, Ostmere City 1. ",
    ],
)
def test_the_headline_of_a_match_is_its_result(line: str):
    report = "Brandt scored after 12 and 55 minutes, and Lund headed a third."
    assert written(line + report) == line.strip().removesuffix(".")


def test_a_title_with_a_number_in_a_compound_or_of_money_is_a_title():
    title = "300-page, $4 million report on the harbour sheds little light"
    assert written(f"{title}\n\nThe fire at the old mill was in 1983.") == title


def test_a_verb_keeps_its_object_after_an_insertion():
    said = (
        "Over a long career as a lobbyist and consultant, Reed and his firms have "
        "advised, in no particular order, a group that was close to the brewery, the "
        "biggest of the valley, and the former mayor of Norvik, who was accused of "
        "ties to the smugglers of the harbour."
    )
    assert not written(said).endswith("order")


def test_a_total_keeps_the_list_of_what_it_counts():
    said = (
        "The minister sent a dozen emails to Ada Brandt, the mayor of Hallin, and the "
        "two editors of the Courier about the harbour, in which he asked them to wait."
    )
    assert "editors" in written(said)


def test_the_subject_after_an_opening_is_no_insertion():
    said = (
        "A day after a slide in its shares, the company, which is the biggest of the "
        "valley and makes steel, said it would shed 3,400 jobs at home."
    )
    assert "shares said" not in written(said)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param(
            "The ferry board of Hallin has said it is willing to soften the strict new "
            "rules on foreign barges to ease the burden on crews of both countries.",
            "Ferry board of Hallin has said it is willing to soften the strict new "
            "rules on foreign barges",
            id="the purpose",
        ),
        pytest.param(
            "Norland and Sudland have given the go ahead for the construction of a "
            "$1.2bn water pipeline that will pass through the valleys of Orvik.",
            "Norland and Sudland have given the go ahead for the construction of a "
            "$1.2bn water pipeline",
            id="a relative clause of one of many",
        ),
        pytest.param(
            "Former ferry captain Ada Brandt has confirmed that she will take part in "
            "the Great Norland Rowing Race of the Strait of Sudland.",
            "Ada Brandt has confirmed that she will take part in the Great Norland "
            "Rowing Race of the Strait of Sudland",
            id="the role before a name",
        ),
        pytest.param(
            "As many as 13 ships of the Norland fleet were sunk in two storms, a "
            "senior harbour official who was briefed by the captains of both fleets "
            "told the Courier.",
            "As many as 13 ships of the Norland fleet were sunk in two storms, a "
            "senior harbour official told the Courier",
            id="details of the source",
        ),
        pytest.param(
            "Police have arrested more than 500 drivers in and around the northern "
            "harbour city of Hallin for not allowing officers to look into their cars.",
            "Police have arrested more than 500 drivers for not allowing officers to "
            "look into their cars",
            id="a place before the reason",
        ),
        pytest.param(
            "Two years after she crossed the strait in a rowing boat for charity, the "
            "miller Ada Brandt has opened a school for young rowers in the harbour.",
            "Miller Ada Brandt has opened a school for young rowers in the harbour",
            id="how long after",
        ),
        pytest.param(
            "Archaeologists searching for a lost mill in the woods above Hallin have "
            "discovered the walls of what they believe is a sunken bridge of the "
            "Sudland kings.",
            "Archaeologists have discovered the walls of what they believe is a sunken "
            "bridge of the Sudland kings",
            id="what they were doing",
        ),
        pytest.param(
            "Ada Brandt’s recent commentary that Norland’s rowers have a 60 percent "
            "chance of a ferry takeover is similarly disconcerting to the town.",
            "Ada Brandt’s commentary that Norland’s rowers have a 60 percent chance of "
            "a ferry takeover is disconcerting to the town",
            id="emphasis",
        ),
        pytest.param(
            "Senior officials at the two offices earning private income for King Tom "
            "and the Prince of Norland are to be questioned by MPs.",
            "Officials at the two offices earning private income for King Tom and the "
            "Prince of Norland are to be questioned by MPs",
            id="emphasis at the beginning",
        ),
        pytest.param(
            '"Night Ferry," a slow and loving picture of the last rowing crews of the '
            "strait starring Ada Brandt, will not have the music of the harbour band.",
            '"Night Ferry" will not have the music of the harbour band',
            id="what a work with a comma inside of its marks is",
        ),
        pytest.param(
            "A Norland miller who started a long quarrel between the two valley towns "
            "of Hallin and Marl said he is confident that the council will keep its "
            "end of the deal.",
            "Norland miller said he is confident that the council will keep its end of "
            "the deal",
            id="what one person did before",
        ),
        pytest.param(
            "With some 8,500 weavers working day and night on its long white sails, "
            "the ferry of the Hallin mill is surely one of the greatest ships of the "
            "valley.",
            "Ferry of the Hallin mill is surely one of the greatest ships of the "
            "valley",
            id="an opening with a large number",
        ),
        pytest.param(
            "According to the Norland Water Administration, a bit more than 10 percent "
            "of all the rye that was milled in the valley in March came by boat.",
            "A bit more than 10 percent of all the rye that was milled in the valley "
            "in March came by boat",
            id="the office that states a fact before it",
        ),
        pytest.param(
            "A study out of Hallin University in Norland suggests lamplight could be a "
            "promising alternative to recognise the owner of a boat.",
            "Study out of Hallin University suggests lamplight could be a promising "
            "alternative to recognise the owner of a boat",
            id="where a study was made",
        ),
        pytest.param(
            "Ada Brandt thinks the council of Hallin demands too many crossings of its "
            "young ferry captains, Mayor Tom Reed said this week at an event in Marl.",
            "Ada Brandt thinks the council of Hallin demands too many crossings of its "
            "young ferry captains, Mayor Tom Reed said",
            id="where somebody said it",
        ),
        pytest.param(
            "Ada Brandt and Tom Reed are virtually tied on the way to their first race "
            "of the year, according to a new Hallin Courier-Valley Radio poll.",
            "Ada Brandt and Tom Reed are virtually tied on the way to their first race "
            "of the year, according to a poll",
            id="whose poll it was",
        ),
        pytest.param(
            "Ada Brandt has put money into some of the mills that she calls the worst "
            "of all, according to old harbour documents she sent to the mayor.",
            "Ada Brandt has put money into some of the mills that she calls the worst "
            "of all, according to old harbour documents",
            id="what was done with a document",
        ),
        pytest.param(
            "Ida Lund, 68, Brandt’s close friend since the sixth grade at the school "
            "of Marl in the valley of Orvik, has been praised throughout the race.",
            "Ida Lund, 68, has been praised throughout the race",
            id="whose friend somebody is",
        ),
        pytest.param(
            "Hallin and Marl, the two largest harbours on the long race calendar of "
            "the northern valley in March, aren’t waiting until next month to vote.",
            "Hallin and Marl aren’t waiting until next month to vote",
            id="an apposition before a denial",
        ),
        pytest.param(
            "A picture that shows General Tom Reed on a white horse of the mill at "
            "Long Point, Norland during the Dyers War is a compilation of three "
            "others.",
            "Picture that shows General Tom Reed on a white horse of the mill is a "
            "compilation of three others",
            id="where and in which war",
        ),
        pytest.param(
            "The dyers of Hallin were told on Monday that a new ruling of the court "
            "has made the strong winter dyes it had regulated legal for at least one "
            "day.",
            "Dyers of Hallin were told that a new ruling of the court has made the "
            "strong winter dyes legal for at least one day",
            id="which things they were",
        ),
    ],
)
def test_a_sentence_that_is_too_long_goes_without(text: str, short: str):
    assert written(text) == short


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(
            "The Norland Commission has written to the ferry firms Brandt and Reed to "
            "challenge the high fares that both of them charge for bicycles and dogs.",
            "to challenge the high fares",
            id="what somebody wrote for",
        ),
        pytest.param(
            "The Norland Commission has denied a report claiming that it warned the "
            "mayor that his party could not win the next election in the valley town.",
            "that his party could not win",
            id="which report",
        ),
        pytest.param(
            "The mill of Brandt and Sons has become the third leading mill of the "
            "valley this week to thank a revival of rye bread for its improving sales.",
            "to thank a revival of rye bread",
            id="the third to do what",
        ),
        pytest.param(
            "A letter from Tom Reed has challenged the mayor of Hallin, who rows every "
            "day of the winter, to cross the strait alone in a barrel without a lamp.",
            "to cross the strait alone",
            id="to do what after a relative clause",
        ),
    ],
)
def test_a_long_sentence_keeps_what_makes_it_true(text: str, kept: str):
    assert kept in written(text)


def test_what_figures_show_is_not_cut_before_its_verb():
    made = written(
        "Hallin ferry owners continue to break records with their night crossings, "
        "with latest figures showing that 26 million lamps were sent in total in 2004."
    )
    assert "figures were" not in made


def test_a_compound_with_a_participle_is_no_verb():
    made = written(
        "In the 1970s and 1980s, and even beyond, far-left and far-right rowers, the "
        "weavers, a hundred millers of the valley and many of their friends carried "
        "out raids."
    )
    assert "carried out raids" in made


def test_a_short_sentence_that_may_be_the_news_is_preferred_to_one_that_is_too_long():
    text = (
        "Norland is nearly out of its winter lamp oil. If scheduled crossings this "
        "Wednesday and the next go forward, the state will have completely exhausted "
        "its supply of sunflower oil from Sudland. “We’re looking at all options,” "
        "said Tom Reed of the Norland Department of Lamps, “including the continued "
        "use of oil.” In recent years, states across the valley have struggled to "
        "maintain a supply of winter oil."
    )
    made = summarise_article(Article(id="a", text=text), 280)
    assert made.sentences[0].text.startswith("If scheduled crossings")
    assert made.headline.text == "Norland is nearly out of its winter lamp oil"


@pytest.mark.parametrize(
    ("text", "news"),
    [
        (
            "When Mayor Ada Brandt closed the oldest of the three bridges of Hallin, "
            "she apparently did not expect that so many of the rowers would complain.",
            "Mayor Ada Brandt closed the oldest of the three bridges of Hallin",
        ),
        (
            "The news that the council of Hallin will close the oldest mill of the "
            "valley revives the memory of a deeply unhappy year in the long war "
            "between the towns.",
            "The council of Hallin will close the oldest mill of the valley",
        ),
        (
            "The revelation that several rowers of Ada Brandt received a part of the "
            "prize in the ferry race set off another round of letters to the mayor.",
            "Several rowers of Ada Brandt received a part of the prize in the ferry "
            "race",
        ),
        (
            "Captain Ada Brandt, who has died in Hallin aged 94, was the first ferry "
            "captain of the modern age and, in her best years, the fastest in the "
            "whole western world.",
            "Captain Ada Brandt has died in Hallin aged 94",
        ),
    ],
)
def test_the_news_inside_of_a_long_comment_is_the_headline(text: str, news: str):
    assert written(text) == news


@pytest.mark.parametrize(
    "text",
    [
        "The fake news that the council of Hallin will close the oldest mill of the "
        "valley revives the memory of a deeply unhappy year in the war of the towns.",
        "When Ada Brandt could have closed the oldest of the three bridges of Hallin, "
        "she apparently did not expect that so many of the rowers would complain.",
        "When the council did not close the oldest of the three bridges of Hallin, "
        "it apparently did not expect that so many of the rowers would complain.",
    ],
)
def test_what_did_not_happen_is_no_news_inside_of_a_comment(text: str):
    assert written(text) == text.removeprefix("The f").removesuffix(".").replace(
        "ake", "Fake", 1
    )


ESSAY = (
    "Like many of the old ferrymen, Tom Reed is used to talking of the weather. "
    "His days are long and his boots are wet. "
    "There is a lamp in the window, and a kettle on the stove. "
    "Most evenings are quiet on the quay. "
    "Some people think that the river is a friend of Reed. "
    "Reed is not so sure of it."
)


def test_a_text_that_tells_no_news_has_a_headline_about_its_subject():
    made = summarise_article(Article(id="a", text=ESSAY), 280)
    assert made.headline.text == ESSAY.partition(".")[0]
    assert not made.reports


def test_a_headline_does_not_end_within_a_word_that_a_space_divides():
    text = (
        "Norland Union interior and justice ministers adopted Friday a wide- ranging "
        "action plan for mutual surveillance of the union's outer borders in a bid to "
        "step up the fight against organised smuggling."
    )
    made = summarise_article(Article(id="a", text=text), 280)
    assert not made.headline.text.endswith("wide")


LISTED = "wind, rain, hail, fog, ice, snow, mist, frost, tides, floods and waves"


def test_a_later_sentence_about_the_subject_is_preferred_to_a_bare_name():
    text = ESSAY.replace("the weather", LISTED)
    made = summarise_article(Article(id="a", text=text), 280)
    assert made.headline.text == "Some people think that the river is a friend of Reed"


def test_a_text_without_a_short_sentence_about_its_subject_is_named_by_it():
    text = ESSAY.replace("the weather", LISTED).replace("a friend of Reed", LISTED)
    text = text.replace("Reed is not so sure", "But Reed is not so sure")
    made = summarise_article(Article(id="a", text=text + " Reed? Reed?"), 280)
    assert made.headline.text == "Tom Reed"


def test_a_short_opening_about_somebody_is_preferred_to_a_bare_name():
    text = ESSAY.replace("a friend of Reed", LISTED).replace(
        "Like many of the old ferrymen, Tom Reed is used to talking of the weather.",
        "This was supposed to be the last race of Tom Reed, had he rowed for longer.",
    )
    text = text.replace("Reed is not so sure", "But Reed is not so sure")
    made = summarise_article(Article(id="a", text=text + " Reed? Reed?"), 280)
    assert made.headline.text.startswith("This was supposed to be the last race of")


PORTRAIT = (
    "One-year-old Ada lives almost entirely in the dark. She was born in Hallin, as "
    "the floods of the lower valley began. They are packed in tight with other people. "
    "It takes a while to get used to the smell. Around 1.7 million children of Norland "
    "are affected by the flood in the valley. Few children of Norland can swim. The "
    "relief boats of Norland bring bread for the children. The flood has no end in "
    "sight for Norland, and relief is slow."
)


def test_an_essay_that_opens_with_a_scene_has_a_headline_about_its_topics():
    made = summarise_article(Article(id="a", text=PORTRAIT), 280)
    assert made.headline.text == (
        "Around 1.7 million children of Norland are affected by the flood in the valley"
    )


def test_an_event_at_the_head_of_an_essay_is_its_headline():
    text = PORTRAIT.replace("lives almost", "has been found on Monday")
    made = summarise_article(Article(id="a", text=text), 280)
    assert made.headline.text.startswith("One-year-old Ada")


def test_a_report_is_told_by_its_news():
    text = (
        "Tom Reed was rescued on Monday after his ferry had sunk in Lake Hallin. "
        + ESSAY.partition(". ")[2]
    )
    made = summarise_article(Article(id="a", text=text), 280)
    assert made.headline.text.startswith("Tom Reed was rescued")
    assert made.reports


def test_a_named_day_is_not_left_out_of_its_name():
    made = written("The shops of Hallin will open at five on Black Friday this year.")
    assert "Black Friday" in made


def test_a_clause_between_a_subject_and_its_verb_goes():
    made = written(
        "Norland families who are trying to find each other again, after being "
        "torn apart "
        "by nearly 30 years of war, are helped by a show on the radio of Hallin."
    )
    assert made == (
        "Norland families who are trying to find each other again are helped by "
        "a show on "
        "the radio of Hallin"
    )


def test_a_later_sentence_about_something_known_is_no_headline():
    text = (
        "At the time it seemed like fun, “so”, he said. The war, which killed "
        "655 men of "
        "Sudland and 255 of Norland, ended with a victory."
    )
    assert not written(text).startswith("War")


def test_an_adjective_of_a_day_is_not_left_alone():
    made = headlines.write_headline(
        Article(
            id="a",
            lang="de",
            text="Am gestrigen Montag, dem 21. Juli 2008, wurde Jens Lund in Hallin "
            "verhaftet.",
        )
    ).text
    assert not made.startswith("Am gestrigen wurde")


def test_a_week_with_which_a_sentence_opens_goes():
    made = written(
        "This month, the council of Hallin and a team of divers found a huge "
        "wreck in the "
        "river Marrow after an eight-year search for the ferry."
    )
    assert made.startswith("Council of Hallin")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param(
            "Wednesday on Radio Hallin’s “Today, in Norland,” Mayor Ada Brandt of "
            "Hallin said she expected that the council will vote for the toll on the "
            "bridge.",
            "Mayor Ada Brandt of Hallin said she expected that the council will vote "
            "for the toll on the bridge",
            id="the programme in which it was said",
        ),
        pytest.param(
            "Mayor Ada Brandt would beat Councillor Tom Reed, D-Marl, and the former "
            "Minister Ida Lund, R-Hallin, by twelve points, a new poll for the Herald "
            "found.",
            "Mayor Ada Brandt would beat Tom Reed and the former Minister "
            "Ida Lund by twelve points, a new poll for the Herald found",
            id="parties",
        ),
        pytest.param(
            "Now the council has approved the plans.",
            "Council has approved the plans",
            id="now",
        ),
        pytest.param(
            "Norland warplanes hunting smugglers dropped a bomb at a beet field in the "
            "valley of the river Marrow, killing four weavers, the state radio said.",
            "Norland warplanes dropped a bomb at a beet field in the valley of the "
            "river Marrow, killing four weavers",
            id="what several of many were doing",
        ),
    ],
)
def test_a_headline_begins_with_who_did_what(text: str, short: str):
    assert written(text) == short


@pytest.mark.parametrize(
    "opening",
    [
        "In hypothetical match-ups of a new poll",
        "In the first episode of the new series",
        "In a complaint of the weavers",
    ],
)
def test_an_opening_that_says_it_is_no_fact_stays(opening: str):
    text = (
        f"{opening}, the former Mayor of Hallin Ada Brandt beat Tom Reed in the town "
        "and in all of the valley of the river Marrow."
    )
    assert written(text).startswith(opening)


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        (
            "Exclusive–Ada Brandt Will Run For Mayor Of Hallin.",
            "Ada Brandt Will Run For",
        ),
        ("AP: Mill owner paid weavers to vote for Brandt.", "AP: Mill owner paid"),
        ("Poll: Weavers of the valley want a second bridge.", "Poll: Weavers of"),
    ],
)
def test_a_title_at_the_head_of_a_text_is_no_sentence_of_the_summary(line, headline):
    text = (
        f"{line}\n\nThe mill of Hallin gave money to 40 weavers before the vote in May."
    )
    assert written(text).startswith(headline)
    (summary,) = summarise_article(Article(id="a", text=text), chars=280).sentences
    assert summary.text.startswith("The mill of Hallin gave money")


@pytest.mark.parametrize(
    "aside",
    [
        "Die ersten Funde machten sie in Hallin, sagt der Müller des Ortes heute.",
        "The flood that led to those marches is shown in the old mill of Hallin.",
        "The one that burned in Hallin and the one that burned everywhere else.",
        "Introducing the mill, a museum of weaving that is held to be the best.",
        "Not that all weavers of Hallin are fond of the new bridge.",
        "Hallin's was the only one of all mills that stood on that day.",
        "Ada Brandt and the owners of the mill have not responded to the petition.",
        "The owner of the mill in Hallin declined to comment on the price.",
        "Plus, what the mayor of Hallin thinks of the price of the new bridge.",
        "Perhaps take a walk on the quay of Hallin before the bridge is closed.",
    ],
)
def test_what_only_its_text_explains_is_no_headline(aside):
    assert written(f"{aside} The mill of Hallin burned down.") == (
        "Mill of Hallin burned down"
    )
