"""When a digest is due: plain sentences, their structure, and the instants they name.

It must not read a clock, wait, or touch a database; everything here is pure.

The method: a sentence is parsed once into a `Schedule` (dates × times of day, or an
interval with an optional window) in one time zone. The instants are then found by our
own rule on the local calendar and compared in UTC only. Per existing local date and
slot there is exactly one: a time that the clocks skip becomes the first valid instant
after the gap, a time that comes twice is taken the first time (PEP 495, fold=0), and
a date that a zone left out has none.
"""

from bot.schedules.backlog import Reckoning, begin, reckon
from bot.schedules.instants import catch_up, following, upcoming
from bot.schedules.quiet import check_quiet, in_quiet_hours, quiet_until
from bot.schedules.rules import Interval, Schedule, Window, from_json, to_json
from bot.schedules.saying import say
from bot.schedules.sentences import parse
from bot.schedules.zones import check_zone, find_zone, zone_named

__all__ = [
    "Interval",
    "Reckoning",
    "Schedule",
    "Window",
    "begin",
    "catch_up",
    "check_quiet",
    "check_zone",
    "find_zone",
    "following",
    "from_json",
    "in_quiet_hours",
    "parse",
    "quiet_until",
    "reckon",
    "say",
    "to_json",
    "upcoming",
    "zone_named",
]
