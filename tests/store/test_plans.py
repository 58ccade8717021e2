"""What the hot path costs stays flat: no statement of it walks the whole outbox, whatever is pending."""

import pytest
import sqlalchemy as sa

from slack_bitrix24.model import Delivered, Retry
from slack_bitrix24.store import Submission


@pytest.fixture
def plans(store, make):
    """Run the hot path over 3,000 pending rows; return its statements with their plans."""
    store.accept(Submission([make(sub_tag=f"s{number}", author="U1") for number in range(3000)]))
    seen = []

    @sa.event.listens_for(store._engines.writer, "before_cursor_execute")
    def see(_connection, _cursor, statement, parameters, _context, _many):
        if "outbox" in statement and not statement.startswith("EXPLAIN"):
            seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    lease = store.write(lambda tx: tx.lanes.hold("main", "a"))
    batch = store.write(lambda tx: tx.lanes.claim(lease, limits=""))
    outcomes = {one.id: Delivered(1) if number % 2 else Retry(9e9, "e") for number, one in enumerate(batch)}
    store.write(lambda tx: tx.lanes.record(lease, outcomes, limits=""))
    store.write(lambda tx: tx.lanes.due_at("main"))
    store.write(lambda tx: tx.outbox.counts())
    store.write(lambda tx: tx.outbox.latest_by("U1"))
    store.write(lambda tx: tx.outbox.recipients_of("s1"))
    store.accept(Submission([make(user=1, tag="x")]))
    store.accept(Submission([make(user=1, tag="x")]))
    sa.event.remove(store._engines.writer, "before_cursor_execute", see)
    how = "EXPLAIN " if store.is_shared else "EXPLAIN QUERY PLAN "
    return [(statement, explain(store, how + statement, parameters)) for statement, parameters in seen]


def explain(store, statement, parameters):
    rows = store.write(lambda tx: tx.connection.exec_driver_sql(statement, parameters).all())
    return "\n".join(str(row[-1]) for row in rows)


def test_no_statement_walks_the_outbox(plans):
    assert len(plans) > 10
    for statement, plan in plans:
        for walk in ("SCAN outbox", "SCAN newer", "Seq Scan on outbox"):
            assert walk not in plan, f"{statement}\n{plan}"


def test_no_statement_walks_a_whole_partial_index(plans):
    """An index scan without a condition is a walk as well (PostgreSQL combines such with a useful one)."""
    for statement, plan in plans:
        lines = plan.split("\n")
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if "Index Scan on outbox" in line or "Index Scan using outbox" in line:
                assert "Cond" in following, f"{statement}\n{plan}"
