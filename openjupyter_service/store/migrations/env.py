"""Alembic's entry: runs the migrations in the transaction that Store.upgrade has begun."""

from alembic import context

from openjupyter_service.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,  # SQLite has it, given a transaction that was begun in earnest
)
with context.begin_transaction():
    context.run_migrations()
