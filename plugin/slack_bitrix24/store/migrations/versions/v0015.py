"""What is said, packed: the three forms of a text in one column. What is there is put together without being packed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SAID = {
    "sqlite": "CAST(x'00' || message || x'00' || message_out || x'00' || attach AS BLOB)",
    "postgresql": r"'\x00' || convert_to(message, 'UTF8') || '\x00' || convert_to(message_out, 'UTF8') || '\x00' "
    "|| convert_to(attach, 'UTF8')",
}
SAME = "id, last_id, portal, kind, sub_tag, source, author, priority, not_before, created_at, receipt_id, files"


def upgrade() -> None:
    """Make the table anew: to drop three columns takes SQLite three times as long."""
    dialect = op.get_bind().dialect.name
    for name in ("sub_tag", "author", "receipt", "source"):
        op.drop_index(f"texts_{name}", "texts")
    op.rename_table("texts", "texts_old")
    if dialect == "postgresql":
        op.execute("ALTER INDEX texts_pkey RENAME TO texts_old_pkey")
    op.create_table(
        "texts",
        sa.Column("id", Key, primary_key=True, autoincrement=False),
        sa.Column("last_id", sa.BigInteger, nullable=False, server_default="0"),
        _text("portal"),
        sa.Column("said", sa.LargeBinary, nullable=False),
        *(_text(name) for name in ("kind", "sub_tag", "source", "author", "priority")),
        *(sa.Column(name, sa.Double, nullable=False, server_default="0") for name in ("not_before", "created_at")),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
        _text("files"),
    )
    op.get_bind().exec_driver_sql(
        f"INSERT INTO texts ({SAME}, said) SELECT {SAME}, {SAID[dialect]} FROM texts_old ORDER BY id"
    )
    op.drop_table("texts_old")
    op.create_index("texts_sub_tag", "texts", ["sub_tag"])
    op.create_index("texts_author", "texts", ["author", "id"])
    some = sa.text("receipt_id IS NOT NULL")
    op.create_index("texts_receipt", "texts", ["receipt_id"], sqlite_where=some, postgresql_where=some)
    op.create_index("texts_source", "texts", ["source", "id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")
