"""Everything that is remembered: the only part of the house that speaks SQL.

`Database` runs verbs in threads; a verb is a function of one of the modules here,
each named after its noun. README.md has the rules for the next verb and the next
table.
"""

from sqlalchemy import Connection

from bot.storage.database import Database
from bot.storage.failures import Unavailable

__all__ = ["Connection", "Database", "Unavailable"]
