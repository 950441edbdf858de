"""Building blocks of the tables: metadata, keys, references, checks."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: INTEGER on SQLite, which assigns keys only to a column of that type.
Key = BigInteger().with_variant(Integer(), "sqlite")
#: An SQLAlchemy type, with or without arguments.
ColumnType = TypeEngine[Any] | type[TypeEngine[Any]]
#: Text compared by code point, so that a range query finds a prefix.
CodePointText = Text().with_variant(Text(collation="C"), "postgresql")


def apply_postgresql_options() -> None:
    """Set the PostgreSQL options of indexes, which are stored in their `info`.

    Setting them in the declaration would load that dialect (2 MB) on SQLite as well.
    """
    for table_ in metadata.tables.values():
        for index in table_.indexes:
            index.dialect_kwargs.update(index.info)


def required_columns(kind: ColumnType, *names: str) -> list[Column[Any]]:
    """Make columns of one type that are never NULL."""
    return [Column(name, kind, nullable=False) for name in names]


def optional_columns(kind: ColumnType, *names: str) -> list[Column[Any]]:
    """Make columns of one type that may be NULL."""
    return [Column(name, kind) for name in names]


def reference_column(name: str, target: str, null: bool = False) -> Column[int]:
    """Make a reference whose rows are deleted with the row they reference."""
    return Column(name, Key, ForeignKey(target, ondelete="CASCADE"), nullable=null)


def key_reference(name: str, target: str, **options: Any) -> Column[int]:
    """Make a reference that is, or is a part of, the primary key."""
    parent = ForeignKey(target, ondelete="CASCADE")
    return Column(name, Key, parent, primary_key=True, **options)


def workspace_column() -> Column[int]:
    """Make the column that `same_workspace` pairs with others."""
    return Column("workspace_id", Key, nullable=False)


def same_workspace(parent: str, column: str) -> ForeignKeyConstraint:
    """Reference a row of `parent` in the same workspace."""
    return ForeignKeyConstraint(
        [column, "workspace_id"],
        [f"{parent}.id", f"{parent}.workspace_id"],
        ondelete="CASCADE",
    )


def unique_index(name: str, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    """Make columns unique among the rows that fulfil a condition.

    UNIQUE treats NULLs as different: rows of no workspace need an index of their own.
    """
    options = {"postgresql_where": where}
    Index(name, *columns, unique=True, sqlite_where=where, info=options)


def check_one_of(column: str, *values: str) -> CheckConstraint:
    """Restrict a column to these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def define_table(name: str, *parts: SchemaItem) -> Table:
    """Make a table with an `id` that is never reused."""
    key = Column("id", Key, primary_key=True, autoincrement=True)
    return Table(name, metadata, key, *parts, sqlite_autoincrement=True)
