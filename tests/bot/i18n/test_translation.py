from datetime import UTC, date, datetime, timedelta

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

import bot.i18n.translation
from bot.i18n.translation import Texts, list_languages

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"
ENGLISH = Texts.of("en")
GERMAN = Texts.of("de")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


#: Berlin is at +01:00: its 24th ends at 23:00 UTC.
MOMENTS = {
    "2026-11-24T13:05:00+00:00": ("today 14:05", "heute 14:05"),
    "2026-11-24T22:59:00+00:00": ("today 23:59", "heute 23:59"),
    "2026-11-24T23:00:00+00:00": ("tomorrow 00:00", "morgen 00:00"),
    "2026-11-25T07:30:00+00:00": ("tomorrow 08:30", "morgen 08:30"),
    "2026-11-23T07:30:00+00:00": ("yesterday 08:30", "gestern 08:30"),
    "2026-11-27T07:30:00+00:00": ("Fri 27 Nov, 08:30", "Fr. 27. Nov., 08:30"),
    "2026-11-20T07:30:00+00:00": ("Fri 20 Nov, 08:30", "Fr. 20. Nov., 08:30"),
    "2027-01-05T07:30:00+00:00": ("Tue 5 Jan 2027, 08:30", "Di. 5. Jan. 2027, 08:30"),
}


@pytest.mark.parametrize("at", MOMENTS)
def test_a_moment_is_named_as_people_nearby_would(at):
    said = tuple(texts.moment(instant(at), BERLIN, NOW) for texts in (ENGLISH, GERMAN))
    assert said == MOMENTS[at]


DURATIONS = {
    timedelta(seconds=-5): ("now", "jetzt"),
    timedelta(0): ("now", "jetzt"),
    timedelta(seconds=59): ("in less than a minute", "in weniger als einer Minute"),
    timedelta(minutes=1): ("in 1 minute", "in 1 Minute"),
    timedelta(minutes=59, seconds=59): ("in 59 minutes", "in 59 Minuten"),
    timedelta(hours=1): ("in 1 hour", "in 1 Stunde"),
    timedelta(hours=2, minutes=5): ("in 2 h 5 min", "in 2 Std. 5 Min."),
    timedelta(hours=23): ("in 23 hours", "in 23 Stunden"),
    timedelta(days=1, hours=23): ("in 1 day", "in 1 Tag"),
    timedelta(days=3000): ("in 3,000 days", "in 3.000 Tagen"),
}


@pytest.mark.parametrize("left", DURATIONS)
def test_a_duration_is_worded_in_its_largest_units(left):
    said = tuple(texts.duration_until(NOW + left, NOW) for texts in (ENGLISH, GERMAN))
    assert said == DURATIONS[left]


def test_a_day_and_time_are_those_of_the_zone():
    at = instant("2026-11-24T23:30:00+00:00")
    assert ENGLISH.day_and_time(at, BERLIN) == "25 November 2026, 00:30"
    assert GERMAN.day_and_time(at, BERLIN) == "25. November 2026, 00:30"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2019, 1, 1), date(2019, 12, 31), "2019"),
        (date(2026, 11, 1), date(2026, 11, 30), "November 2026"),
        (date(2026, 11, 24), date(2026, 11, 24), "24 November 2026"),
        (date(2026, 11, 24), None, "24 November 2026"),
        (date(2026, 1, 1), date(2026, 1, 31), "January 2026"),
        (
            date(2026, 11, 23),
            date(2026, 11, 29),
            "23 November 2026 – 29 November 2026",
        ),
        (
            date(2026, 1, 1),
            date(2026, 2, 28),
            "1 January 2026 – 28 February 2026",
        ),
    ],
)
def test_a_stretch_of_days_is_named_as_a_whole_where_it_is_one(first, last, said):
    assert ENGLISH.stretch(first, last) == said


def test_dates_and_numbers_are_written_as_the_language_does():
    day = date(2026, 3, 1)
    assert ENGLISH.date(day) == "1 March 2026"
    assert GERMAN.date(day) == "1. März 2026"
    assert ENGLISH.weekday_date(day) == "Sunday 1 March"
    assert GERMAN.weekday_date(day) == "Sonntag, 1. März"
    assert ENGLISH.number(1234.5) == "1,234.5"
    assert GERMAN.number(1234.5) == "1.234,5"


LOCALES = {
    "en": "en",
    "en-GB": "en_GB",
    "de": "de",
    "de-AT": "de_AT",
    "de_CH": "de_CH",
    "fr": "en",
    "pt-BR": "en",
    "tlh": "en",
    "": "en",
    "../../de": "en",
    "a\0b": "en",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_without_texts_is_answered_in_english_throughout(locale):
    texts = Texts.of(locale)
    assert texts.locale == LOCALES[locale]
    german = LOCALES[locale].startswith("de")
    assert texts.moment(NOW, "UTC", NOW) == ("heute 12:00" if german else "today 12:00")
    assert texts.date(date(2026, 5, 1)) == ("1. Mai 2026" if german else "1 May 2026")


# ── faulty translations ────────────────────────────────────────────────────────

FAULTY = r"""
msgid ""
msgstr ""
"Language: nl\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "lost {name}"
msgstr "kwijt"

msgid "renamed {name}"
msgstr "hernoemd {naam}"

msgid "reaching {name}"
msgstr "{name.__class__} {name}"

msgid "good {name}"
msgstr "goed {name}"

#, fuzzy
msgid "unsure {name}"
msgstr "onzeker {name}"

msgid "empty {name}"
msgstr ""

msgid "{n} thing of {name}"
msgid_plural "{n} things of {name}"
msgstr[0] "{n} ding van {name}"
msgstr[1] "dingen"
"""


@pytest.fixture
def dutch(tmp_path, monkeypatch):
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "standfirst.po").write_text(FAULTY, encoding="utf-8")
    monkeypatch.setattr(bot.i18n.translation, "_LOCALES_FOLDER", tmp_path)
    bot.i18n.translation._load_texts.cache_clear()
    yield Texts.of("nl")
    bot.i18n.translation._load_texts.cache_clear()


def test_a_compiled_catalogue_is_preferred(dutch, tmp_path):
    folder = tmp_path / "nl" / "LC_MESSAGES"
    catalogue = Catalog(locale="nl")
    catalogue.add("good {name}", "prima {name}")
    with (folder / "standfirst.mo").open("wb") as made:
        write_mo(made, catalogue)
    bot.i18n.translation._load_texts.cache_clear()
    assert Texts.of("nl").say("good {name}", name="Ada") == "prima Ada"
    assert list_languages() == ("en", "nl")


@pytest.mark.parametrize(
    ("msgid", "said"),
    [
        ("lost {name}", "lost Ada"),
        ("renamed {name}", "renamed Ada"),
        ("reaching {name}", "{name.__class__} Ada"),
        ("good {name}", "goed Ada"),
        ("unsure {name}", "unsure Ada"),
        ("empty {name}", "empty Ada"),
        ("unknown {name}", "unknown Ada"),
    ],
)
def test_a_faulty_translation_is_replaced_by_the_english_sentence(dutch, msgid, said):
    assert dutch.say(msgid, name="Ada") == said


def test_a_faulty_plural_is_replaced_by_the_english_one(dutch):
    one, many = "{n} thing of {name}", "{n} things of {name}"
    assert dutch.count(one, many, 1, name="Ada") == "1 ding van Ada"
    assert dutch.count(one, many, 2, name="Ada") == "2 things of Ada"


def test_a_word_kept_as_data_is_translated_where_it_can_be():
    assert GERMAN.word("now") == "jetzt"
    assert GERMAN.word("never heard of") == "never heard of"


def test_no_word_is_no_word_in_any_language():
    assert GERMAN.word("") == ""


def test_a_value_that_was_forgotten_leaves_its_placeholder():
    assert ENGLISH.say("posted to {channel}") == "posted to {channel}"


@given(value=st.text())
def test_a_value_is_shown_as_it_is(value):
    assert ENGLISH.say("«{name}»", name=value) == f"«{value}»"
