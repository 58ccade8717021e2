"""What a schedule waits for, since when relays listen, and channels that got another id."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column("schedules", sa.Column("held_until", sa.Double, nullable=False, server_default="0"))
    op.add_column("schedules", sa.Column("error", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "listening",
        sa.Column("relay", sa.Text, nullable=False, server_default=""),
        sa.Column("channel", sa.Text, nullable=False, server_default=""),
        sa.Column("since", sa.Double, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("relay", "channel"),
    )
    op.create_table(
        "moved",
        sa.Column("old", sa.Text, primary_key=True),
        sa.Column("new", sa.Text, nullable=False, server_default=""),
        sa.Column("moved_at", sa.Double, nullable=False, server_default="0"),
    )
