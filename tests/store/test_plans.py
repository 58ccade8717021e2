"""What the hot path costs stays flat: no statement of it walks a long table, whatever is pending or done."""

import re

import pytest
import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered, Retry
from slack_bitrix24.store import Submission
from slack_bitrix24.store.queue.fair import TURN

LONG = "outbox|texts|queue|outcomes"


@pytest.fixture
def plans(store, make):
    """Run the hot path over 3,000 pending rows; return its statements with their plans."""
    store.accept(Submission([make(sub_tag=f"s{number}", author="U1") for number in range(3000)]))
    seen = []

    @sa.event.listens_for(store._engines.writer, "before_cursor_execute")
    def see(_connection, _cursor, statement, parameters, _context, _many):
        if re.search(LONG, statement) and not statement.startswith("EXPLAIN"):
            seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    lease = store.write(lambda tx: tx.lanes.hold("main", "a"))
    batch = store.write(lambda tx: tx.lanes.claim(lease, limits=""))
    kinds = (Delivered(1), Retry(9e9, "e"), Dead("no"))
    outcomes = {one.id: kinds[number % 3] for number, one in enumerate(batch)}
    store.write(lambda tx: tx.lanes.record(lease, outcomes, limits=""))
    for _ in range(TURN):
        store.write(lambda tx: tx.lanes.claim(lease, limit=1, limits=""))
    store.write(lambda tx: tx.lanes.hold("main", "a"))
    store.write(lambda tx: tx.lanes.due_at("main"))
    store.write(lambda tx: tx.outbox.counts())
    store.write(lambda tx: tx.outbox.get(batch[0].id))
    store.write(lambda tx: tx.outbox.latest_texts("U1"))
    store.write(lambda tx: tx.outbox.recipients_of("s1"))
    store.write(lambda tx: tx.outbox.retry_dead())
    store.write(lambda tx: tx.outbox.cancel([batch[1].id]))
    store.accept(Submission([make(user=1, tag="x")]))
    store.accept(Submission([make(user=1, tag="x")]))
    store.accept(Submission([make(user=1, tag="x")]))
    sa.event.remove(store._engines.writer, "before_cursor_execute", see)
    how = "EXPLAIN " if store.is_shared else "EXPLAIN QUERY PLAN "
    return [(statement, explain(store, how + statement, parameters)) for statement, parameters in seen]


def explain(store, statement, parameters):
    rows = store.write(lambda tx: tx.connection.exec_driver_sql(statement, parameters).all())
    return "\n".join(str(row[-1]) for row in rows)


def test_no_statement_walks_a_long_table(plans):
    assert len(plans) > 20
    for statement, plan in plans:
        walk = re.search(rf"(SCAN|Seq Scan on) ({LONG})\b.*", plan)
        in_order = walk and "INDEX" in walk[0] and "LIMIT" in statement  # ends after so many
        assert not walk or in_order, f"{statement}\n{plan}"


def test_no_statement_walks_all_that_a_portal_has(plans):
    """In SQLite the queue lies in the order of its key, which begins with the portal: by that alone it is a walk."""
    for statement, plan in plans:
        walk = re.search(rf"SEARCH ({LONG}) USING [A-Z ]+( \w+)? \(portal=\?\)", plan)
        assert not walk or "LIMIT" in statement, f"{statement}\n{plan}"


def test_nothing_of_a_claim_is_sorted(plans):
    """It is read in the order in which it lies: by rank, and in the turn of age by age."""
    claims = [(statement, plan) for statement, plan in plans if "FROM queue" in statement and "LIMIT" in statement]
    assert len(claims) > 3
    for statement, plan in claims:
        assert not re.search(r"Sort|TEMP B-TREE", plan), f"{statement}\n{plan}"


def test_no_statement_walks_a_whole_index(plans):
    """An index scan without a condition is a walk as well (PostgreSQL combines such with a useful one)."""
    for statement, plan in plans:
        lines = plan.split("\n")
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if re.search(rf"Index (Only )?Scan.* (on|using) ({LONG})", line) and "LIMIT" not in statement:
                assert "Cond" in following, f"{statement}\n{plan}"


@pytest.mark.postgres
def test_what_is_looked_for_is_planned_for_each_time(store):
    """A plan that is kept does not know whether a way in was used once or always; what is written is always the few."""
    if not store.is_shared:
        pytest.skip("SQLite plans once, by its statistics")
    mode = sa.text("SHOW plan_cache_mode")
    assert store.read(lambda tx: tx.connection.execute(mode).scalar_one()) == "force_custom_plan"
    assert store.write(lambda tx: tx.connection.execute(mode).scalar_one()) == "auto"
