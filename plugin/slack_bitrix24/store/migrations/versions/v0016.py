"""How much went through in each minute."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "flows",
        sa.Column("minute", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("node", sa.Text, nullable=False, server_default=""),
        sa.Column("counts", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("minute", "node"),
    )
