"""What is forgotten when."""

import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered
from slack_bitrix24.store import Retention, purge
from slack_bitrix24.store.retention import SLOTS, STEP
from slack_bitrix24.store.sql.schema import COUNTS


def test_what_was_kept_for_long_enough_goes_in_steps(store, put, claim, record):
    put(STEP + 3)
    while batch := claim():
        record({one.id: Delivered(1) if one.id % 5 else Dead("no") for one in batch})
    delivered = len(store.read(lambda tx: tx.outbox.find(state="delivered", limit=2000)))
    assert sum(purge(store).values()) == 0
    gone = purge(store, Retention(delivered=-60.0))
    assert gone.pop("delivered") == delivered
    assert set(gone.values()) == {0}
    assert purge(store, Retention(dead=-60.0))["dead"] == STEP + 3 - delivered
    assert store.read(lambda tx: tx.outbox.find()) == []


def test_counters_of_nodes_that_are_gone_are_put_together(store, put):
    put(3)
    rows = [{"portal": "main", "state": "pending", "slot": f"node-{number}", "n": 2} for number in range(SLOTS)]
    store.write(lambda tx: tx.connection.execute(sa.insert(COUNTS), rows).rowcount)
    purge(store)
    assert store.read(lambda tx: tx.outbox.counts())["main"].pending == 3 + 2 * SLOTS
    assert len(store.read(lambda tx: tx.connection.execute(sa.select(COUNTS)).all())) == 1
