"""The narrow queue: a text once for all who get it, what is pending and what is final in tables of their own."""

import hashlib
import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FINAL = "('delivered', 'dead', 'superseded', 'cancelled')"
SAME = ("portal", "kind", "sub_tag", "source", "author", "not_before", "created_at", "receipt_id")
ALL_SAID = ("message", "message_out", "attach", *SAME)
SAID = {
    "sqlite": "CAST(x'00' || message || x'00' || message_out || x'00' || attach AS BLOB)",
    "postgresql": r"'\x00' || convert_to(message, 'UTF8') || '\x00' || convert_to(message_out, 'UTF8') || '\x00' "
    "|| convert_to(attach, 'UTF8')",
}
MARK = {
    "sqlite": "mark_of(o.portal, o.tag)",
    "postgresql": "('x' || substr(encode(sha256(convert_to(o.portal || chr(10) || o.tag, 'UTF8')), 'hex'), 1, 8))"
    "::bit(32)::bigint",
}
LONG = ("texts", "outbox", "outcomes")
"""These are filled without their keys (PostgreSQL; SQLite's key is the table)."""
CACHE_KIB = 131_072
"""While rows move. What does not fit is written before the end, and again when it changes again (SQLite)."""


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


def _mark(portal: str, tag: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{portal}\n{tag}".encode()).digest()[:4])


def upgrade() -> None:
    """Move everything; one transaction, so that an interrupted upgrade has changed nothing.

    Each row is written once, and the indexes are made when all stand.
    """
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _prepare(is_postgresql=is_postgresql)
    _put_aside(is_postgresql=is_postgresql)
    _make()
    if is_postgresql:
        for name in LONG:
            op.drop_constraint(f"{name}_pkey", name)
    for column in _wholes(served=0, claims=0):
        op.add_column("lanes", column)
    _move(time.time())
    _go_on_counting(is_postgresql=is_postgresql)
    if is_postgresql:
        for name in LONG:
            op.create_primary_key(f"{name}_pkey", name, ["id"])
    # Before the old table goes: pages that are freed and used again would be kept in the journal first.
    _make_indexes(is_postgresql=is_postgresql)
    op.drop_table("outbox_old")
    if is_postgresql:
        _tune()


def _prepare(*, is_postgresql: bool) -> None:
    if is_postgresql:
        # A million rows at once: other than the hot path this may walk and sort, and take its time. No hash join: what
        # is joined by id lies in the order of the ids already.
        for setting in ("statement_timeout = 0", "enable_seqscan = on", "enable_mergejoin = on",
                        "work_mem = '128MB'", "maintenance_work_mem = '256MB'"):  # fmt: skip
            op.execute(f"SET LOCAL {setting}")
        return
    driver: Any = op.get_bind().connection.driver_connection
    driver.create_function("mark_of", 2, _mark, deterministic=True)
    op.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _put_aside(*, is_postgresql: bool) -> None:
    # The others go with the table: by them is found what is pending and what is in hand.
    op.drop_index("outbox_key", "outbox")
    op.rename_table("outbox", "outbox_old")
    if is_postgresql:
        op.execute("ALTER INDEX outbox_pkey RENAME TO outbox_old_pkey")
        op.execute("ALTER SEQUENCE outbox_id_seq RENAME TO outbox_old_id_seq")


def _make() -> None:
    op.create_table(
        "texts",
        sa.Column("id", Key, primary_key=True, autoincrement=False),
        *_wholes(last_id=0),
        *_texts("portal"),
        sa.Column("said", sa.LargeBinary, nullable=False),
        *_texts("kind", "sub_tag", "source", "author", "priority"),
        *_moments("not_before", "created_at"),
        sa.Column("receipt_id", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Key, primary_key=True),
        *_texts("key"),
        *_wholes(text_id=0, user_id=0),
        sa.Column("tag", sa.Text, nullable=True),
        sa.Column("mark", sa.BigInteger, nullable=True),
        sqlite_autoincrement=True,
    )
    _make_places()


def _make_places() -> None:
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


def _is_same(name: str) -> str:
    return (
        f"(o.{name} = p.{name} OR (o.{name} IS NULL AND p.{name} IS NULL))"
        if name == "receipt_id"
        else f"o.{name} = p.{name}"
    )


def _move_said() -> None:
    dialect = op.get_bind().dialect.name
    same, columns = " AND ".join(_is_same(name) for name in ALL_SAID), ", ".join(SAME)
    # Those of one submission stand one behind the other: where the text changes, the next begins. The time of
    # acceptance tells most of them apart; the texts themselves are compared only where it is the same.
    _run(
        f"INSERT INTO texts (id, last_id, priority, said, {columns}) "
        f"SELECT id, last_id, 'normal', {SAID[dialect]}, {columns} FROM ("
        "SELECT id AS first_id, lead(id, 1, (SELECT max(id) + 1 FROM outbox_old)) OVER (ORDER BY id) - 1 AS last_id "
        "FROM (SELECT id, created_at, lag(id) OVER w AS before_id, lag(created_at) OVER w AS before_at "
        "FROM outbox_old WINDOW w AS (ORDER BY id)) AS each_one "
        "WHERE before_at IS NULL OR before_at <> created_at OR NOT EXISTS (SELECT 1 FROM outbox_old AS o "
        f"JOIN outbox_old AS p ON p.id = each_one.before_id WHERE o.id = each_one.id AND {same})"
        ") AS firsts JOIN outbox_old ON id = first_id ORDER BY id"
    )
    _run(
        "INSERT INTO outbox (id, key, text_id, user_id, tag, mark) "
        "SELECT o.id, o.key, t.id, o.user_id, "
        "CASE WHEN o.tag = o.sub_tag || '|U' || o.user_id THEN NULL ELSE o.tag END, "
        f"CASE WHEN o.state IN ('pending', 'sending') THEN {MARK[dialect]} END "
        "FROM texts AS t JOIN outbox_old AS o ON o.id BETWEEN t.id AND t.last_id"
    )


def _move(now: float) -> None:
    _move_said()
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
    _run(
        "INSERT INTO counts (portal, state, slot, n) SELECT portal, 'pending', '', count(*) FROM queue GROUP BY portal"
    )
    _run(
        "INSERT INTO counts (portal, state, slot, n) "
        "SELECT portal, state, '', count(*) FROM outbox_old WHERE state = 'dead' GROUP BY portal, state"
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
    _run(f"UPDATE outbox SET mark = NULL WHERE id IN (SELECT id {older})")
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


def _make_indexes(*, is_postgresql: bool) -> None:
    _index("outbox_key", ["key"], unique=True)
    _index("texts_sub_tag", ["sub_tag"])
    _index("texts_author", ["author", "id"])
    _index("texts_receipt", ["receipt_id"], "receipt_id IS NOT NULL")
    if is_postgresql:
        _index("queue_tag", ["tag", "portal"], unique=True)
    else:
        _index("outbox_mark", ["mark"], "mark IS NOT NULL")
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
