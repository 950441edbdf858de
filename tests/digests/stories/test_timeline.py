from datetime import UTC, date, datetime

from digests.stories import timeline
from digests.types import Article


def article(text: str, name: str = "a") -> Article:
    return Article(id=name, text=text, published=datetime(2026, 1, 7, 9, tzinfo=UTC))


def reported(*articles: Article) -> list[tuple[date | None, str]]:
    return [(e.first, e.text) for e in timeline.order_events(articles)]


def test_events_are_in_the_order_of_their_days():
    text = (
        "The bridge will open on Friday. It closed on Monday. "
        "It was built in 1971. Nobody was hurt."
    )
    assert reported(article(text)) == [
        (date(1971, 1, 1), "It was built in 1971."),
        (date(2026, 1, 5), "It closed on Monday."),
        (date(2026, 1, 9), "The bridge will open on Friday."),
    ]


def test_undated_events_are_last_in_their_own_words():
    text = "The missiles fell hours before his arrival. He came on Tuesday."
    (dated, undated) = timeline.order_events([article(text)])
    assert dated.first == date(2026, 1, 6)
    assert undated.first is None
    words = text[undated.words.start : undated.words.end]
    assert words.startswith("hours before his arrival")


def test_one_event_in_two_articles_is_listed_once():
    one = article("The Long Bridge in Hallin closed on Monday.")
    other = article("In Hallin the Long Bridge closed on Monday.", "b")
    assert [e.article for e in timeline.order_events([one, other])] == ["a"]


def test_quoted_words_are_no_event():
    assert reported(article("“It rained on Monday,” she said.")) == []


def test_the_narrowest_day_of_a_sentence_dates_it():
    text = "The bridge, built in 1971, closed on Monday."
    assert [day for day, _ in reported(article(text))] == [date(2026, 1, 5)]


def test_a_stretch_has_two_days():
    (event,) = timeline.order_events([article("The fleet sailed last week.")])
    assert (event.first, event.last) == (date(2025, 12, 29), date(2026, 1, 4))


def test_an_article_without_a_date_leaves_its_weekdays_open():
    (event,) = timeline.order_events([Article(id="a", text="It closed on Monday.")])
    assert event.first is None


def test_no_articles_no_events():
    assert timeline.order_events([]) == ()
