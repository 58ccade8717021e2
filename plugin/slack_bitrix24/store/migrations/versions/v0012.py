"""The page for operators: sessions, the audit list, who was addressed in vain; indexes for what it looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _moment(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False, server_default="0")


def upgrade() -> None:
    """Add the tables and the indexes."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text, primary_key=True),
        _text("who"),
        _text("way"),
        _text("csrf"),
        _moment("made_at"),
        _moment("until"),
    )
    op.create_index("sessions_until", "sessions", ["until"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        _moment("at"),
        _text("who"),
        _text("name"),
        _text("peer"),
        _text("action"),
        _text("target"),
        _text("outcome"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unreached",
        sa.Column("address", sa.Text, primary_key=True),
        _text("reason"),
        _text("source"),
        sa.Column("times", sa.BigInteger, nullable=False, server_default="0"),
        _moment("seen_at"),
    )
    op.create_index("unreached_seen", "unreached", ["seen_at"])
    back = sa.text("state IN ('superseded', 'cancelled')")
    op.create_index("outcomes_taken_back", "outcomes", ["id"], sqlite_where=back, postgresql_where=back)
    op.create_index("outbox_user", "outbox", ["user_id", "id"])
    op.create_index("texts_source", "texts", ["source", "id"])
