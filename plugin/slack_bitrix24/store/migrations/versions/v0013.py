"""Marks: what is pending is found under its tag without an index that each claim rewrites (SQLite)."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MARK = {
    "sqlite": "mark_of(open.portal, open.tag)",
    "postgresql": "('x' || substr(encode(sha256(convert_to(open.portal || chr(10) || open.tag, 'UTF8')), 'hex'), 1, 8))"
    "::bit(32)::bigint",
}
OPEN = "(SELECT id, portal, tag FROM queue UNION ALL SELECT id, portal, tag FROM sending) AS open"


def upgrade() -> None:
    """Mark what is pending or in hand. What is final is marked when it is tried again."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    op.add_column("outbox", sa.Column("mark", sa.BigInteger, nullable=True))
    if is_sqlite:
        driver: Any = connection.connection.driver_connection
        driver.create_function("mark_of", 2, _mark, deterministic=True)
        op.drop_index("queue_tag", "queue")
    op.execute(f"UPDATE outbox SET mark = {MARK[connection.dialect.name]} FROM {OPEN} WHERE open.id = outbox.id")
    if is_sqlite:
        op.create_index("outbox_mark", "outbox", ["mark"], sqlite_where=sa.text("mark IS NOT NULL"))


def _mark(portal: str, tag: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{portal}\n{tag}".encode()).digest()[:4])
