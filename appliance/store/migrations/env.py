"""How Alembic runs here: on the connection it is handed, in one transaction, never by the command line."""

from __future__ import annotations

from alembic import context

from appliance.store.lead_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
