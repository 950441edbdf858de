"""When a digest is due: plain sentences, their structure, and their instants.

It must not read a clock, wait, or touch a database; everything here is pure.

The method: a sentence is parsed once into a `Schedule` (dates × times of day, or an
interval with an optional window) in one time zone. The instants are then found by our
own rule on the local calendar and compared in UTC only. Per existing local date and
slot there is exactly one: a time that the clocks skip becomes the first valid instant
after the gap, a time that comes twice is taken the first time (PEP 495, fold=0), and
a date that a zone left out has none.
"""

from bot.schedules.calendar import check_zone, find_zone, load_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import (
    DueDecision,
    decide_due,
    find_quiet_end,
    in_quiet_hours,
    parse_quiet_hours,
    plan_first_dues,
)
from bot.schedules.rules import (
    Interval,
    Schedule,
    TimeWindow,
    catch_up_limit,
    find_following_due,
    list_upcoming_dues,
    schedule_from_json,
    schedule_to_json,
)
from bot.schedules.wording import describe_schedule

__all__ = [
    "DueDecision",
    "Interval",
    "Schedule",
    "TimeWindow",
    "catch_up_limit",
    "check_zone",
    "decide_due",
    "describe_schedule",
    "find_following_due",
    "find_quiet_end",
    "find_zone",
    "in_quiet_hours",
    "list_upcoming_dues",
    "load_zone",
    "parse_quiet_hours",
    "parse_schedule",
    "plan_first_dues",
    "schedule_from_json",
    "schedule_to_json",
]
