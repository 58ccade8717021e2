"""Requests over HTTP: the answers that were given to keys, and what stands under a webhook's key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "answers",
        *_texts("hook", "key", "digest", "answer"),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("hook", "key"),
    )
    op.create_index("answers_made", "answers", ["made_at"])
    op.create_table(
        "standing",
        sa.Column("tag", sa.Text, primary_key=True),
        *_texts("recipients"),
        sa.Column("over", sa.BigInteger, nullable=False, server_default="0"),
        _moment("changed_at"),
    )
    op.create_index("standing_changed", "standing", ["changed_at"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _moment(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False, server_default="0")
