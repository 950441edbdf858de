"""Words of speakers' names by block of keys and by source, for look-ups by speaker.

What is there is carried over; the blocks are the ones of `bot.storage.speakers`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_CODE_POINT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
#: Where the old table is out of the new one's way.
MOVED = "speaker_words_before"
FILL = (
    "INSERT INTO speaker_words (block, word, quote_id, source_id)"
    " SELECT w.quote_id >> 12, w.word, w.quote_id, a.source_id"
    " FROM speaker_words_before w JOIN quotes q ON q.id = w.quote_id"
    " JOIN revisions r ON r.id = q.revision_id"
    " JOIN articles a ON a.id = r.article_id"
)


def upgrade() -> None:
    """Take the step."""
    op.rename_table("speaker_words", MOVED)
    # Their names are for the new ones.
    op.drop_index("ix_speaker_words_quote_id", table_name=MOVED)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {MOVED} DROP CONSTRAINT pk_speaker_words")
        op.execute(f"ALTER TABLE {MOVED} DROP CONSTRAINT fk_speaker_words_quote_id")
    op.create_table(
        "speaker_words",
        sa.Column("block", KEY, autoincrement=False, nullable=False),
        sa.Column("word", BY_CODE_POINT, nullable=False),
        sa.Column("quote_id", KEY, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("block", "word", "quote_id"),
        sqlite_with_rowid=False,
    )
    op.execute(FILL)
    op.drop_table(MOVED)
    op.create_index("ix_speaker_words_quote_id", "speaker_words", ["quote_id"])
    op.create_index(
        "ix_speaker_words_source_id_word_quote_id",
        "speaker_words",
        ["source_id", "word", "quote_id"],
    )
