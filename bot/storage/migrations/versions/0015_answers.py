"""The answer to a reader's report goes to them as a notice, in their language.

New columns: the report that a notice is about, and the language of a report. The
channel of a notice goes: it is told to a person, and the platform finds their channel.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.add_column("reports", sa.Column("locale", sa.Text()))
    # SQLite takes no new reference into a table: it is written anew. Nothing points
    # at its rows.
    with op.batch_alter_table(
        "notices",
        recreate="always" if op.get_bind().dialect.name == "sqlite" else "never",
        table_kwargs={"sqlite_autoincrement": True},
    ) as batch:
        batch.add_column(sa.Column("report_id", KEY))
        batch.create_foreign_key(
            "fk_notices_report_id", "reports", ["report_id"], ["id"], ondelete="CASCADE"
        )
        batch.drop_column("channel")
        batch.create_index("ix_notices_report_id", ["report_id"])
