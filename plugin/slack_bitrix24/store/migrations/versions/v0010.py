"""What the nightly look at the set-up found the last time, so that only what is new is told."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "looks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("night", sa.Text, nullable=False, server_default=""),
        sa.Column("found", sa.Text, nullable=False, server_default=""),
    )
