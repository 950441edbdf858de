"""Translate messages and format dates and numbers for one locale.

The English sentence is the key of its translation (gettext); a translation with other
placeholders is replaced by the English sentence. A catalogue is loaded, and Babel
imported, when a text is first needed. A package contains compiled `.mo` files; a source
checkout has only the `.po` files, which Babel compiles in memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.errors import BotError
from digests.errors import DigestsError
from digests.messages import (
    Message,
    fill_placeholders,
    find_placeholders,
    find_sentences,
    format_param,
)
from digests.types import frozen_positional

_LOCALES_FOLDER = Path(__file__).parent / "locales"
_MINUTE = timedelta(minutes=1)
#: `date` and `time` under names that methods of `Texts` do not hide.
_Day: TypeAlias = date
_Clock: TypeAlias = clock_time


@frozen_positional
class Texts:
    """Sentences, dates and numbers of the bot in one locale; see `Texts.of`."""

    #: As Babel writes it: «en», «de», «de_AT».
    locale: str
    _catalogue: NullTranslations = field(repr=False, compare=False)

    @classmethod
    def of(cls, locale: str) -> "Texts":
        """Return the texts for «de», «de-AT», «en_GB» …; English if there are none."""
        return _load_texts(locale)

    # ── sentences ──────────────────────────────────────────────────────────────

    def chosen(self, locale: str | None) -> "Texts":
        """Return the texts for the chosen locale; these for None."""
        return Texts.of(locale) if locale else self

    def say(self, msgid: str, /, **values: object) -> str:
        """Translate the sentence `msgid` and fill its {placeholders}."""
        return _fill_translation(self._catalogue.gettext(msgid), msgid, values)

    def message(self, message: Message | None, /) -> str:
        """Return the text of a message, "" for None; see `digests.messages`."""
        if message is None or not message.code:
            return ""
        word = self._word_param
        params = {name: format_param(value, word) for name, value in message.params}
        one, *more = find_sentences(message.code)
        if more:
            n = params.pop("n", 0)
            return self.count(one, more[0], n if isinstance(n, int) else 0, **params)
        return self.say(one, **params)

    def error(self, error: BotError | DigestsError, /) -> str:
        """Return the text of an error, also if its parameters are errors."""
        return self.message(error.message)

    def _word_param(self, value: object) -> object:
        match value:
            case Message():
                return self.message(value)
            case _Day():
                return self.date(value)
            case _Clock():
                return self.clock(value)
        return value

    def word(self, msgid: str, /) -> str:
        """Translate a word that the code keeps as data, such as a state's name."""
        # gettext translates "" to the header of the catalogue.
        return self.say(msgid) if msgid else ""

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate the sentence for `n` things; both forms may contain {n}."""
        if "n" not in values:
            values = {"n": self.number(n), **values}
        text, english = self._catalogue.ngettext(one, many, n), one if n == 1 else many
        return _fill_translation(text, english, values)

    # ── dates, times, numbers ──────────────────────────────────────────────────

    def date(self, day: _Day) -> str:
        """Format a date: «24 November 2026»."""
        # Translators: a pattern for a date, see README.md.
        return self._in_pattern(day, self.say("d MMMM y"))

    def stretch(self, first: _Day, last: _Day | None) -> str:
        """Format a period: «24 November 2026», «November 2026», «2019», or a range."""
        if last is None or last == first:
            return self.date(first)
        ends = last + timedelta(days=1)
        if first.day == 1 and ends.day == 1:
            if first.month == 1 and ends == first.replace(year=first.year + 1):
                return str(first.year)
            if (first.year, first.month) == (last.year, last.month):
                # Translators: a pattern for a date, see README.md.
                return self._in_pattern(first, self.say("MMMM y"))
        return f"{self.date(first)} – {self.date(last)}"

    def weekday_date(self, day: _Day) -> str:
        """Format a date with its weekday: «Tuesday 24 November»."""
        # Translators: a pattern for a date, see README.md.
        return self._in_pattern(day, self.say("EEEE d MMMM"))

    def time(self, at: datetime, zone: str) -> str:
        """Format the time of the aware instant `at` in `zone`: «08:30»."""
        # Translators: a pattern for a time of day, see README.md.
        local = at.astimezone(ZoneInfo(zone))
        return self._in_pattern(local, self.say("HH:mm"))

    def clock(self, at: _Clock) -> str:
        """Format a time of day without a date or zone: «08:30»."""
        return self._in_pattern(datetime.combine(_Day.min, at), self.say("HH:mm"))

    def day_and_time(self, at: datetime, zone: str) -> str:
        """Format the instant `at` in `zone` in full: «6 January 2026, 08:30»."""
        day = self.date(at.astimezone(ZoneInfo(zone)).date())
        return self.say("{date}, {time}", date=day, time=self.time(at, zone))

    def moment(self, at: datetime, zone: str, now: datetime) -> str:
        """Format an instant relative to `now`: «today 14:05», «Tue 24 Nov, 08:30».

        Both are aware. The year is included if it differs from that of `now`.
        """
        day = at.astimezone(ZoneInfo(zone)).date()
        today = now.astimezone(ZoneInfo(zone)).date()
        clock = self.time(at, zone)
        match (day - today).days:
            case 0:
                return self.say("today {time}", time=clock)
            case 1:
                return self.say("tomorrow {time}", time=clock)
            case -1:
                return self.say("yesterday {time}", time=clock)
        # Translators: a pattern for a date, see README.md.
        short = self.say("EEE d MMM")
        if day.year != today.year:
            # Translators: a pattern for a date, see README.md.
            short = self.say("EEE d MMM y")
        return self.say("{date}, {time}", date=self._in_pattern(day, short), time=clock)

    def duration_until(self, at: datetime, now: datetime) -> str:
        """Format the time until `at`, rounded down: «in 2 h 5 min», «now»."""
        left = at - now
        if left <= timedelta(0):
            return self.say("now")
        minutes, hours, days = left // _MINUTE, left // (60 * _MINUTE), left.days
        if minutes < 1:
            return self.say("in less than a minute")
        if hours < 1:
            return self.count("in {n} minute", "in {n} minutes", minutes)
        if days >= 1:
            return self.count("in {n} day", "in {n} days", days)
        if minutes % 60 == 0:
            return self.count("in {n} hour", "in {n} hours", hours)
        return self.say(
            "in {hours} h {minutes} min", hours=hours, minutes=minutes - hours * 60
        )

    def number(self, value: float) -> str:
        """Format a number: «1,234.5»."""
        # Imported late: it takes 20 to 50 ms.
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.locale)

    def language(self, code: str) -> str:
        """Return a language's name («German» for «de»); its code if unknown."""
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (UnknownLocaleError, ValueError):
            return code

    def _in_pattern(self, day: _Day, pattern: str) -> str:
        from babel.dates import format_date, format_datetime

        if isinstance(day, datetime):
            return format_datetime(day, pattern, locale=self.locale)
        return format_date(day, pattern, locale=self.locale)


def list_languages() -> tuple[str, ...]:
    """List the locales with texts, English first."""
    found = _LOCALES_FOLDER.glob("*/LC_MESSAGES/standfirst.[mp]o")
    return ("en", *sorted({file.parent.parent.name for file in found}))


@cache
def _load_texts(locale: str) -> Texts:
    if locale == "en":
        return Texts("en", NullTranslations())
    from babel.core import Locale, UnknownLocaleError

    try:
        wanted = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Texts("en", NullTranslations())
    for name in (str(wanted), wanted.language):
        catalogue = _load_catalogue(_LOCALES_FOLDER / name / "LC_MESSAGES")
        if catalogue is not None:
            return Texts(str(wanted), catalogue)
    known = str(wanted) if wanted.language == "en" else "en"
    return Texts(known, NullTranslations())


def _load_catalogue(folder: Path) -> NullTranslations | None:
    """Load the folder's catalogue; fuzzy entries stay in English."""
    compiled, source = folder / "standfirst.mo", folder / "standfirst.po"
    if compiled.is_file():
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    if not source.is_file():
        return None
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    content = BytesIO()
    with source.open("rb") as opened:
        write_mo(content, read_po(opened))
    content.seek(0)
    return GNUTranslations(content)


def _fill_translation(text: str, english: str, values: Mapping[str, object]) -> str:
    """Fill the placeholders of `text`, or of `english` if theirs differ."""
    same = find_placeholders(text) == find_placeholders(english)
    return fill_placeholders(text if same else english, values)


#: Maximum length of the header that is parsed; browsers send less.
_HEADER_LIMIT = 400


def negotiate_locale(header: str | None, otherwise: str) -> str:
    """Choose the preferred locale of a header such as «de-DE,de;q=0.9,en;q=0.8».

    Args:
        header: The `Accept-Language` header, or None.
        otherwise: The locale to use if there are texts for none of the header's.
    """
    known = list_languages()
    parsed = _parse_languages((header or "")[:_HEADER_LIMIT])
    named = sorted(parsed, key=lambda one: -one[0])
    ours = (tag for weight, tag in named if weight and tag.split("-")[0] in known)
    return next(ours, otherwise)


def _parse_languages(header: str) -> Iterator[tuple[float, str]]:
    """Yield each language with its weight, 0 to 1; an invalid weight counts as 0."""
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        if tag:
            yield _parse_weight(weight or "1"), tag.strip()


def _parse_weight(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        return 0.0
    return number if 0 <= number <= 1 else 0.0
