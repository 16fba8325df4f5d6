"""A plan takes its yes in the account that it was shown to, and some news are for one account of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("plans") as plans:
        plans.add_column(sa.Column("shown_to", sa.String(255), nullable=True))
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("account", sa.String(255), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notices") as notices:
        notices.drop_column("account")
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("shown_to")
