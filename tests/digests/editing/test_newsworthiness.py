"""What weighs more, in pairs of invented reports."""

from itertools import combinations

import pytest

from digests.editing.article_kind import recognize_kind
from digests.editing.newsworthiness import weigh_report, weigh_story
from digests.stories.joining import REPORTING_KINDS
from digests.types import Article, ArticleKind
from tests.bench import order_fit


def report(title: str, text: str = "", lang: str = "en") -> Article:
    return Article(id=title or "x", title=title, text=text, lang=lang)


def weight(title: str, lang: str = "en", kind: ArticleKind = "news") -> float:
    head, _, text = title.partition(" / ")
    return weigh_report(report(head, text, lang), kind)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "Boat capsizes on the Niger near Lokmara, 42 drowned",
            "Lokmara United sack head coach after three defeats",
        ),
        (
            "Bus plunges into gorge in Sirmandi, 19 killed",
            "Bus plunges into gorge in Sirmandi, two killed",
        ),
        (
            "Supreme Court strikes down the ban on street trade / About 3 lakh vendors "
            "may return, the court ruled.",
            "Actor Vikram Tole and singer Neha Rao part ways",
        ),
        (
            "Storm Bertha leaves 40,000 homes without power in Cardenshire",
            "Holloway Foods lifts half-year profit by 9 percent",
        ),
        (
            "Crew of nine in lifeboats after cargo ship lists off Norvik",
            "Library roof plan of £4.2 million passed in Hallin / The council voted "
            "for it by 21 to 9.",
        ),
        (
            "Central bank raises key rate to 18 percent",
            "Corner shop in Ashby marks its anniversary",
        ),
        (
            "Central bank cuts rates as prices fall",
            "Van driver hurt in collision near Ashby",
        ),
        (
            "Gunmen abduct 31 pupils from school in Zarin",
            "Two hurt as lorry hits bus in Ashby",
        ),
        (
            "Insulin recalled after patients are poisoned",
            "Nimbus unveils smartphone that folds twice",
        ),
        (
            "Ceasefire between Northland and Estria holds for a third day",
            "Price war between supermarkets reaches Ashby",
        ),
        (
            "Stampede at festival in Port Kalu kills 11",
            "Festival in Port Kalu draws record crowd",
        ),
        (
            "Landslide in Chilak: 30 missing",
            "Chilak opens its new library",
        ),
        (
            "Ferry disaster off Palmas: toll rises to 31",
            "Sable Cement Q2 net slips 4% to Rs 310 crore / The firm was hurt by rain.",
        ),
        (
            "Ruling party of Ostania concedes defeat after 20 years",
            "Magnitude 4.4 earthquake shakes the Lomba valley",
        ),
        (
            "Inflation in Ostania at its highest for two years",
            "Velden Cars sells more vans",
        ),
        (
            "Agency bans weedkiller / It is used on 30,000 farms.",
            "Metro to Orsk airport opens / It carries 90,000 passengers a day.",
        ),
        (
            "Prime minister Ola Brenn faces confidence vote on Friday",
            "Baker from Orsk, 41, charged with murder of his neighbour",
        ),
        (
            "Pump maker Korb to close Orsk factory, cutting 720 jobs",
            "Court hears appeal against murder conviction of 1998",
        ),
        (
            "Gale Rosa hits Cardenshire / Some 40,000 homes had no power on Monday.",
            "Minister Brenn says she will stay",
        ),
        (
            "Nurses to strike in all 14 hospitals of the county on Monday",
            "A swan delays the ferry to Holm",
        ),
    ],
)
def test_what_matters_to_many_weighs_more(more: str, less: str):
    assert weight(more) > weight(less)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Sieben Tote bei Brand in Altenheim", "Der SV Wehrau entlässt seinen Trainer"),
        (
            "Verfassungsgericht kippt die Abgabe für 800.000 Rentner",
            "Weihnachtsmarkt in Wehrau: Die Wurst wird teurer",
        ),
        (
            "Landtagswahl: Regierung verliert die Mehrheit",
            "70.000 Hühner im Moortal getötet",
        ),
        ("Stromausfall: 30.000 Haushalte ohne Strom", "Neue Sitzbänke am Wehrauer See"),
    ],
)
def test_german_reports_are_weighed_as_well(more: str, less: str):
    assert weight(more, "de") > weight(less, "de")


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "Former trade minister Bakke convicted of bribery / Tor Bakke took 300,000 "
            "crowns from a shipyard, a court in Orsk found.",
            "Inflation in Ostania slows to 2 percent / Prices rose by 2 percent in the "
            "year to March, the statistics office said.",
        ),
        (
            "Shipping group Nordvik to buy rival Helm for £640m",
            "Obituary: Greta Moll, who knitted for explorers / Greta Moll, who has "
            "died aged 92, knitted for three expeditions. One was lost in a storm.",
        ),
        (
            "Bus drivers to strike for two days / Drivers in Orsk strike on Monday.",
            "Obituary: Aksel Ruud, ferry captain / Aksel Ruud, who has died at 88, "
            "rescued 40 people when his ferry sank in the war.",
        ),
        (
            "Health minister Solberg resigns over contract",
            "Trial over fatal car race opens / A man, 24, is on trial in Orsk.",
        ),
        (
            "Council knew that Orsk bridge was unsafe, records show",
            "How to cross the river while the Orsk bridge is shut",
        ),
        (
            "Opposition wins power in Ostania after 16 years",
            "Two walkers found alive on Mount Brenn after six days",
        ),
    ],
)
def test_decisions_and_downfalls_weigh_more_than_lives_and_routine(
    more: str, less: str
):
    kind: ArticleKind = "obituary" if less.startswith("Obituary") else "news"
    assert weight(more) > weight(less, kind=kind)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "Baker jailed for eight years for arson at flour mill",
            "Deputy chair of Hallin tourist office steps down",
        ),
        (
            "Orrin Foods to be taken over by rival Tavast for $3bn",
            "Secretary of Hallin chess society quits",
        ),
        (
            "Inflation slows to 2.7 percent",
            "Hallin Town sign winger from Orvik for undisclosed fee",
        ),
    ],
)
def test_changes_in_clubs_and_teams_weigh_less_than_other_news(more: str, less: str):
    assert weight(more) > 1.5 * weight(less)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "A constable is dead after an ambush in Orsk on Wednesday, police said.",
            "Presidential candidate Tor Bakke slammed his rival's shocking insult of "
            "the president at a rally on Wednesday.",
        ),
        (
            "Two trawlers collided off Holm on Friday and one of them sank.",
            "You can tell the mood of Ostania from its kings of comedy. We watch them "
            "to see who falls next.",
        ),
        (
            "The manufacturing sector shrank for a third month, the survey said on "
            "Tuesday, and 900 jobs went.",
            'The lead of the series "Crown of Holm" has been cast as the president in '
            "a sequel.",
        ),
        (
            "The army has withdrawn its last soldiers from Tahr, the ministry said.",
            "Lena Moll, who once was first minister of a comedy troupe, hopes to be as "
            "president what her father was.",
        ),
    ],
)
def test_without_a_title_an_event_weighs_more_than_talk_and_features(
    more: str, less: str
):
    assert weight(f" / {more}") > weight(f" / {less}")


def test_an_obituary_weighs_by_its_headline_and_not_by_the_life_it_tells():
    life = "Obituary: Aksel Ruud / He saw his ship sink and 200 men die in the war."
    assert weight(life, kind="obituary") == weight(
        "Obituary: Aksel Ruud / He baked bread.", kind="obituary"
    )


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "Tarnia and Vell agree on ceasefire after a year of war",
            "Five walkers die in avalanche above Orsk",
        ),
        (
            "Peace treaty ends war between Tarnia and Vell",
            "Central bank cuts key rate to 2 percent",
        ),
        (
            "Soldiers depose president of Tarnia / The coup began at dawn.",
            "Lorry driver jailed for eight years over fatal crash",
        ),
        (
            "President Aune of Tarnia dies at 74",
            "Illustrator of the Otter books dies at 90",
        ),
    ],
)
def test_what_begins_or_ends_a_war_or_a_rule_weighs_most(more: str, less: str):
    assert weight(more) > weight(less)


def test_the_worst_for_years_is_news_of_today():
    """Also where the year of the last one is named."""
    flood = (
        "Hochwasser an der Sill: 900 Menschen verlassen ihre Häuser / Der Pegel stieg "
        "am Sonntag auf den höchsten Stand seit 1978."
    )
    plan = (
        "Wärme aus dem See soll 8.000 Haushalte heizen / Der Aufsichtsrat stimmte am "
        "Sonntag dem Bau für 70 Millionen Euro zu."
    )
    assert weight(flood, "de") > weight(plan, "de")


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (
            "Salmonella in eggs: 112 ill / They ate them at a wedding fair in Orsk.",
            "Rival raises bid for Helm to 3.6 billion, board agrees",
        ),
        (
            "Baby milk recalled: danger of poisoning / The maker recalls 200,000 tins.",
            "Jury convicts dentist who pulled healthy teeth",
        ),
        (
            "Hackers cut off heating of 30,000 flats in Orsk",
            "Hospital porters to strike on Tuesday",
        ),
        (
            "Fire near Orsk triples, 2,500 people flee",
            "Orsk opera gets a new roof, at a price",
        ),
        (
            "Five arrested over murder of reporter",
            "Foundation of Moll family returns gift of prince",
        ),
        (
            "Gunmen storm museum in Orsk, 19 visitors killed",
            "Foundation of Moll family returns gift of prince",
        ),
    ],
)
def test_people_in_danger_and_grave_crimes_weigh_more_than_business(
    more: str, less: str
):
    assert weight(more) > weight(less)


@pytest.mark.parametrize(
    "words",
    [
        "Former president Moll defends gifts to her foundation",
        "Senator Moll mocks rival's tie in debate",
        "Opposition leader calls budget a joke",
        "Candidate Moll just insulted veterans in the worst way",
        "President Moll says that he slept well",
        "Why did the world look away from the war in Vell?",
    ],
)
def test_talk_and_essays_weigh_less_than_a_decision(words: str):
    assert weight(words) < weight("Parliament bans phones in schools from September")


@pytest.mark.parametrize(
    ("report", "feature"),
    [
        pytest.param("Moll spoke in Orsk on Friday.", "Moll spoke in Orsk.", id="day"),
        pytest.param(
            "The mill closes, police said.", "The mill closes.", id="who says so"
        ),
        pytest.param("The mill does not turn.", "The mill doesn't turn.", id="tone"),
        pytest.param("The mill turns.", "When it rains the mill turns.", id="scene"),
        pytest.param("The mill turns.", "The mill turns. Who can tell?", id="question"),
        pytest.param("It turns Moll round.", "It turns us round.", id="its own voice"),
        pytest.param("Moll calls it rotten", "“Rotten,” Moll says", id="quotation"),
    ],
)
def test_a_text_in_the_form_of_a_report_weighs_more(report: str, feature: str):
    assert weight(f" / {report}") > weight(f" / {feature}")


def test_what_is_said_in_quotations_is_not_the_form_of_the_text():
    told = "The mill turns. {} said Moll."
    assert weight(" / " + told.format("“Why do we care?”")) == weight(
        " / " + told.format("“Nobody cares at all.”")
    )


def test_an_event_that_the_text_names_below_its_opening_still_counts():
    far = "Moll was in Orsk. " + "The road was long and the evening was quiet. " * 13
    assert weight(" / " + far + "Nine people were killed in a flood.") > weight(
        " / " + far + "Nine people were seen in a field."
    )


def test_below_the_headline_of_a_long_text_one_word_of_a_subject_is_less_than_three():
    long = "Moll in Orsk / Moll was in Orsk. {} " + "The road was long. " * 80
    assert weight(long.format("A flood came.")) < weight(
        long.format("A flood, a blast and an avalanche came.")
    )


@pytest.mark.parametrize(
    "figure",
    ["The price war of Orsk", "Shops in Orsk come under fire", "Task force of Orsk"],
)
def test_a_figure_of_speech_names_no_event(figure: str):
    plain = figure.replace("price war", "shops").replace("come under fire", "")
    assert weight(figure) <= weight(plain.replace("Task force", "Shops"))


@pytest.mark.parametrize("form", ["riot", "riots"])
def test_english_words_are_found_with_their_endings(form: str):
    assert weight(f"Volcano {form} in Orsk") >= weight("Volcano tours in Orsk")
    assert weight(f"Avalanche{form.removeprefix('riot')} in Orsk") == weight(
        "Avalanche in Orsk"
    )


def test_the_dead_of_a_memorial_are_not_counted():
    unveiled = "City unveils memorial / It names the {} people who were killed."
    assert weight(unveiled.format("191")) == weight(unveiled.format("nine"))


def test_what_happened_in_another_century_weighs_less():
    letter = "Letter of killed soldier found / He died in {}."
    assert weight(letter.format("1916")) < weight(letter.format("May"))
    assert weight("Thaw / In 1984 Moll met Berg.") < weight("Thaw / Moll met Berg.")


@pytest.mark.parametrize(
    "aside", ["founded in 1998,", "who was born in 1961,", "the largest since 1990,"]
)
def test_a_year_in_an_aside_does_not_make_an_event_old(aside: str):
    leaves = "Orsk leaves the union, {} its ministry said."
    assert weight(" / " + leaves.format(aside)) == weight(
        " / " + leaves.format(aside.replace("19", "20"))
    )


def test_hundreds_are_more_than_nine():
    killed = "Militia takes Orsk / It killed {} civilians, doctors said."
    assert weight(killed.format("hundreds of")) > weight(killed.format("nine"))


def test_one_word_of_sport_is_less_than_two():
    assert weight("Coach of Orsk") > weight("Football coach of Orsk")


def test_how_and_what_explain_only_where_they_begin():
    assert weight("How the pension changes") < weight("Pension law says how to pay")
    assert weight("Pensions: how they change") < weight("Pensions change")


def test_german_words_are_found_with_their_endings():
    ended = "Ossia stimmt {} zu"
    assert weight(ended.format("dem Waffenstillstand"), "de") == weight(
        ended.format("des Waffenstillstandes"), "de"
    )


@pytest.mark.parametrize(
    "day",
    [pytest.param(day, id=day[0][1].text[:30]) for day in order_fit.iter_days()],
)
def test_no_report_of_a_day_stands_above_one_two_ranks_better(
    day: order_fit.Edition,
):
    kinds = {a.id: recognize_kind(a) for _, a in day}
    ordered = sorted(day, key=lambda r: -weigh_report(r[1], kinds[r[1].id]))
    ranks = [rank for rank, a in ordered if kinds[a.id] in REPORTING_KINDS]
    best_after = [max(ranks[at:]) for at in range(len(ranks))]
    assert all(best - rank < 2 for rank, best in zip(ranks, best_after, strict=True)), (
        ranks
    )


def test_the_editions_that_the_weights_were_fitted_on_come_in_order():
    right = [
        weigh_report(one, recognize_kind(one))
        > weigh_report(other, recognize_kind(other))
        for edition in order_fit.iter_editions()
        for (place, one), (later, other) in combinations(edition, 2)
        if place != later
    ]
    assert sum(right) / len(right) > 0.85


def test_a_number_of_another_sentence_counts_nobody():
    recall = "Maker recalls soup: danger of poisoning / {} cans were sold."
    assert weight(recall.format("90,000")) == weight(recall.format("90"))


def test_a_german_verb_is_no_war():
    closed = "Kurpark / Der Park {} am Montag geschlossen."
    assert weight(closed.format("war"), "de") == weight(closed.format("ist"), "de")
    assert weight("Talks to end the war in Estria fail") > weight("Talks in Estria")


def test_an_age_is_no_number_of_dead():
    assert weight("Novelist Ida Brandvold dies at 93") < weight("Flood kills 93")
    assert weight("Woman, 57, charged with murder") == weight(
        "Woman charged with murder"
    )


def test_the_toll_of_a_bridge_is_no_death():
    assert weight("Bridge toll rises to 3 crowns") < weight("Toll rises to 3 at Orsk")


def test_a_comparison_reports_no_harm():
    assert weight("The sign buzzes like a trapped wasp") == weight("The sign buzzes")


def test_where_nobody_was_hurt_harm_weighs_nothing():
    spared = "Lorry overturns on the A9 / Nobody was injured."
    assert weight(spared) < weight("Lorry overturns on the A9 / Two were injured.")


def test_a_course_about_a_disaster_is_none():
    course = "Flood insurance explained in a new course at Orsk"
    assert weight(course) < weight("Flood closes the road to Orsk")


def test_animals_are_not_counted_as_people():
    assert weight("Bird flu: 90,000 hens killed") < weight("Flood: 900 people killed")


def test_another_report_of_the_story_adds_its_weight():
    bare, full = report("The search in Chilak goes on"), report("30 dead in Chilak")
    assert weigh_story((bare, full), {}) > weigh_story((bare,), {})


def test_what_is_no_report_weighs_less():
    flood = report("Flood kills three in Orsk")
    assert weigh_report(flood, "opinion") < weigh_report(flood, "news")


def test_only_the_beginning_of_a_long_headline_is_read():
    long = "Orsk opens a road. " * 60
    assert weight(long) == weight(long + "Hundreds killed in flood")


@pytest.mark.parametrize("text", ["", "🌊", "9" * 400, "killed " * 400, "\x00"])
def test_any_text_is_weighed(text: str):
    assert weigh_report(report(text, text), "news") >= 0
