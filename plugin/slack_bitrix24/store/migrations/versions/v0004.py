"""The narrow queue: a text once for all who get it, what is pending and what is final in tables of their own."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FINAL = "('delivered', 'dead', 'superseded', 'cancelled')"
SAID = [
    "portal",
    "message",
    "message_out",
    "attach",
    "kind",
    "sub_tag",
    "source",
    "author",
    "not_before",
    "created_at",
    "receipt_id",
]
OLD_INDEXES = ("key", "due", "open_tag", "sending", "sub_tag", "author", "receipt", "final")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _wholes(**defaults: int) -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default))
        for name, default in defaults.items()
    ]


def _moments(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double, nullable=False, server_default="0") for name in names]


def _index(name: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    table = name.partition("_")[0]
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _run(statement: str, **parameters: object) -> None:
    op.get_bind().execute(sa.text(statement), parameters)


def upgrade() -> None:
    """Move everything; one transaction, so that an interrupted upgrade has changed nothing."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        # A million rows at once: other than the hot path this may walk and sort, and take its time.
        for setting in ("statement_timeout = 0", "enable_seqscan = on", "enable_hashjoin = on", "enable_mergejoin = on",
                        "work_mem = '128MB'", "maintenance_work_mem = '256MB'"):  # fmt: skip
            op.execute(f"SET LOCAL {setting}")
    _put_aside(is_postgresql=is_postgresql)
    _make()
    for column in _wholes(served=0, claims=0):
        op.add_column("lanes", column)
    _move(time.time())
    _go_on_counting(is_postgresql=is_postgresql)
    op.drop_table("outbox_old")
    _make_indexes()
    if is_postgresql:
        _tune()


def _put_aside(*, is_postgresql: bool) -> None:
    for name in OLD_INDEXES:
        op.drop_index(f"outbox_{name}", "outbox")
    op.rename_table("outbox", "outbox_old")
    if is_postgresql:
        op.execute("ALTER INDEX outbox_pkey RENAME TO outbox_old_pkey")
        op.execute("ALTER SEQUENCE outbox_id_seq RENAME TO outbox_old_id_seq")


def _make() -> None:
    op.create_table(
        "texts",
        sa.Column("id", Key, primary_key=True, autoincrement=False),
        *_wholes(last_id=0),
        *_texts("portal", "message", "message_out", "attach", "kind", "sub_tag", "source", "author", "priority"),
        *_moments("not_before", "created_at"),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Key, primary_key=True),
        *_texts("key"),
        *_wholes(text_id=0, user_id=0),
        sa.Column("tag", sa.Text, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "queue",
        *_texts("portal"),
        *_moments("wait"),
        *_wholes(rank=0, id=0),
        *_texts("tag"),
        *_wholes(attempts=0, batch_limit=50),
        sa.Column("sent_at", sa.Double, nullable=True),
        *_texts("code", "error"),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("portal", "wait", "rank", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sending",
        *_texts("portal", "tag"),
        *_wholes(id=0, fence=0, rank=0, attempts=0, batch_size=0, batch_limit=50),
        *_moments("sent_at"),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("portal", "tag"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcomes",
        sa.Column("id", Key, primary_key=True, autoincrement=False),
        *_texts("state"),
        *_wholes(attempts=0),
        sa.Column("sent_at", sa.Double, nullable=True),
        *_moments("finished_at"),
        sa.Column("bitrix24_id", sa.BigInteger, nullable=True),
        *_texts("code", "error"),
    )


def _move(now: float) -> None:
    same = " AND ".join(
        f"(o.{name} = lag(o.{name}) OVER w OR (o.{name} IS NULL AND lag(o.{name}) OVER w IS NULL))"
        if name == "receipt_id"
        else f"o.{name} = lag(o.{name}) OVER w"
        for name in SAID
    )
    # Those of one submission stand one behind the other: where the text changes, the next begins.
    _run(
        "INSERT INTO outbox (id, key, text_id, user_id, tag) "
        "SELECT id, key, max(first) OVER (ORDER BY id), user_id, "
        "CASE WHEN tag = sub_tag || '|U' || user_id THEN NULL ELSE tag END FROM ("
        f"SELECT id, key, user_id, tag, sub_tag, CASE WHEN {same} THEN NULL ELSE id END AS first "
        "FROM outbox_old AS o WINDOW w AS (ORDER BY id)) AS marked ORDER BY id"
    )
    columns = ", ".join(SAID)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ANALYZE outbox, outbox_old")
    _run(
        f"INSERT INTO texts (id, last_id, priority, {columns}) SELECT id, last_id, 'normal', {columns} FROM outbox_old "
        "JOIN (SELECT text_id, max(id) AS last_id FROM outbox GROUP BY text_id) AS said ON text_id = id"
    )
    _run(
        "INSERT INTO outcomes (id, state, attempts, sent_at, finished_at, bitrix24_id, code, error) "
        "SELECT id, state, attempts, sent_at, coalesce(finished_at, created_at), bitrix24_id, code, error "
        f"FROM outbox_old WHERE state IN {FINAL} ORDER BY id"
    )
    _run(
        "INSERT INTO sending (portal, tag, id, fence, attempts, batch_size, batch_limit, sent_at, receipt_id) "
        "SELECT portal, tag, id, fence, attempts, batch_size, batch_limit, coalesce(sent_at, created_at), receipt_id "
        "FROM outbox_old WHERE state = 'sending'"
    )
    # What is there lines up as one submission of each portal, in its old order.
    _run(
        "INSERT INTO queue (portal, wait, rank, id, tag, attempts, batch_limit, sent_at, code, error, receipt_id) "
        "SELECT portal, CASE WHEN due_at > :now THEN due_at ELSE 0 END, "
        "((row_number() OVER (PARTITION BY portal ORDER BY due_at, id) - 1) / 50 + 1) * 400, "
        "id, tag, attempts, batch_limit, sent_at, code, error, receipt_id FROM ("
        "SELECT o.*, row_number() OVER (PARTITION BY portal, tag ORDER BY id DESC) AS version "
        "FROM outbox_old AS o WHERE state = 'pending') AS pending WHERE version = 1",
        now=now,
    )
    _supersede_twins(now)
    _run("DELETE FROM counts")
    for table, state in (("queue", "pending"), ("outcomes", "dead")):
        _run(
            "INSERT INTO counts (portal, state, slot, n) SELECT o.portal, :state, '', count(*) "
            f"FROM {table} AS t JOIN outbox_old AS o ON o.id = t.id WHERE o.state = :state GROUP BY o.portal",
            state=state,
        )


def _supersede_twins(now: float) -> None:
    """Supersede older versions that two nodes had left pending under one tag."""
    older = "FROM outbox_old WHERE state = 'pending' AND id NOT IN (SELECT id FROM queue)"
    missing = f"(SELECT count(*) {older} AND receipt_id = receipts.id)"
    _run(
        "INSERT INTO outcomes (id, state, attempts, sent_at, finished_at, code, error) "
        f"SELECT id, 'superseded', attempts, sent_at, :now, code, error {older}",
        now=now,
    )
    _run(f"UPDATE receipts SET missing = missing - {missing} WHERE id IN (SELECT receipt_id {older})")
    _run("UPDATE receipts SET state = 'due', due_at = :now WHERE state = 'waiting' AND missing <= 0", now=now)


def _go_on_counting(*, is_postgresql: bool) -> None:
    """Never use an id again, though the notification that had it is gone."""
    if is_postgresql:
        _run("SELECT setval('outbox_id_seq', last_value, is_called) FROM outbox_old_id_seq")
    else:
        _run("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
        _run(
            "INSERT INTO sqlite_sequence (name, seq) "
            "SELECT 'outbox', seq FROM sqlite_sequence WHERE name = 'outbox_old'"
        )


def _make_indexes() -> None:
    _index("outbox_key", ["key"], unique=True)
    _index("texts_sub_tag", ["sub_tag"])
    _index("texts_author", ["author", "id"])
    _index("texts_receipt", ["receipt_id"], "receipt_id IS NOT NULL")
    _index("queue_tag", ["tag", "portal"], unique=True)
    _index("queue_age", ["portal", "id"], unique=True)
    _index("outcomes_finished", ["finished_at"], "state <> 'dead'")
    _index("outcomes_dead", ["id"], "state = 'dead'")


def _tune() -> None:
    # The queue lives by deletion: what is gone should be out of the way of the next claim soon.
    op.execute("ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.05)")
    op.execute("ALTER TABLE sending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)")
    # Rewritten by each claim, none of it indexed: room on the page keeps such an update to the page (HOT).
    for table in ("lanes", "counts"):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 25)")
