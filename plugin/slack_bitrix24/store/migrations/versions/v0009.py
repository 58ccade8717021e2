"""Files that came over HTTP and wait to be brought to a portal's Drive."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hook", sa.Text, nullable=False, server_default=""),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("ticket", sa.Text, nullable=False, server_default=""),
        sa.Column("content", sa.LargeBinary, nullable=True),
        sa.Column("begun_at", sa.Double, nullable=False, server_default="0"),
    )
    op.create_index("uploads_ticket", "uploads", ["ticket"], unique=True)
    op.create_index("uploads_begun", "uploads", ["begun_at"])
