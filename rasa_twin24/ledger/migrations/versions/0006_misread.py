"""What was not understood, for an owner to review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "misread",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("guesses", sa.Text, nullable=False),
        sa.Column("chosen", sa.String(64), nullable=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False, index=True),
        sa.Column("state", sa.String(8), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("misread")
