"""The bridge's own bots."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "bots",
        sa.Column("portal", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, server_default=""),
        sa.Column("token", sa.Text, nullable=False, server_default=""),
        sa.Column("bot_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("registered_at", sa.Double, nullable=False, server_default="0"),
    )
