"""What Alembic runs: the migrations over the connection that `bring_up_to_date` was given."""

from alembic import context

from service.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll back DDL, so that a migration that fails leaves nothing half-made.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
