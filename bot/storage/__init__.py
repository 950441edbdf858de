"""Everything that is stored; the only package that speaks SQL.

`Database` runs verbs in threads; a verb is a function of one of the modules here,
each named after its noun. README.md has the rules for the next verb and the next
table.
"""

from sqlalchemy import Connection

from bot.storage.database import Database
from bot.storage.engines import DatabaseUnavailable

__all__ = ["Connection", "Database", "DatabaseUnavailable"]
