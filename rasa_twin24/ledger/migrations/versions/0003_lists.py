"""Lists of candidates: people with several numbers and variables, files, a do-not-call list, progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("candidates") as candidates:
        candidates.add_column(sa.Column("more_phones", sa.Text, nullable=True))
        candidates.add_column(sa.Column("variables", sa.Text, nullable=True))
    with op.batch_alter_table("portions") as portions:  # it follows from what TWIN has confirmed
        portions.drop_column("count_before")
    op.create_index("ix_candidates_phone", "candidates", ["phone"])
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("file_id", sa.String(32), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("number_column", sa.Integer, nullable=True),
        sa.Column("report", sa.Text, nullable=True),
        sa.Column("rejected", sa.LargeBinary, nullable=True),
        sa.Column("task_id", sa.Integer, nullable=True),
        sa.Column("only_new", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("message", sa.String(255), nullable=True),
    )
    op.create_table(
        "import_chunks",
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "do_not_call",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("added_by", sa.String(255), nullable=False),
        sa.Column("added_at", sa.Float, nullable=False),
    )
    op.create_table(
        "progress",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("message", sa.String(64), nullable=True),
        sa.Column("keyboard", sa.Text, nullable=True),
        sa.Column("taken_until", sa.Float, nullable=True),
        sa.Column("over", sa.Boolean, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
    )
    with op.batch_alter_table("files") as files:
        files.add_column(sa.Column("update_key", sa.String(255), nullable=True))
    with op.batch_alter_table("transcript") as transcript:
        transcript.add_column(sa.Column("standing", sa.Boolean, nullable=True))
        transcript.add_column(sa.Column("changes", sa.Integer, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("transcript") as transcript:
        transcript.drop_column("changes")
        transcript.drop_column("standing")
    with op.batch_alter_table("files") as files:
        files.drop_column("update_key")
    for table in ("progress", "do_not_call", "import_chunks", "imports"):
        op.drop_table(table)
    op.drop_index("ix_candidates_phone", "candidates")
    with op.batch_alter_table("portions") as portions:
        portions.add_column(sa.Column("count_before", sa.Integer, nullable=True))
    with op.batch_alter_table("candidates") as candidates:
        candidates.drop_column("variables")
        candidates.drop_column("more_phones")
