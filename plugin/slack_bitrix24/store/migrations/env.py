"""What Alembic runs: the migrations, on the connection that it is given, inside its transaction."""

from alembic import context

from slack_bitrix24.store.sql.columns import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    # Both databases can undo a change of the schema; Alembic believes it of PostgreSQL alone.
    transactional_ddl=True,
)
context.run_migrations()
