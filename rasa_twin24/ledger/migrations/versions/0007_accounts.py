"""People are one across messengers: which accounts speak in which conversation, and the codes that link them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("linked_at", sa.Float, nullable=False),
        sa.Column("used_at", sa.Float, nullable=False),
    )
    op.create_table(
        "link_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("used_by", sa.String(255), nullable=True),
    )
    with op.batch_alter_table("progress") as progress:
        progress.add_column(sa.Column("account", sa.String(255), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("progress") as progress:
        progress.drop_column("account")
    op.drop_table("link_codes")
    op.drop_table("accounts")
