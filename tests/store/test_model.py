"""Outbox and lanes against a model of them in plain Python: whatever is done in whatever order."""

import os

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from slack_bitrix24.model import Dead, Delivered, Notification, Receipt, Recipient, Retry
from slack_bitrix24.store import LeaseLostError, Submission
from slack_bitrix24.store.sql.columns import METADATA

PORTALS = ("main", "acme")
FINAL = ("delivered", "dead", "superseded", "cancelled")
NEVER = 9e9
DISTANCE = {"high": 1, "normal": 8, "low": 64}


OUTCOMES = {
    "delivered": Delivered(1),
    "dead": Dead("no"),
    "again": Retry(0.0, "e"),
    "ambiguous": Retry(0.0, "e", ambiguous=True),
    "not counted": Retry(0.0, "e", counts=False),
    "later": Retry(NEVER, "e"),
}


class Row:
    """A notification as it should be."""

    def __init__(self, id_, portal, tag, receipt):
        self.id, self.portal, self.tag, self.receipt = id_, portal, tag, receipt
        self.state, self.attempts, self.limit, self.size, self.fence = "pending", 0, 50, 0, 0
        self.wait, self.rank = 0.0, 0


class Machine(RuleBasedStateMachine):
    """Two portals, four tags at each, several holders of which but the last is real."""

    def __init__(self, store):
        super().__init__()
        self.store = store
        store.write(lambda tx: [tx.connection.execute(sa.delete(table)) for table in METADATA.tables.values()])
        self.rows, self.keys, self.leases, self.delivered = {}, {}, {}, []
        self.receipts, self.complete = 0, set()
        self.served, self.claims = dict.fromkeys(PORTALS, 0), dict.fromkeys(PORTALS, 0)

    # What people and nodes do

    @initialize()
    def both_portals_are_held(self):
        for portal in PORTALS:
            self.take_over(portal)

    @rule(
        chosen=st.lists(
            st.tuples(
                st.integers(0, 99), st.sampled_from(PORTALS), st.integers(1, 3), st.sampled_from([False] * 7 + [True])
            ),
            min_size=1,
            max_size=8,
        ),
        receipt=st.booleans(),
        priority=st.sampled_from(sorted(DISTANCE)),
        before=st.sampled_from([0, 0, 40, 500]),
    )
    def accept(self, chosen, receipt, priority, before):
        notifications = [
            Notification(
                f"{portal}-{key}", Recipient(portal, user), "m",
                tag=f"t|U{user}", not_before=later * NEVER, priority=priority,
            )
            for key, portal, user, later in chosen
        ]  # fmt: skip
        answer = Receipt("chat", {"channel": "C", "ts": "1"}) if receipt else None
        self.receipts += bool(receipt)
        accepted = self.store.accept(Submission(notifications, answer, before=before))
        new = {portal: [] for portal in PORTALS}
        for notification, result in zip(notifications, accepted, strict=True):
            assert result.new is (notification.key not in self.keys)
            if not result.new:
                assert self.keys[notification.key] == result.id
                continue
            self.keys[notification.key] = result.id
            row = Row(result.id, notification.recipient.portal, notification.tag, self.receipts if receipt else None)
            row.wait = notification.not_before
            for older in self.open_of(row):
                if older.state == "pending":
                    older.state = "superseded"
            self.rows[row.id] = row
            new[row.portal].append(row)
        for rows in new.values():
            self.line_up(rows, before, DISTANCE[priority])

    def line_up(self, rows, before, distance):
        """Each ranks where the request of fifty would have ended that carries it."""
        for number, row in enumerate(rows, before + 1):
            end = min(before + len(rows), -(-number // 50) * 50) * distance
            row.rank = end if row.wait else self.served[row.portal] + end

    @rule(portal=st.sampled_from(PORTALS))
    def take_over(self, portal):
        lease = self.store.write(lambda tx: tx.lanes.hold(portal, "me", gone=lambda _: True))
        assert lease.fence == len(self.leases.setdefault(portal, [])) + 1
        self.leases[portal].append(lease)
        for row in self.of(portal, "sending"):
            newer = any(other.id > row.id for other in self.open_of(row))
            row.state, row.limit = "superseded" if newer else "pending", max(1, row.size // 2)

    @rule(data=st.data(), limit=st.integers(1, 50))
    def claim(self, data, limit):
        self.claim_these(*self.holder(data), limit=limit)

    def claim_these(self, portal, lease, real, limit):
        try:
            batch = self.store.write(lambda tx: tx.lanes.claim(lease, limit=limit, limits="{}"))
        except LeaseLostError:
            assert not real
            return []
        assert real
        busy = {row.tag for row in self.of(portal, "sending")}
        self.claims[portal] += 1
        for row in self.of(portal, "pending"):
            if 0 < row.wait < NEVER:
                row.wait, row.rank = 0.0, row.rank + self.served[portal]
        ready = [row for row in self.of(portal, "pending") if not row.wait]
        expected = sorted((row for row in ready if row.tag not in busy), key=lambda row: (row.rank, row.id))
        expected = [row for row in expected if row.limit == expected[0].limit][
            : min(limit, expected[0].limit if expected else 0)
        ]
        assert [one.id for one in batch] == [row.id for row in expected]
        self.served[portal] = max([self.served[portal], *(row.rank - 400 for row in expected)])
        for one in batch:
            row = self.rows[one.id]
            assert row.state == "pending"
            assert row.tag not in busy
            row.state, row.attempts, row.size, row.fence = "sending", row.attempts + 1, len(batch), lease.fence
            assert one.attempts == row.attempts
        return batch

    @precondition(lambda self: any(row.state == "sending" for row in self.rows.values()))
    @rule(data=st.data(), kind=st.sampled_from(sorted(OUTCOMES)))
    def record(self, data, kind):
        portal, lease, real = self.holder(data)
        sent = [row.id for row in self.of(portal, "sending")]
        ids = data.draw(st.lists(st.sampled_from([*sent, *sent, *self.rows]), unique=True, min_size=1))
        self.record_these(portal, lease, real, dict.fromkeys(ids, OUTCOMES[kind]))

    @rule(portal=st.sampled_from(PORTALS), kinds=st.lists(st.sampled_from(sorted(OUTCOMES)), min_size=1, max_size=8))
    def send(self, portal, kinds):
        """Claim and record in one step; what has no outcome stays in hand."""
        lease = self.leases[portal][-1]
        batch = self.claim_these(portal, lease, real=True, limit=50)
        outcomes = {one.id: OUTCOMES[kind] for one, kind in zip(batch, kinds, strict=False)}
        self.record_these(portal, lease, real=True, outcomes=outcomes)

    def record_these(self, portal, lease, real, outcomes):
        try:
            states = self.store.write(lambda tx: tx.lanes.record(lease, outcomes, limits="{}"))
        except LeaseLostError:
            assert not real
            return
        assert real
        mine = {id_ for id_ in outcomes if self.rows[id_].state == "sending" and self.rows[id_].portal == portal}
        assert states.keys() == mine
        for id_ in sorted(mine):
            self.settle(self.rows[id_], outcomes[id_])

    @rule(data=st.data())
    def cancel(self, data):
        ids = data.draw(st.lists(st.sampled_from([*self.rows, 0]), unique=True, max_size=1))
        gone = self.store.write(lambda tx: tx.outbox.cancel(ids))
        assert gone == sorted(id_ for id_ in ids if id_ and self.rows[id_].state == "pending")
        for id_ in gone:
            self.rows[id_].state = "cancelled"

    @rule()
    def retry_dead(self):
        dead = [row for row in self.rows.values() if row.state == "dead"]
        again = self.store.write(lambda tx: tx.outbox.retry_dead())
        for row in sorted(dead, key=lambda row: -row.id):
            same = [other for other in self.rows.values() if (other.portal, other.tag) == (row.portal, row.tag)]
            overtaken = any(other.id > row.id and other.state in ("pending", "sending", "delivered") for other in same)
            assert (row.id in again) is not overtaken
            row.state = "superseded" if overtaken else "pending"
            if not overtaken:
                row.attempts, row.wait, row.limit = 0, 0.0, 50
        for portal in PORTALS:
            self.line_up([row for row in dead if row.id in again and row.portal == portal], 0, 8)

    # What must hold

    @invariant()
    def every_row_is_as_the_model_says(self):
        found = {one.id: one for one in self.store.read(lambda tx: tx.outbox.find(limit=10_000))}
        assert {id_: one.state for id_, one in found.items()} == {row.id: row.state for row in self.rows.values()}
        assert all(found[row.id].attempts == row.attempts for row in self.rows.values())

    @invariant()
    def counts_are_right(self):
        counts = self.store.read(lambda tx: tx.outbox.counts())
        for portal in PORTALS:
            for state in ("pending", "sending", "dead"):
                shown = getattr(counts[portal], state) if portal in counts else 0
                assert shown == len(self.of(portal, state))

    @invariant()
    def of_one_tag_one_is_sent_at_a_time_and_newer_ones_last(self):
        for portal in PORTALS:
            tags = [row.tag for row in self.of(portal, "sending")]
            assert len(tags) == len(set(tags))
        newest = {}
        for row in self.delivered:
            assert row.id > newest.get((row.portal, row.tag), 0)
            newest[row.portal, row.tag] = row.id

    @invariant()
    def receipts_are_due_when_all_is_known(self):
        known = {}
        for row in self.rows.values():
            if row.receipt:
                known.setdefault(row.receipt, []).append(row.state in FINAL)
        self.complete |= {receipt for receipt, states in known.items() if all(states)}
        query = sa.text("SELECT count(*) FROM receipts WHERE state = 'waiting'")
        waiting = self.store.read(lambda tx: tx.connection.execute(query).scalar())
        assert waiting == len(known.keys() - self.complete)

    # The model's own

    def of(self, portal, state):
        return [row for row in self.rows.values() if row.portal == portal and row.state == state]

    def open_of(self, row):
        same = [other for other in self.rows.values() if (other.portal, other.tag) == (row.portal, row.tag)]
        return [other for other in same if other.state in ("pending", "sending") and other is not row]

    def holder(self, data):
        portal = data.draw(st.sampled_from(sorted(self.leases)))
        lease = data.draw(st.sampled_from([*self.leases[portal][-1:] * 5, *self.leases[portal][-2:]]))
        return portal, lease, lease is self.leases[portal][-1]

    def settle(self, row, outcome):
        if isinstance(outcome, Retry):
            newer = any(other.id > row.id for other in self.open_of(row))
            row.state, row.wait = "superseded" if newer else "pending", max(outcome.at, 1.0)
            row.rank = max(0, row.rank - self.served[row.portal])
            row.attempts -= not outcome.counts
            if outcome.ambiguous:
                row.limit = max(1, row.size // 2)
        elif isinstance(outcome, Delivered):
            row.state = "delivered"
            self.delivered.append(row)
        else:
            row.state = "dead"


def test_the_store_does_what_the_model_does(store):
    """Promises 1 to 3 over random histories; SOAK=1 runs many more."""
    soak = bool(os.environ.get("SOAK"))
    how = settings(
        max_examples=300 if soak else 20,
        stateful_step_count=30,
        deadline=None,
        # Making a failure small takes minutes on a database.
        phases=[Phase.explicit, Phase.generate, *[Phase.shrink] * soak],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Machine(store), settings=how)
