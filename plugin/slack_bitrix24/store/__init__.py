"""WHAT IS KEPT, in SQLite or PostgreSQL.

open_store(url)            Store
Store.accept(Submission)   the hot path: durable when it returns
Store.write(op)            op(Transaction): one transaction, group-committed by one writer thread
Store.read(op)             op(Transaction): one consistent state, in the caller's thread
Transaction                one attribute for each table's questions (transaction.py)

queue/                     what is pending: put in, ranked, claimed, retried; how a notification is kept
letters/                   what comes in and what is answered: inbox, receipts, versions of messages, uploads
page/                      what the page for operators asks
sql/                       the two databases: engines, tables, how statements are made
migrations/                the history of the tables
"""

from slack_bitrix24.store.deadline import within
from slack_bitrix24.store.heartbeats import Pulse
from slack_bitrix24.store.letters.answers import Known
from slack_bitrix24.store.letters.inbox import POST, Kept, Letter
from slack_bitrix24.store.letters.receipts import DueReceipt
from slack_bitrix24.store.letters.standing import Stands
from slack_bitrix24.store.letters.taken import Taking
from slack_bitrix24.store.letters.uploads import Uploaded
from slack_bitrix24.store.letters.versions import Newest
from slack_bitrix24.store.migrations import upgrade
from slack_bitrix24.store.nodes import Node
from slack_bitrix24.store.page.audit import Deed
from slack_bitrix24.store.page.flows import Flow
from slack_bitrix24.store.page.search import Found, Wanted
from slack_bitrix24.store.page.sessions import Session
from slack_bitrix24.store.page.unreached import Unreached
from slack_bitrix24.store.portals import Probed
from slack_bitrix24.store.queue.accept import Accepted, Submission
from slack_bitrix24.store.queue.leases import LaneState, Lease, LeaseLostError, Stop, is_gone, new_owner
from slack_bitrix24.store.queue.outbox import Count, Together
from slack_bitrix24.store.retention import Retention, purge
from slack_bitrix24.store.schedules import Schedule
from slack_bitrix24.store.sql.engine import CALM, PROMPT, Patience
from slack_bitrix24.store.store import Store, open_store
from slack_bitrix24.store.tokens import KeptToken
from slack_bitrix24.store.transaction import Transaction

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
