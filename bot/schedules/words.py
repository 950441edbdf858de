"""The words that schedule sentences are made of: tables only."""

from bot.schedules.rules import EVERY_DAY, LAST, WEEKDAYS, WEEKEND

DAY_NAMES = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)

_SHORT_DAYS = {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "weds": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}

#: Word → the days it stands for.
DAYS: dict[str, tuple[int, ...]] = {
    **{name.lower(): (day,) for day, name in enumerate(DAY_NAMES)},
    **{f"{name.lower()}s": (day,) for day, name in enumerate(DAY_NAMES)},
    **{word: (day,) for word, day in _SHORT_DAYS.items()},
    **dict.fromkeys(("daily", "day", "days", "everyday"), EVERY_DAY),
    **dict.fromkeys(("weekday", "weekdays", "workdays", "workday"), WEEKDAYS),
    **dict.fromkeys(("weekend", "weekends"), WEEKEND),
}

NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}

NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "twelve": "12",
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "forty-five": "45",
}

#: Word → its place among the days of a month; «21st» and the like are read as digits.
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}

#: Word → its part in the grammar of `bot.schedules.sentences`, one letter each.
PARTS = {
    **dict.fromkeys(DAYS, "D"),
    **dict.fromkeys((*NAMED_TIMES, *NUMBERS), "T"),
    **dict.fromkeys(("every", "each"), "E"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "M"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "H"),
    # «second» is one of these, or a place: what follows it decides.
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "S"),
    **dict.fromkeys(ORDINALS.keys() - {"second"}, "F"),
    **dict.fromkeys(("week", "weeks"), "W"),
    **dict.fromkeys(("month", "months", "monthly"), "V"),
    "other": "X",
    "hourly": "U",
    **dict.fromkeys(("except", "excluding", "without"), "K"),
    **dict.fromkeys(("starting", "beginning", "since"), "G"),
    **dict.fromkeys(("holiday", "holidays"), "J"),
    "at": "A",
    "on": "O",
    "and": "N",
    **dict.fromkeys(("between", "from"), "B"),
    **dict.fromkeys(("to", "until", "till", "through", "-"), "R"),
    **dict.fromkeys(("am", "a.m.", "a.m", "pm", "p.m.", "p.m"), "P"),
}

#: Words that may stand anywhere and say nothing.
NOISE = frozenset(
    {"in", "of", "the", "time", "timezone", "zone", "o'clock", "sharp", "public"}
)

#: Written before anything else is read.
PHRASES = {
    "quarter of an hour": "15 minutes",
    "quarter hour": "15 minutes",
    "half an hour": "30 minutes",
    "half hour": "30 minutes",
    "half-hour": "30 minutes",
    "every second week": "every other week",
    "fortnightly": "every other week",
    "weekly": "every week",
    "except for": "except",
    "but not": "except",
    "bank holiday": "holiday",
    "weekend day": "weekend",
    "working day": "weekday",
}

#: What is offered where nothing nearer can be made of somebody's words.
EXAMPLES = (
    "daily at 8:00",
    "daily at 7:00 and 18:00",
    "weekdays at 8:30",
    "weekends at 10:00",
    "Monday and Thursday at 9:00",
    "Friday at 18:15",
    "hourly",
    "every minute",
    "every 15 minutes",
    "every 15 minutes between 8:00 and 20:00",
    "every 3 hours",
    "on the first Monday of the month at 9:00",
    "on the 1st and 15th of the month at 8:00",
    "on the last day of the month at 18:00",
)

#: Abbreviations that name no zone, or several → what their users may mean.
SUGGESTED_ZONES = {
    "pst": ("America/Los_Angeles",),
    "pdt": ("America/Los_Angeles",),
    "pt": ("America/Los_Angeles",),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "cdt": ("America/Chicago",),
    "ct": ("America/Chicago",),
    "mdt": ("America/Denver",),
    "mt": ("America/Denver",),
    "edt": ("America/New_York",),
    "et": ("America/New_York",),
    "bst": ("Europe/London",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Rome"),
    "eest": ("Europe/Athens", "Europe/Kyiv", "Europe/Helsinki"),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "sgt": ("Asia/Singapore",),
    "aest": ("Australia/Brisbane", "Australia/Sydney"),
    "aedt": ("Australia/Sydney",),
    "nzst": ("Pacific/Auckland",),
    "nzdt": ("Pacific/Auckland",),
}
