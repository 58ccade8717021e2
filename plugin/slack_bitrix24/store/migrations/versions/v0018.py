"""Who took an alert is told to each reader in their own words: the line for all of them goes."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop it."""
    op.drop_column("taken", "line")
