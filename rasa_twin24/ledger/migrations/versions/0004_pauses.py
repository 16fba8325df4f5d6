"""Pauses of one task, and how many candidates had been called when a paused task is taken up again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("called_before", sa.Integer, nullable=True))
    with op.batch_alter_table("reservations") as reservations:
        reservations.add_column(sa.Column("at_twin", sa.Integer, nullable=True))
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("twin_id", sa.String(64), nullable=False, index=True),
        sa.Column("asked_by", sa.String(255), nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("reported_at", sa.Float, nullable=True),
        sa.Column("ended_at", sa.Float, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("pauses")
    with op.batch_alter_table("reservations") as reservations:
        reservations.drop_column("at_twin")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("called_before")
