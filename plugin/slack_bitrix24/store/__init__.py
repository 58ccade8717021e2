"""WHAT IS KEPT, in SQLite or PostgreSQL.

open_store(url)            Store
Store.accept(Submission)   the hot path: durable when it returns
Store.write(op)            op(Transaction): one transaction, group-committed by one writer thread
Store.read(op)             op(Transaction): one consistent state, in the caller's thread
Transaction                one attribute for each table's questions (transaction.py)

The files, by what they are about:

the queue                  accept, outbox, pending, fair, twins, retries, doubts; lanes, leases, claims, steps: who
                           sends next; packing, stored: how a notification is kept
what comes in and goes     inbox, runs, receipts, answers, uploads, standing, taken, versions, channels, heartbeats,
                           schedules
who runs, and portals      nodes, looks, portals, tokens, bots
the page for operators     search, wording, sessions, audit, unreached, flows
transactions               writer, group, transaction, work, store; deadline, silence, failures: what may go wrong
the two databases          engine, clock, wake; columns, schema, page_tables, migrations; prepared, jsonrows,
                           inserting, cleaning: statements
as a whole                 retention, transfer, examination
"""

from slack_bitrix24.store.accept import Accepted, Submission
from slack_bitrix24.store.answers import Known
from slack_bitrix24.store.audit import Deed
from slack_bitrix24.store.deadline import within
from slack_bitrix24.store.engine import CALM, PROMPT, Patience
from slack_bitrix24.store.flows import Flow
from slack_bitrix24.store.heartbeats import Pulse
from slack_bitrix24.store.inbox import POST, Kept, Letter
from slack_bitrix24.store.leases import LaneState, Lease, LeaseLostError, Stop, is_gone, new_owner
from slack_bitrix24.store.migrations import upgrade
from slack_bitrix24.store.nodes import Node
from slack_bitrix24.store.outbox import Count, Together
from slack_bitrix24.store.portals import Probed
from slack_bitrix24.store.receipts import DueReceipt
from slack_bitrix24.store.retention import Retention, purge
from slack_bitrix24.store.schedules import Schedule
from slack_bitrix24.store.search import Found, Wanted
from slack_bitrix24.store.sessions import Session
from slack_bitrix24.store.standing import Stands
from slack_bitrix24.store.store import Store, open_store
from slack_bitrix24.store.taken import Taking
from slack_bitrix24.store.tokens import KeptToken
from slack_bitrix24.store.transaction import Transaction
from slack_bitrix24.store.unreached import Unreached
from slack_bitrix24.store.uploads import Uploaded
from slack_bitrix24.store.versions import Newest

__all__ = [
    "CALM",
    "POST",
    "PROMPT",
    "Accepted",
    "Count",
    "Deed",
    "DueReceipt",
    "Flow",
    "Found",
    "Kept",
    "KeptToken",
    "Known",
    "LaneState",
    "Lease",
    "LeaseLostError",
    "Letter",
    "Newest",
    "Node",
    "Patience",
    "Probed",
    "Pulse",
    "Retention",
    "Schedule",
    "Session",
    "Stands",
    "Stop",
    "Store",
    "Submission",
    "Taking",
    "Together",
    "Transaction",
    "Unreached",
    "Uploaded",
    "Wanted",
    "is_gone",
    "new_owner",
    "open_store",
    "purge",
    "upgrade",
    "within",
]
