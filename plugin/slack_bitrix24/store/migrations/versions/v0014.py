"""Files that go with a text: a bot uploads them after it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("texts", sa.Column("files", sa.Text, nullable=False, server_default=""))
