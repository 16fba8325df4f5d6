"""Alembic's entry: runs on the connection that the ledger hands over."""

from __future__ import annotations

from alembic import context

from rasa_twin24.ledger.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
