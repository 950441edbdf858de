"""A schedule as the plain English sentence that `parse` reads back to the same."""

from datetime import time

from bot.schedules.rules import EVERY_DAY, WEEKDAYS, WEEKEND, Interval, Schedule
from bot.schedules.words import DAY_NAMES

_GROUPS = {WEEKDAYS: "weekdays", WEEKEND: "weekends"}


def say(schedule: Schedule) -> str:
    """«weekdays at 8:30 Europe/Berlin»; the zone is always named."""
    rule = schedule.rule
    if isinstance(rule, Interval):
        return f"{_interval(rule, schedule.days)} {schedule.zone}"
    days = "daily" if schedule.days == EVERY_DAY else _days(schedule.days)
    times = _listed([clock(at) for at in rule])
    return f"{days} at {times} {schedule.zone}"


def clock(at: time) -> str:
    """«8:30»: the time of day as the sentences write it."""
    return f"{at.hour}:{at.minute:02}"


def _interval(rule: Interval, days: tuple[int, ...]) -> str:
    words = _every(rule.minutes)
    if rule.window is not None:
        words += f" between {clock(rule.window.start)} and {clock(rule.window.end)}"
    return words if days == EVERY_DAY else f"{words} on {_days(days)}"


def _every(minutes: int) -> str:
    if minutes == 1:
        return "every minute"
    if minutes == 60:
        return "hourly"
    if minutes % 60 == 0:
        return f"every {minutes // 60} hours"
    return f"every {minutes} minutes"


def _days(days: tuple[int, ...]) -> str:
    return _GROUPS.get(days) or _listed([DAY_NAMES[day] for day in days])


def _listed(words: list[str]) -> str:
    """«a», «a and b», «a, b and c»."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"
