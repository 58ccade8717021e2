"""What has waited longest is found without sorting all that is pending; one of the queue is found by its id alone."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index of ages anew, and one of ids."""
    op.drop_index("queue_age", "queue")
    op.create_index("queue_id", "queue", ["id"], unique=True)
    op.create_index("queue_age", "queue", ["portal", "wait", "id"])
