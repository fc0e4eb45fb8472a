"""Alembic's way in: it is handed a connection by ``kitart.journal.upgrading``."""

from __future__ import annotations

from alembic import context

from kitart.journal.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
