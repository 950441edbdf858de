"""One event is one story, in invented events that clustering keeps apart."""

from dataclasses import replace

from digests.stories.assignment import group_articles
from digests.stories.joining import join_events
from digests.types import Article, ArticleKind
from tests.digests.stories.builders import news

FIRST = news(
    "a",
    "A gas tanker overturned on the Marrow bridge near Kestwick on Monday morning. The "
    "driver, who is 52, was unhurt. Police closed the bridge and asked people in the "
    "Lower Quay to keep their windows shut. Traffic is sent round by Aldham.",
    title="Gas tanker overturns on Marrow bridge",
)
LATER = news(
    "b",
    "The Marrow bridge near Kestwick has been opened to traffic again. A crane set the "
    "gas tanker on its wheels in the night, the fire chief, Tomas Reyle, said. Nothing "
    "had leaked. The haulage firm must pay for the repair of 30 metres of railing.",
    hours=20,
    title="Marrow bridge open again after tanker is lifted",
)
OTHER = news(
    "c",
    "A cyclist was robbed in Kestwick on Monday evening. Two men took her bag with 200 "
    "crowns in Station Street, police said. They are looking for witnesses, and for a "
    "dark van that was seen near the cinema.",
    hours=10,
    title="Cyclist robbed near Kestwick cinema",
)


def joined(
    *articles: Article, kinds: dict[str, ArticleKind] | None = None, kept: str = ""
) -> dict[str, str]:
    apart = [
        m.__class__(article=m.article, story=f"s-{m.article}")
        for m in group_articles(articles)
    ]
    found = join_events(articles, apart, kinds or {}, frozenset((kept,)))
    return {m.article: m.story for m in found}


def test_an_event_and_its_sequel_are_one_story():
    found = joined(FIRST, LATER, OTHER)
    assert found["a"] == found["b"] != found["c"]


def test_two_events_of_one_town_stay_two():
    found = joined(FIRST, OTHER)
    assert found["a"] != found["c"]


COLLAPSE = news(
    "m",
    "At least two people are feared dead after part of the roof of the Ansel market "
    "hall fell in shortly before eight on Tuesday morning, as traders were setting up "
    "their stalls.\n\nFire crews pulled nine people from under the beams, Calder Fire "
    "Service said. All were taken to Ansel General Hospital.\n\nThe hall was built in "
    "1881 and belongs to the town council. Streets around it are closed.",
    title="Two feared dead after market hall roof falls in at Ansel",
    source="Ansel Evening Post",
)
COLLISION = news(
    "n",
    "A van driver broke a leg in a collision with a tractor on Moor Road in Ansel on "
    "Tuesday afternoon. Fire crews cut the man, 34, free and he was taken to Ansel "
    "General Hospital, police said. The road was closed for an hour.",
    hours=8,
    title="Van driver hurt in Ansel collision",
    source="Ansel Evening Post",
)


def test_a_short_accident_of_the_same_town_is_not_the_disaster():
    found = joined(COLLAPSE, COLLISION)
    assert found["m"] != found["n"]


EXPLOSION = news(
    "e",
    "Nach der Explosion in einer Lackfabrik in Weidenau ist ein zweiter Arbeiter "
    "gestorben. Damit kamen zwei Männer ums Leben, elf Menschen wurden verletzt, wie "
    "die Polizei mitteilte. Die Absauganlage war seit März außer Betrieb. Das Werk hat "
    "210 Beschäftigte.",
    title="Zwei Tote nach Explosion in Lackfabrik",
    lang="de",
)
REACTION = news(
    "r",
    "Nach der Explosion mit zwei Toten in Weidenau hat der Hersteller Hegner die "
    "Produktion in allen vier Werken angehalten. Betroffen sind 1.100 Beschäftigte, "
    "die ihren Lohn behalten. Ein Gewerkschafter warf der Firma schlechte Wartung vor.",
    hours=3,
    title="Hegner stoppt Produktion in allen Werken",
    lang="de",
)


def test_a_reaction_that_names_the_event_is_joined_to_it():
    found = joined(EXPLOSION, REACTION)
    assert found["e"] == found["r"]


def test_a_comment_is_not_joined_to_its_event():
    found = joined(FIRST, LATER, kinds={"b": "opinion"})
    assert found["a"] != found["b"]


def test_a_story_that_readers_know_keeps_its_id():
    assert set(joined(FIRST, LATER, kept="s-b").values()) == {"s-b"}
    assert set(joined(FIRST, LATER, kept="s-a").values()) == {"s-a"}


def test_weeks_later_it_is_another_story():
    again = Article(
        id="b",
        text=LATER.text,
        title=LATER.title,
        published=FIRST.published.replace(day=28),  # type: ignore[union-attr]
    )
    assert len(set(joined(FIRST, again).values())) == 2


CRISIS = news(
    "v",
    "Prime minister Runa Falk will face a vote of confidence on Thursday after the "
    "Reform Union left the coalition over the Brannock canal. Falk told the assembly "
    "that neither resignation nor snap polls would follow. Ministers Ekon and Varga "
    "hurriedly cleared out their desks, and lobbyists crowded the marble staircase. "
    "Reform deputies cheered. The coalition has 74 of 152 seats. Two Reform people may "
    "abstain, an independent has not made up his mind, and the treasury has "
    "cancelled talks about roads and harbours.",
    title="Falk faces confidence vote as Reform Union walks out",
)
TICKER = news(
    "t",
    "17.48 The independent Cathal Osk tells this station that his mind is open. He has "
    "had four hundred letters and one pie, and wants neither more letters nor pies.\n"
    "17.20 Finance secretary Lind says that the coalition talks about harbours, roads "
    "and beer are cancelled.\n16.35 Two Reform people abstain on Thursday.\n16.02 It "
    "rains.\n15.10 Runa Falk has ended a speech about the Brannock canal. There will "
    "be a vote of confidence on Thursday, and no snap polls. Reform cheers, Varga "
    "clears out a desk. With 74 of 152 seats the Reform Union decides.\n14.30 Good "
    "afternoon. You can write to us or leave a comment below the line.",
    hours=3,
    title="LIVE: the crisis as it happens",
)


def test_a_live_blog_is_joined_whatever_its_latest_entry_is_about():
    found = joined(CRISIS, TICKER, kinds={"t": "live"})
    assert found["v"] == found["t"]


DEAL = news(
    "d",
    "The brewer Hopwell is buying its rival Oster & Sons for £310 million, it said on "
    "Monday. Oster & Sons has 40 pubs and 900 employees in Lowmere. Shares in Hopwell "
    "closed 6 percent lower after it announced the purchase of Oster.",
    title="Brewer Hopwell buys Oster & Sons",
)
MARKETS = news(
    "e",
    "Shares rose on Monday as oil became cheaper. The index of leading firms closed at "
    "6,310. Hopwell lost 6 percent after announcing its purchase of Oster & Sons. "
    "Banks were in demand, and the crown slipped by a quarter of a cent.",
    hours=8,
    title="Shares close higher as oil falls",
)


def test_a_day_on_the_markets_is_not_the_takeover_that_it_names():
    found = joined(DEAL, MARKETS)
    assert found["d"] != found["e"]


BURST = news(
    "f",
    "Eleven people died when the Tallis dam burst before dawn on Tuesday and flooded "
    "the Lower Tallis quarter, the governor said. The dam gave way during Storm Olga. "
    "Rescuers reached the last houses of Lower Tallis in the evening.",
    title="Storm Olga: 11 dead as Tallis dam bursts",
)
KNEW = news(
    "g",
    "The company that runs the Tallis dam was told in May that its wall was sinking "
    "and did not repair it, according to minutes seen by the Tallis Post. The dam "
    "gave way before dawn during Storm Olga. Eleven people died in Lower Tallis.",
    hours=12,
    title="Dam company knew of weak wall, records show",
)


def test_what_somebody_knew_before_a_disaster_is_a_story_of_its_own():
    found = joined(BURST, KNEW)
    assert found["f"] != found["g"]


RESIGNS = replace(
    news(
        "h",
        "Verkehrsministerin Jutta Hameling ist am Freitag zurückgetreten. Sie zieht "
        "die Konsequenz aus der Affäre um ein Gutachten. «Ich habe einen Fehler "
        "gemacht», sagte Hameling in Brunsbek. Die Opposition hatte das verlangt.",
        title="Verkehrsministerin Hameling tritt zurück",
    ),
    lang="de",
)
SUCCEEDS = replace(
    news(
        "i",
        "Wenige Stunden nach dem Rücktritt von Jutta Hameling hat Regierungschefin "
        "Ada Kroll eine Nachfolgerin benannt. Neue Ministerin wird Wiebke Sander, "
        "die bisher den Hafen leitet. Sander wurde am Abend vereidigt und will "
        "zunächst alle Verträge ihres Hauses prüfen lassen. Sander gilt als kühl, "
        "auch bei denen, die lieber einen anderen gewählt hätten. Hameling war über "
        "die Affäre um ein Gutachten gestürzt. Die Opposition in Brunsbek verlangt "
        "weiter Aufklärung der Affäre, nachdem Hameling einen Fehler zugab.",
        hours=7,
        title="Kroll macht Ingenieurin Sander zur Ministerin",
    ),
    lang="de",
)


def test_a_resignation_and_the_successor_are_one_story():
    found = joined(RESIGNS, SUCCEEDS)
    assert found["h"] == found["i"]


PROMISE = news(
    "sport",
    "Prime minister Ola Brenn promised on Thursday that every primary school will have "
    "a football pitch. Brenn opened a new hall in Kestwick and gave the clubs 20 "
    "million crowns. The teachers' union called it a start. Ola Brenn played in goal "
    "for ten minutes and let in three.",
    title="Brenn promises a pitch for every school",
)
SUCCESSION = news(
    "book",
    "Prime minister Ola Brenn promised the finance minister, Tor Bakke, to make way "
    "for him before the election, a book claims. Ola Brenn changed his mind last "
    "summer, writes Pia Lund. Bakke felt betrayed. Brenn's office did not want to "
    "comment.",
    hours=5,
    title="Brenn 'promised to make way for Bakke'",
)


def test_two_acts_of_one_politician_are_two_stories():
    found = joined(PROMISE, SUCCESSION)
    assert found["sport"] != found["book"]
