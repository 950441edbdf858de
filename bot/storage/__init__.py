"""Storage: the only package with SQL.

`Database` runs functions that take a connection in threads; they are in the modules
here, one module per subject. README.md has the rules for a new function and a new
table.
"""

from sqlalchemy import Connection

from bot.storage.database import Database
from bot.storage.engines import DatabaseUnavailable

__all__ = ["Connection", "Database", "DatabaseUnavailable"]
