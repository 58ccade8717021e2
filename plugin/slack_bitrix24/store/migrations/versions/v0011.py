"""Alerts that were taken with a button, and who asks a bot for the clicks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "taken",
        sa.Column("tag", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False, server_default=""),
        sa.Column("line", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.Double, nullable=False, server_default="0"),
    )
    op.create_index("taken_at", "taken", ["at"])
    op.add_column("bots", sa.Column("owner", sa.Text, nullable=False, server_default=""))
    op.add_column("bots", sa.Column("until", sa.Double, nullable=False, server_default="0"))
    op.add_column("bots", sa.Column("heard", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("bots", sa.Column("heard_at", sa.Double, nullable=False, server_default="0"))
    op.add_column("bots", sa.Column("deaf", sa.BigInteger, nullable=False, server_default="0"))
