"""Notifications that may have arrived though nobody knows, at portals that keep no tags."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "doubts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.Double, nullable=False, server_default="0"),
    )
    op.create_index("doubts_at", "doubts", ["at"])
