"""When each heartbeat was seen last, and which silence was told."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.Double, nullable=False, server_default="0"),
        sa.Column("silent_since", sa.Double, nullable=False, server_default="0"),
    )
