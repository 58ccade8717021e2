"""The tables of the page for operators: who is signed in, what they did, and who was addressed in vain. No I/O."""

from __future__ import annotations

import sqlalchemy as sa

from slack_bitrix24.store.sql.columns import METADATA, Key, moment, text, whole

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, doc="of the cookie, which is kept nowhere"),
    text("who", "a Slack id; empty = the local password"),
    text("way", "how they signed in; another password makes it void"),
    text("csrf", "what each of its forms must bring"),
    moment("made_at", "when they signed in"),
    moment("until", "when it ends"),
)
sa.Index("sessions_until", SESSIONS.c.until)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", Key, primary_key=True, doc="counts up"),
    moment("at", "when"),
    text("who", "a Slack id; empty = the local password, or nobody yet"),
    text("name", "what people call them"),
    text("peer", "the address that it came from"),
    text("action", "what was done: retry, cancel, resume, …"),
    text("target", "to what: a notification's id, a portal, a schedule"),
    text("outcome", "what came of it: done, or why not"),
    sqlite_autoincrement=True,
)
"""Written in the transaction of what it tells of."""

UNREACHED = sa.Table(
    "unreached",
    METADATA,
    sa.Column("address", sa.Text, primary_key=True, doc="as it was written"),
    text("reason", "why it gave nobody: a word of submit.resolve.Reason"),
    text("source", "which way in addressed it the last time"),
    whole("times", "how often"),
    moment("seen_at", "when it was addressed the last time; retention goes by it"),
)
sa.Index("unreached_seen", UNREACHED.c.seen_at)

FLOWS = sa.Table(
    "flows",
    METADATA,
    whole("minute", "Unix minutes"),
    text("node", "owner string of the process that counted"),
    text("counts", "what went through it in that minute: JSON"),
    sa.PrimaryKeyConstraint("minute", "node"),
)
