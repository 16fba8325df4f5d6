"""How a person talks: the language, and the wish to start once the numbers are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("start_wanted", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("language", sa.String(2), nullable=True))
        conversations.add_column(sa.Column("language_chosen", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_column("language_chosen")
        conversations.drop_column("language")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("start_wanted")
