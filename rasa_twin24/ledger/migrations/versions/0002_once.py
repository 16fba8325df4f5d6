"""What it takes to do things once, for known people, within limits, and to say afterwards who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("begun_by", sa.String(255), nullable=True))
        tasks.add_column(sa.Column("ordered_by", sa.String(255), nullable=True))
        tasks.add_column(sa.Column("mark", sa.String(16), nullable=True))
        tasks.add_column(sa.Column("sent_at", sa.Float, nullable=True))
        tasks.add_column(sa.Column("spoiled", sa.Boolean, nullable=False, server_default=sa.false()))
        tasks.add_column(sa.Column("lease_owner", sa.String(64), nullable=True))
        tasks.add_column(sa.Column("lease_until", sa.Float, nullable=True))
    with op.batch_alter_table("candidates") as candidates:
        candidates.add_column(sa.Column("portion_id", sa.Integer, nullable=True))
    with op.batch_alter_table("plans") as plans:
        plans.add_column(sa.Column("count", sa.Integer, nullable=False, server_default="0"))
        plans.add_column(sa.Column("outcome", sa.String(16), nullable=True))
        plans.add_column(sa.Column("ended_at", sa.Float, nullable=True))
        plans.add_column(sa.Column("played_at", sa.Float, nullable=True))
        plans.add_column(sa.Column("shown_by", sa.String(255), nullable=True))
    with op.batch_alter_table("updates") as updates:
        updates.add_column(sa.Column("conversation", sa.String(255), nullable=True))
    with op.batch_alter_table("buttons") as buttons:
        buttons.add_column(sa.Column("keyboard", sa.String(32), nullable=True))
        buttons.add_column(sa.Column("pressed_by", sa.String(255), nullable=True))
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("taken_until", sa.Float, nullable=True))
    op.create_table(
        "portions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("twin_id", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("count_before", sa.Integer, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sent_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float, nullable=True),
    )
    op.create_table(
        "abandoned",
        sa.Column("twin_id", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Integer, nullable=False, index=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("numbers", sa.Integer, nullable=False),
        sa.Column("day", sa.String(10), nullable=False, index=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_table(
        "stops",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("lifted_by", sa.String(255), nullable=True),
        sa.Column("lifted_at", sa.Float, nullable=True),
        sa.Column("reported_at", sa.Float, nullable=True),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("added_by", sa.String(255), nullable=False),
        sa.Column("added_at", sa.Float, nullable=False),
    )
    op.create_table(
        "invites",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("used_by", sa.String(255), nullable=True),
        sa.Column("used_at", sa.Float, nullable=True),
    )
    op.create_table(
        "invite_tries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(255), nullable=False, index=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(255), nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("decision", sa.String(16), nullable=True),
        sa.Column("decided_by", sa.String(255), nullable=True),
        sa.Column("decided_at", sa.Float, nullable=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False, index=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.add_column("transcript", sa.Column("file", sa.String(32), nullable=True))
    op.create_table(
        "files",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False, index=True),
    )
    op.create_table(
        "forgettings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("asked_by", sa.String(255), nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("last_task", sa.Integer, nullable=False),
        sa.Column("cleared_at", sa.Float, nullable=True),
        sa.Column("done_at", sa.Float, nullable=True),
    )
    _forbid_changes_of_the_audit()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS audit_append_only ON audit")
        op.execute("DROP FUNCTION IF EXISTS audit_append_only()")
    op.drop_column("transcript", "file")
    for table in (
        "forgettings",
        "files",
        "audit",
        "access_requests",
        "invite_tries",
        "invites",
        "people",
        "stops",
        "reservations",
        "abandoned",
        "portions",
    ):
        op.drop_table(table)
    for table, columns in (
        ("notices", ("taken_until",)),
        ("updates", ("conversation",)),
        ("plans", ("count", "outcome", "ended_at", "played_at", "shown_by")),
        ("buttons", ("keyboard", "pressed_by")),
        ("candidates", ("portion_id",)),
        ("tasks", ("begun_by", "ordered_by", "mark", "sent_at", "spoiled", "lease_owner", "lease_until")),
    ):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.drop_column(column)


def _forbid_changes_of_the_audit() -> None:
    """Append-only is a promise of the database, not of the code that uses it."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )
