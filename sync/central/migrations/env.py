"""Where alembic begins: always inside the transaction that ``migrating`` has opened."""

from __future__ import annotations

from alembic import context

from sync.central.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
