"""Parse a schedule sentence, «weekdays at 8:30 Europe/Berlin», into a `Schedule`.

Each word has a class, one letter (`bot.schedules.grammar`). Limits are cut out first: a
limit begins with a word of its own («except», «until») or is recognized by its date
(«from 2026-12-01» against «from 8:00»), so it may be anywhere in the sentence. A run of
unknown words is the zone, and the letters of the rest must match one of two patterns.
What does not match is refused with a reason and the nearest sentence that is valid.
"""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from functools import lru_cache

from bot.errors import UserError
from bot.schedules import cron
from bot.schedules.calendar import check_country, find_zone
from bot.schedules.grammar import (
    DAYS,
    NUMBERS,
    ORDINALS,
    classify_word,
    encode_word_classes,
    parse_clock_times,
    parse_country,
    tokenize_sentence,
)
from bot.schedules.rules import (
    EVERY_DAY,
    LAST,
    MAX_WEEKS,
    MINUTES_OF_A_DAY,
    Interval,
    Schedule,
    TimeWindow,
    has_date,
    max_places,
    search_horizon,
    sort_places,
)
from bot.schedules.wording import (
    describe_schedule,
    find_similar_word,
    format_clock,
    suggest_sentence,
)
from digests.language.normalization import parse_whole_number
from digests.language.regexes import make_regex
from digests.messages import Message

#: Longer sentences are no schedule; this also bounds the time to explain a mistake.
_MAX_LENGTH = 1000
#: Characters of the sentence that an error quotes.
_MAX_QUOTED = 100

_WEEKLY = "(?:E?WN?)?O?E?D(?:[NROE]*D)*"
_EVERY_N_WEEKS = "E(?:XW?|TW)O?E?D(?:[NRO]*D)*"
_MONTHLY = "(?:E?VN?)?O?E?F(?:N*F)*D?(?:E?V)?"
_DAYS = f"(?:{_EVERY_N_WEEKS}|{_MONTHLY}|{_WEEKLY})"
_TIMES = "A?T(?:N*A?T)*"
_WINDOW = "BT[NR]T|TRT"
_AT_TIMES = make_regex(
    rf"(?P<days>{_DAYS})?N?(?P<times>{_TIMES})|(?P<times_>{_TIMES})N?(?P<days_>{_DAYS})"
)
_EVERY = make_regex(
    rf"(?:(?P<days>{_DAYS})N?)?(?:E(?P<number>T)?(?P<unit>[MHS])|U)"
    rf"(?:N?(?P<window>{_WINDOW}))?(?:N?(?P<days_>{_DAYS}))?"
    rf"(?:N?(?P<window_>{_WINDOW}))?"
)
_MINUTES_OF_UNIT = {"M": 1, "H": 60}
_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def parse_schedule(sentence: str, default_zone: str = "UTC") -> Schedule:
    """Parse an English sentence (or «cron …»); `default_zone` if it names no zone.

    Raises:
        UserError: It is not valid; with the reason and the nearest valid sentence.
    """
    zone = find_zone(default_zone)
    try:
        return _parse(sentence, zone)
    except UserError as problem:
        offer = _suggest(sentence[:_MAX_LENGTH], zone)
        raise UserError(
            "{problem} Try «{offer}».", problem=problem, offer=offer
        ) from None


def _suggest(sentence: str, zone: str) -> str:
    try:
        return describe_schedule(cron.parse_cron(f"cron {sentence}", zone))
    except UserError:
        # No word of a cron line is a word of the grammar.
        words = "" if cron.is_cron(sentence) else sentence
        return suggest_sentence(words, zone, _parse)


def _parse(sentence: str, default_zone: str) -> Schedule:
    if not sentence.strip():
        raise UserError("A schedule says when to post, and this one is empty.")
    if len(sentence) > _MAX_LENGTH:
        raise UserError(
            "A schedule has at most {longest} characters.", longest=_MAX_LENGTH
        )
    if cron.is_cron(sentence):
        return cron.parse_cron(sentence, default_zone)
    if cron.looks_like_cron(sentence):
        raise UserError(
            "«{said}» looks like a cron line; write «cron» before it, or say it "
            "in words.",
            said=sentence.strip()[:_MAX_QUOTED],
        )
    every = tokenize_sentence(sentence)
    clauses = list(_CLAUSE.finditer(encode_word_classes(every)))
    words, unknown = _split_off_zone(_cut_clauses(every, clauses))
    if not words and unknown:
        raise UserError(
            "«{unknown}» is no schedule: it has no days and no times.", unknown=unknown
        )
    zone = _parse_zone(unknown, sentence) if unknown else default_zone
    schedule = _apply_limits(_parse_rest(words, zone, sentence), every, clauses)
    if len(describe_schedule(schedule)) > _MAX_LENGTH:
        raise UserError("That is too much for one schedule; make it several.")
    return schedule


def _parse_rest(words: list[str], zone: str, sentence: str) -> Schedule:
    letters = encode_word_classes(words)
    if found := _EVERY.fullmatch(letters):
        return _parse_intervals(words, found, zone)
    if found := _AT_TIMES.fullmatch(letters):
        return _parse_times(words, found, zone)
    quoted = sentence.strip()[:_MAX_QUOTED]
    if "T" not in letters and set("DFV") & set(letters):
        raise UserError("«{quoted}» names days but no time of day.", quoted=quoted)
    raise UserError(
        "«{quoted}» is not a schedule that is understood here.", quoted=quoted
    )


# ── the zone ───────────────────────────────────────────────────────────────────


def _split_off_zone(words: list[str]) -> tuple[list[str], str]:
    """Separate known words from unknown ones (the zone), which must be adjacent."""
    places = [place for place, word in enumerate(words) if classify_word(word) == "?"]
    if not places:
        return words, ""
    first, end = places[0], places[-1] + 1
    if end - first > len(places):
        *some, last = (f"«{words[place]}»" for place in places)
        quoted = Message("{list} and {last}", list=", ".join(some), last=last)
        raise UserError("The words {quoted} are not understood here.", quoted=quoted)
    before, after = words[:first], words[end:]
    # «weekdays at 8:30, Europe/Berlin»: this comma does not separate times.
    if before and classify_word(before[-1]) == "N":
        before = before[:-1]
    elif not before and after and classify_word(after[0]) == "N":
        after = after[1:]
    return before + after, " ".join(words[first:end])


def _parse_zone(words: str, sentence: str) -> str:
    """Find the zone; an error quotes the words as the sentence has them."""
    written = re.search(re.escape(words), sentence, re.IGNORECASE)
    try:
        return find_zone(written[0] if written else words)
    except UserError:
        if find_similar_word(words):
            raise UserError("«{words}» is not understood here.", words=words) from None
        raise


# ── the two shapes ─────────────────────────────────────────────────────────────


def _parse_times(words: list[str], found: re.Match[str], zone: str) -> Schedule:
    times = set(_parse_matched_times(words, found, "times"))
    days = _matched_words(words, found, "days")
    return _build_schedule(days, tuple(sorted(times)), zone)


def _parse_intervals(words: list[str], found: re.Match[str], zone: str) -> Schedule:
    if all(found.group("days", "days_")) or all(found.group("window", "window_")):
        raise UserError("The days, or the hours, are given twice.")
    number = _matched_words(words, found, "number") or ["1"]
    minutes = _parse_minutes(number[0], found["unit"] or "H")
    window = None
    if ends := _parse_matched_times(words, found, "window"):
        window = TimeWindow(start=ends[0], end=ends[1])
    if window is not None and not interval_hits_window(minutes, window):
        raise UserError(
            "Intervals count from midnight: one of {minutes} minutes never falls "
            "between {start} and {end}.",
            minutes=minutes,
            start=format_clock(window.start),
            end=format_clock(window.end),
        )
    rule = Interval(minutes=minutes, window=window)
    return _build_schedule(_matched_words(words, found, "days"), rule, zone)


def _matched_words(words: list[str], found: re.Match[str], group: str) -> list[str]:
    """Return the words of `group`, or of its alternative position `group_`."""
    matched = found.groupdict()
    name = group if matched[group] else f"{group}_"
    return words[slice(*found.span(name))] if matched.get(name) else []


def _parse_matched_times(
    words: list[str], found: re.Match[str], group: str
) -> tuple[time, ...]:
    matched = _matched_words(words, found, group)
    return parse_clock_times([word for word in matched if classify_word(word) == "T"])


def _parse_minutes(number: str, unit: str) -> int:
    if unit == "S":
        raise UserError("The shortest interval is one minute.")
    digits = NUMBERS.get(number, number)
    if not digits.isdecimal():
        raise UserError(
            "«{number}» is not a whole number of minutes or hours.", number=number
        )
    count = parse_whole_number(digits, MINUTES_OF_A_DAY) or 0
    minutes = count * _MINUTES_OF_UNIT[unit]
    if not 1 <= minutes <= MINUTES_OF_A_DAY:
        raise UserError(
            "«{number}» is no interval: it may be 1 minute to 24 hours long.",
            number=number,
        )
    return minutes


def interval_hits_window(minutes: int, window: TimeWindow) -> bool:
    """Whether an interval, counted from midnight, ever falls in the window."""
    return any(
        time(*divmod(minute, 60)) in window
        for minute in range(0, MINUTES_OF_A_DAY, minutes)
    )


# ── days ───────────────────────────────────────────────────────────────────────


def _build_schedule(
    words: list[str], rule: tuple[time, ...] | Interval, zone: str
) -> Schedule:
    letters = encode_word_classes(words)
    days = parse_days(words)
    if "F" in letters:
        places = _parse_places(words, letters, days)
        return Schedule(days=days, rule=rule, zone=zone, places=places)
    weeks = _parse_weeks(words, letters)
    if weeks > 1 and days == EVERY_DAY:
        raise UserError(
            "Every so many weeks is understood, with the days that are meant; every "
            "so many days is not."
        )
    return Schedule(days=days, rule=rule, zone=zone, weeks=weeks)


def _parse_places(
    words: list[str], letters: str, days: tuple[int, ...]
) -> tuple[int, ...]:
    chosen = [
        word for word, letter in zip(words, letters, strict=True) if letter == "F"
    ]
    if "V" not in letters and ("D" in letters or not chosen[0][0].isdigit()):
        raise UserError(
            "«{chosen}» of what? Write «of the month» behind it, or «every 2 "
            "weeks on …» where that is meant.",
            chosen=chosen[0],
        )
    most = max_places(days)
    places = {word: ORDINALS.get(word) or _parse_place(word) for word in chosen}
    for word, place in places.items():
        if not (place == LAST or 1 <= place <= most):
            raise UserError(
                "«{word}»: no month has more than {most} such days.",
                word=word,
                most=most,
            )
    return tuple(sort_places(places.values()))


def _parse_place(word: str) -> int:
    """Parse «2nd»; a number that no month has is as large as it can be."""
    most = 999
    return parse_whole_number(word[:-2], most) or most


def _parse_weeks(words: list[str], letters: str) -> int:
    if "X" in letters:
        if "W" not in letters and any(len(DAYS.get(word, ())) > 1 for word in words):
            raise UserError(
                "«every other» goes with a day of the week, or with «week on …»."
            )
        return 2
    if "T" not in letters:
        return 1
    number = words[letters.index("T")]
    digits = NUMBERS.get(number, number)
    weeks = parse_whole_number(digits, MAX_WEEKS, least=1)
    if weeks is None:
        raise UserError(
            "«{number}» weeks: it may be 1 to {most_weeks}.",
            number=number,
            most_weeks=MAX_WEEKS,
        )
    return weeks


# ── limits ─────────────────────────────────────────────────────────────────────


_FROM = "(?:GB?|B)O?(?P<first>Y)"
_CLAUSE = make_regex(
    rf"N*(?:{_FROM}(?:[RN]+(?P<end>Y))?|RO?(?P<last>Y)"
    r"|K(?:(?P<days>O?E?D(?:[NRO]+D)*)|(?P<dates>(?:[NO]*(?:YRY|Y|L|J))+)))"
)
#: A longer pause is better written with «until» and «from».
_MAX_SKIPPED_DATES = 100


def _cut_clauses(words: list[str], clauses: list[re.Match[str]]) -> list[str]:
    """Return the words outside of the clauses with limits."""
    left = list(words)
    for clause in reversed(clauses):
        del left[slice(*clause.span())]
    while left and classify_word(left[0]) == "N":
        del left[0]
    while left and classify_word(left[-1]) == "N":
        del left[-1]
    return left


def _apply_limits(
    schedule: Schedule, words: list[str], clauses: list[re.Match[str]]
) -> Schedule:
    """Limit the schedule to the dates that the clauses name, and exclude others.

    Raises:
        UserError: A date or a country is not valid, or a limit is given twice.
    """
    first, last = _parse_bounds(words, clauses)
    left_out = [words[slice(*c.span("dates"))] for c in clauses if c["dates"]]
    runs = [words[slice(*c.span("days"))] for c in clauses if c["days"]]
    but = {day for run in runs for day in parse_days(run)}
    days = tuple(day for day in schedule.days if day not in but)
    if not days:
        raise UserError("It leaves out every day that it names.")
    if days != schedule.days and schedule.places:
        raise UserError(
            "Days of a month go without «except» and days of the week; leave out "
            "dates, as in «except 2026-12-24»."
        )
    if schedule.weeks > 1:
        if first is None:
            raise UserError(
                "Every so many weeks, counted from when? Add the first date, as in "
                "«from 2027-01-01»."
            )
        while first.weekday() not in days:
            first += _DAY
    skips, holidays = _parse_skips(left_out), _parse_countries(left_out)
    limited = replace(
        schedule, days=days, first=first, last=last, skips=skips, holidays=holidays
    )
    if first is not None and last is not None:
        span = min((last - first).days, search_horizon(limited))
        if not any(has_date(limited, first + n * _DAY) for n in range(span + 1)):
            raise UserError(
                "Between {first} and {last} it has no date.", first=first, last=last
            )
    return limited


def _parse_bounds(
    words: list[str], clauses: list[re.Match[str]]
) -> tuple[date | None, date | None]:
    """Parse the first and the last date; None where none is given."""

    def dates(*groups: str) -> list[date]:
        matched = [(c, group) for c in clauses for group in groups if c[group]]
        return [parse_date(words[c.start(group)]) for c, group in matched]

    starts, ends = dates("first"), dates("end", "last")
    if len(starts) > 1 or len(ends) > 1:
        raise UserError("The first date, or the last, is given twice.")
    first, last = (found[0] if found else None for found in (starts, ends))
    if first and last and first > last:
        raise UserError(
            "It would end on {last}, before it begins on {first}.",
            last=last,
            first=first,
        )
    return first, last


def _parse_skips(runs: list[list[str]]) -> tuple[date, ...]:
    """Parse the dates that the words name, ranges «… to …» included."""
    skips: set[date] = set()
    for words in runs:
        start: date | None = None
        for place, word in enumerate(words):
            if not word[0].isdigit():
                continue
            day = parse_date(word)
            ranged = place > 0 and classify_word(words[place - 1]) == "R"
            skips |= _date_range(start, day) if ranged and start else {day}
            start = day
    if len(skips) > _MAX_SKIPPED_DATES:
        raise UserError(
            "At most {longest_pause} dates can be left out; for a longer pause "
            "end one schedule with «until …» and begin another with «from …».",
            longest_pause=_MAX_SKIPPED_DATES,
        )
    return tuple(sorted(skips))


def _date_range(start: date, end: date) -> set[date]:
    if end < start:
        raise UserError(
            "{end} is before {start}; write the earlier date first.",
            end=end,
            start=start,
        )
    days = min((end - start).days, _MAX_SKIPPED_DATES)
    return {start + day * _DAY for day in range(days + 1)}


def _parse_countries(runs: list[list[str]]) -> tuple[str, ...]:
    words = [word for run in runs for word in run if word.startswith("holiday")]
    if any(":" not in word for word in words):
        raise UserError(
            "Holidays differ from country to country; name it by its code, as in "
            "«except holidays in DE»."
        )
    codes = tuple(dict.fromkeys(map(parse_country, words)))
    for code in codes:
        check_country(code)
    return codes


def parse_date(word: str) -> date:
    """Parse «2026-12-24»; `UserError` if there is no such date."""
    try:
        return date(*map(int, word.split("-")))
    except ValueError:
        raise UserError(
            "«{word}» is not on the calendar; write a date as «2026-12-24».", word=word
        ) from None


def parse_days(words: list[str]) -> tuple[int, ...]:
    """Parse the days that the words name, with ranges «fri to mon»; no words = all."""
    days: set[int] = set()
    start: int | None = None
    previous = EVERY_DAY
    for word in words:
        if classify_word(word) == "R":
            start = previous[-1]
        elif word in DAYS:
            previous = DAYS[word]
            days |= set(previous)
            if start is not None:
                reach = (previous[0] - start) % 7
                days |= {(start + step) % 7 for step in range(reach)}
                start = None
    return tuple(sorted(days)) or EVERY_DAY
