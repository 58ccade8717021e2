"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> sa.Column[int]:
    return sa.Column("id", Key, primary_key=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _wholes(**defaults: int) -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default))
        for name, default in defaults.items()
    ]


def _moments(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double, nullable=False, server_default="0") for name in names]


def _moments_or_none(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double, nullable=True) for name in names]


def _index(name: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    table = name.partition("_")[0]
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Create them."""
    _outbox()
    _tune()
    _lanes()
    _inbox()
    _versions()
    _receipts()
    _schedules()
    op.create_table(
        "tokens",
        sa.Column("portal", sa.Text, primary_key=True),
        sa.Column("blob", sa.LargeBinary, nullable=True),
        *_wholes(version=0),
        *_texts("owner"),
        *_moments("until"),
    )
    op.create_table("nodes", sa.Column("node", sa.Text, primary_key=True), *_texts("roles"), *_moments("seen_at"))


def _outbox() -> None:
    op.create_table(
        "outbox",
        _key(),
        *_texts("key", "portal"),
        *_wholes(user_id=0),
        *_texts("message", "message_out", "attach", "kind", "tag", "sub_tag", "source", "author"),
        *_moments("not_before"),
        *_texts("state"),
        *_wholes(attempts=0),
        *_moments("created_at", "due_at"),
        *_moments_or_none("sent_at", "finished_at"),
        sa.Column("bitrix24_id", sa.BigInteger, nullable=True),
        *_texts("code", "error"),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
        *_wholes(fence=0, batch_size=0, batch_limit=50),
        sqlite_autoincrement=True,
    )
    _index("outbox_key", ["key"], unique=True)
    _index("outbox_due", ["portal", "due_at", "id"], "state = 'pending'")
    _index("outbox_open_tag", ["tag"], "state IN ('pending', 'sending')")
    _index("outbox_sending", ["portal"], "state = 'sending'")
    _index("outbox_sub_tag", ["sub_tag", "portal", "user_id"])
    _index("outbox_author", ["author", "id"])
    _index("outbox_receipt", ["receipt_id"], "receipt_id IS NOT NULL")
    _index("outbox_final", ["state", "finished_at"], "finished_at IS NOT NULL")


def _tune() -> None:
    # Each notification is written three times: by the default, a fifth of a million rows would be dead before a vacuum.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01)"
        )


def _lanes() -> None:
    op.create_table(
        "counts",
        *_texts("portal", "state", "slot"),
        *_wholes(n=0),
        sa.PrimaryKeyConstraint("portal", "state", "slot"),
    )
    op.create_table(
        "lanes",
        sa.Column("portal", sa.Text, primary_key=True),
        *_texts("owner"),
        *_moments("until"),
        *_wholes(fence=0, clean=1),
        *_texts("limits", "stop_code", "stop_reason"),
        *_moments("stopped_at", "probe_at"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        _key(),
        *_texts("key", "kind", "payload", "order_key", "state"),
        *_wholes(attempts=0),
        *_moments("due_at"),
        *_texts("owner"),
        *_moments("until"),
        *_texts("error"),
        *_moments("received_at"),
        *_moments_or_none("finished_at"),
        sqlite_autoincrement=True,
    )
    _index("inbox_key", ["key"], unique=True)
    _index("inbox_open", ["id"], "state IN ('new', 'working')")
    _index("inbox_open_order", ["order_key", "id"], "state IN ('new', 'working')")
    _index("inbox_final", ["finished_at"], "finished_at IS NOT NULL")


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("key", sa.Text, primary_key=True),
        *_texts("version"),
        *_wholes(deleted=0),
        *_moments("seen_at"),
    )
    _index("versions_seen", ["seen_at"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        *_texts("kind", "target", "language", "names", "notes", "state"),
        *_wholes(missing=0, uses=0),
        *_moments("accepted_at", "due_at"),
        *_texts("owner"),
        *_moments("until"),
        *_texts("error"),
        *_moments_or_none("finished_at"),
    )
    _index("receipts_due", ["due_at"], "finished_at IS NULL")
    _index("receipts_final", ["finished_at"], "finished_at IS NOT NULL")


def _schedules() -> None:
    op.create_table(
        "schedules",
        _key(),
        *_texts("key", "kind", "owner", "title", "text", "addresses", "rule", "zone", "phrase"),
        *_moments_or_none("next_at", "snoozed_until", "fired_at"),
        *_texts("state", "catch_up"),
        *_moments("catch_up_within"),
        *_texts("extra"),
        *_moments("created_at"),
        sqlite_autoincrement=True,
    )
    _index("schedules_key", ["key"], unique=True)
    _index("schedules_next", ["next_at"], "next_at IS NOT NULL")
    _index("schedules_snoozed", ["snoozed_until"], "snoozed_until IS NOT NULL")
