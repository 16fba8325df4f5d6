"""The tables of the scenario: create, fill, confirm, start, tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("task_id", sa.Integer, nullable=True),
        sa.Column("step", sa.String(32), nullable=True),
        sa.Column("gone_at", sa.Float, nullable=True),
        sa.Column("updated_at", sa.Float, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("twin_id", sa.String(64), nullable=True, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("was_done", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("there_before", sa.Integer, nullable=True),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float, nullable=True),
        sa.Column("ended_at", sa.Float, nullable=True),
        sa.Column("seen_status", sa.Text, nullable=True),
        sa.Column("look_at", sa.Float, nullable=True, index=True),
        sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("task_id", "phone", name="uq_candidates_task_phone"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
    )
    op.create_table(
        "updates",
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("incoming", sa.Text, nullable=True),
        sa.Column("received_at", sa.Float, nullable=False, index=True),
    )
    op.create_table(
        "buttons",
        sa.Column("token", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("told_at", sa.Float, nullable=True, index=True),
    )
    op.create_table(
        "transcript",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("client_key", sa.String(64), nullable=True),
        sa.Column("created_at", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kept",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "kept",
        "transcript",
        "notices",
        "buttons",
        "updates",
        "plans",
        "candidates",
        "tasks",
        "conversations",
    ):
        op.drop_table(table)
