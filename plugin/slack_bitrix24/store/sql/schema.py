"""The tables, each state and column said once, here. No I/O.

Times are Unix seconds. `Migrations` hold their own frozen copy; a test compares the two on both databases.
"""

from __future__ import annotations

import sqlalchemy as sa

from slack_bitrix24.model import State
from slack_bitrix24.store.sql.columns import METADATA, Key, index, moment, moment_or_none, quoted, text, whole

BATCH_LIMIT = 50
"""Commands in one batch (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html)."""

TEXTS = sa.Table(
    "texts",
    METADATA,
    sa.Column("id", Key, primary_key=True, autoincrement=False, doc="id of the first notification that says it"),
    whole("last_id", "no notification behind this one says it: whose text it is, is found by the ids between"),
    text("portal", "the recipients' portal, a name of the configuration"),
    sa.Column("said", sa.LargeBinary, nullable=False, doc="MESSAGE, MESSAGE_OUT and ATTACH, packed (packing.py)"),
    text("kind", "personal, system or delete"),
    text("sub_tag", "SUB_TAG: the tag without the recipient"),
    text("source", "which way in, for people"),
    text("author", "who asked for it"),
    text("priority", "high, normal or low"),
    moment("not_before", "the time that was asked for; 0 = at once"),
    moment("created_at", "when it was accepted"),
    sa.Column("receipt_id", sa.BigInteger, nullable=True, doc="the receipt that waits for its notifications"),
    text("files", "what a bot uploads after it: JSON, or empty"),
)
"""What is said, once for all who get it at one portal. Written once; gone with its last notification."""

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", Key, primary_key=True, doc="counts up in the order of acceptance; never used again"),
    text("key", "unique: the same event, idempotency key or planned time never owes the same person twice"),
    whole("text_id", "what is said"),
    whole("user_id", "the recipient at the text's portal"),
    sa.Column("tag", sa.Text, nullable=True, doc="TAG on the wire; none = the usual: the text's sub_tag|U<user_id>"),
    sa.Column("mark", sa.BigInteger, nullable=True, doc="what it is found by under its tag (twins.py); none = final"),
    sqlite_autoincrement=True,
)
"""Who is owed what. Written once: what becomes of a notification stands in exactly one of the next three tables."""

QUEUE = sa.Table(
    "queue",
    METADATA,
    text("portal", "portal"),
    moment("wait", "not before this time; 0 = it may go, in the order of the rank"),
    whole("rank", "place in the fair order (fair.py); while it waits: how far behind the head it will come in"),
    whole("id", "the notification"),
    text("tag", "its tag, as on the wire"),
    whole("attempts", "claims that counted"),
    whole("batch_limit", "how many may go with it: halved while it is suspect", default=BATCH_LIMIT),
    moment_or_none("sent_at", "when it was last claimed"),
    text("code", "Bitrix24's code of the last refusal"),
    text("error", "the last refusal in words"),
    sa.Column("receipt_id", sa.BigInteger, nullable=True, doc="the receipt that waits for it"),
    sa.PrimaryKeyConstraint("portal", "wait", "rank", "id"),
    sqlite_with_rowid=False,
)
"""What is pending, and no more than a claim needs. SQLite keeps it in the order in which it goes out."""

# PostgreSQL holds that there is one pending version of a tag at a portal: nodes write at once. A deletion touches no
# index there; in SQLite a claim would rewrite fifty of its pages, so there `outbox_mark` serves (twins.py).
sa.Index("queue_tag", QUEUE.c.tag, QUEUE.c.portal, unique=True, info={"only": "postgresql"})
sa.Index("queue_id", QUEUE.c.id, unique=True)
# For the turn of those that waited longest. It leads to them whatever a planner knows of the portal: nothing is sorted.
sa.Index("queue_age", QUEUE.c.portal, QUEUE.c.wait, QUEUE.c.id)

SENDING = sa.Table(
    "sending",
    METADATA,
    text("portal", "portal"),
    text("tag", "its tag: one of each is under way at a time"),
    whole("id", "the notification"),
    whole("fence", "fence of the lease that claimed it"),
    whole("rank", "its rank, for when it comes back"),
    whole("attempts", "claims that counted, this one included; written before the request"),
    whole("batch_size", "how many were claimed with it"),
    whole("batch_limit", "how many may go with it", default=BATCH_LIMIT),
    moment("sent_at", "when it was claimed"),
    sa.Column("receipt_id", sa.BigInteger, nullable=True, doc="the receipt that waits for it"),
    sa.PrimaryKeyConstraint("portal", "tag"),
    sqlite_with_rowid=False,
)
"""What is in hand: at most a few requests of a portal."""

OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("id", Key, primary_key=True, autoincrement=False, doc="the notification"),
    text("state", "delivered, dead, superseded or cancelled; see model.State"),
    whole("attempts", "claims that counted"),
    moment_or_none("sent_at", "when it was last claimed"),
    moment("finished_at", "when it became final; retention goes by it"),
    sa.Column("bitrix24_id", sa.BigInteger, nullable=True, doc="Bitrix24's id of the notification"),
    text("code", "Bitrix24's code of the last refusal"),
    text("error", "the last refusal in words"),
)
"""What is final. A row is added as it becomes so, and leaves by a retry by hand or with the notification."""

DEAD = quoted(State.DEAD)


sa.Index("outbox_key", OUTBOX.c.key, unique=True)
sa.Index("outbox_mark", OUTBOX.c.mark, sqlite_where=OUTBOX.c.mark.isnot(None), info={"only": "sqlite"})
sa.Index("texts_sub_tag", TEXTS.c.sub_tag)
sa.Index("texts_author", TEXTS.c.author, TEXTS.c.id)
index("texts_receipt", TEXTS.c.receipt_id, where=TEXTS.c.receipt_id.isnot(None))
index("outcomes_finished", OUTCOMES.c.finished_at, where=OUTCOMES.c.state != DEAD)
index("outcomes_dead", OUTCOMES.c.id, where=OUTCOMES.c.state == DEAD)
# The page looks for these three: a state that is rare, all of one person, all of one way in.
TAKEN_BACK = OUTCOMES.c.state.in_([quoted(State.SUPERSEDED), quoted(State.CANCELLED)])
index("outcomes_taken_back", OUTCOMES.c.id, where=TAKEN_BACK)
sa.Index("outbox_user", OUTBOX.c.user_id, OUTBOX.c.id)
sa.Index("texts_source", TEXTS.c.source, TEXTS.c.id)

COUNTS = sa.Table(
    "counts",
    METADATA,
    text("portal", "portal"),
    text("state", "pending or dead"),
    text("slot", "which writer keeps this share, so that no two nodes wait for one row"),
    whole("n", "share; only the sum over all slots means anything"),
    sa.PrimaryKeyConstraint("portal", "state", "slot"),
)

LANES = sa.Table(
    "lanes",
    METADATA,
    sa.Column("portal", sa.Text, primary_key=True, doc="portal"),
    text("owner", "who holds the lease, or empty"),
    moment("until", "when the lease ends unless it is renewed"),
    whole("fence", "one more at each hold: an older holder's claim and record are refused"),
    whole("clean", "1 when the last holder released it, so that `limits` is the whole truth", default=1),
    text("limits", "the state of the portal's limits as JSON; written with each claim and record"),
    whole("served", "how far the fair order has come: where what is accepted now lines up"),
    whole("claims", "one more at each claim: now and then it is the turn of those that waited longest"),
    text("stop_code", "why the portal is stopped: Bitrix24's code; empty = it is not"),
    text("stop_reason", "the same in words"),
    moment("stopped_at", "since when"),
    moment("probe_at", "when one notification may be tried"),
)

INBOX = sa.Table(
    "inbox",
    METADATA,
    sa.Column("id", Key, primary_key=True, doc="counts up in the order of arrival"),
    text("key", "unique: the sender's id of the event; kept at least 26 h, longer than Slack repeats"),
    text("kind", "what the worker takes it for"),
    text("payload", "JSON, as it came"),
    text("order_key", "rows with the same one are worked on one after the other; empty = in any order"),
    text("state", "new (added, or to be tried again) → working (claimed) → done | failed (both final)"),
    whole("attempts", "claims"),
    moment("due_at", "not before; 0 = at once"),
    text("owner", "who works on it"),
    moment("until", "when the claim ends unless it is finished"),
    text("error", "what went wrong the last time"),
    moment("received_at", "when it was added"),
    moment_or_none("finished_at", "when it became done or failed"),
    sqlite_autoincrement=True,
)
INBOX_OPEN = INBOX.c.state.in_([quoted("new"), quoted("working")])
sa.Index("inbox_key", INBOX.c.key, unique=True)
index("inbox_open", INBOX.c.id, where=INBOX_OPEN)
index("inbox_open_order", INBOX.c.order_key, INBOX.c.id, where=INBOX_OPEN)
index("inbox_final", INBOX.c.finished_at, where=INBOX.c.finished_at.isnot(None))

VERSIONS = sa.Table(
    "versions",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True, doc="channel:ts of a Slack message; no relay's own"),
    text("version", "the greatest Slack time stamp seen of it, 17 characters, so that the order of text is the one"),
    whole("deleted", "1 when its deletion was seen: nothing comes after that"),
    moment("seen_at", "when the last that stood came; retention goes by it"),
)
sa.Index("versions_seen", VERSIONS.c.seen_at)

RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False, doc="random, so that it is known before"),
    text("kind", "response_url or chat"),
    text("target", "where to, JSON"),
    text("language", "en or ru"),
    text("names", "recipients' names, JSON"),
    text("notes", "lines of the first answer that stay in the last, JSON"),
    text("state", "waiting (for outcomes) → due → working (claimed) → done | failed; working → due to try again"),
    whole("missing", "notifications whose outcome is not known"),
    whole("uses", "claims; a response_url bears five uses"),
    moment("accepted_at", "when it was created"),
    moment("due_at", "not before; while waiting: when it is told that there is no outcome yet, or for the last time"),
    text("owner", "who works on it"),
    moment("until", "when the claim ends unless it is finished"),
    text("error", "what went wrong the last time"),
    moment_or_none("finished_at", "when it became done or failed"),
)
RECEIPTS_OPEN = RECEIPTS.c.finished_at.is_(None)
index("receipts_due", RECEIPTS.c.due_at, where=RECEIPTS_OPEN)
index("receipts_final", RECEIPTS.c.finished_at, where=RECEIPTS.c.finished_at.isnot(None))

SCHEDULES = sa.Table(
    "schedules",
    METADATA,
    sa.Column("id", Key, primary_key=True, doc="what a person cancels by"),
    text("key", 'unique: "config:<name>" or "reminder:<uuid>"'),
    text("kind", "schedule (of the configuration) or reminder"),
    text("owner", "whose reminder it is, a Slack id"),
    text("title", "name for people"),
    text("text", "what is sent, mrkdwn"),
    text("addresses", "to whom, a JSON list"),
    text("rule", "when, as when.dump writes it"),
    text("zone", "IANA zone of the rule"),
    text("phrase", "the words it was made from"),
    moment_or_none("next_at", "the next planned time; none when the series is over"),
    moment_or_none("snoozed_until", "one more time beside the series"),
    moment_or_none("fired_at", "the last planned time that fired"),
    text(
        "state",
        "active (by put) ⇄ paused (by a person) → done (the series is over) | cancelled (by a person); both final",
    ),
    text("catch_up", "latest, all or skip"),
    moment("catch_up_within", "how late it may still be, seconds"),
    text("extra", "pictures, files, channel, language, team: JSON"),
    moment("created_at", "when it was made"),
    moment("held_until", "what is due is tried again then, because somebody was not reached; 0 = it is not held"),
    text("error", "why the last fire reached nobody, or not all; empty = it did"),
    sqlite_autoincrement=True,
)
sa.Index("schedules_key", SCHEDULES.c.key, unique=True)
index("schedules_next", SCHEDULES.c.next_at, where=SCHEDULES.c.next_at.isnot(None))
index("schedules_snoozed", SCHEDULES.c.snoozed_until, where=SCHEDULES.c.snoozed_until.isnot(None))

LISTENING = sa.Table(
    "listening",
    METADATA,
    text("relay", "a relay of the configuration, by name; stays when the relay goes"),
    text("channel", "a channel of it; empty = any"),
    moment("since", "when it was first configured: older messages that are edited are no news"),
    sa.PrimaryKeyConstraint("relay", "channel"),
)

MOVED = sa.Table(
    "moved",
    METADATA,
    sa.Column("old", sa.Text, primary_key=True, doc="the id that a Slack channel had"),
    text("new", "the one that it has"),
    moment("moved_at", "when Slack said so"),
)

TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column("portal", sa.Text, primary_key=True, doc="portal"),
    sa.Column("blob", sa.LargeBinary, nullable=True, doc="the tokens, encrypted by the caller; none before the first"),
    whole("version", "one more at each save; a save on an older one is refused"),
    text("owner", "who renews them just now"),
    moment("until", "when that claim ends"),
)

DOUBTS = sa.Table(
    "doubts",
    METADATA,
    sa.Column("id", Key, primary_key=True, autoincrement=False, doc="the notification"),
    text("state", "open: an attempt may have arrived → asked (again, by a person) → twice: delivered after it"),
    moment("at", "since when; retention goes by it"),
)
sa.Index("doubts_at", DOUBTS.c.at)

BOTS = sa.Table(
    "bots",
    METADATA,
    sa.Column("portal", sa.Text, primary_key=True, doc="portal"),
    text("code", "the code that it is registered under, unique in the portal"),
    text("token", "its secret, encrypted by the caller; kept before it is registered"),
    whole("bot_id", "its user id there; 0 = not registered yet"),
    moment("registered_at", "when it was registered, or found to be"),
    text("owner", "which process asks it for clicks"),
    moment("until", "when that claim ends"),
    whole("heard", "the offset up to which its events were worked off"),
    moment("heard_at", "when it was asked last, or first claimed"),
    whole("deaf", "1 when administrators were told that it can't be asked"),
)

TAKEN = sa.Table(
    "taken",
    METADATA,
    sa.Column("tag", sa.Text, primary_key=True, doc="sub-tag of the notifications"),
    text("by", "who took it, a name for people"),
    moment("at", "when; retention goes by it"),
)
sa.Index("taken_at", TAKEN.c.at)

PORTALS = sa.Table(
    "portals",
    METADATA,
    sa.Column("portal", sa.Text, primary_key=True, doc="a name of the configuration"),
    text("sign_in", "digest of how it was signed in when its tags were asked for; another one asks anew"),
    text("tags", "yes, no or unknown (the question was refused); empty = never asked"),
    text("reason", "why it is unknown, in words"),
    moment("probed_at", "when that was asked"),
    text("install_path", "digest of the one-time path at which an installation is taken; empty = nowhere"),
    moment("install_until", "until when"),
    moment("installed_at", "when the last installation was taken"),
)

NODES = sa.Table(
    "nodes",
    METADATA,
    sa.Column("node", sa.Text, primary_key=True, doc="owner string of a process"),
    text("roles", "what it runs, comma separated"),
    moment("seen_at", "its last heartbeat"),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    text("hook", "the webhook whose sender gave the key"),
    text("key", "Idempotency-Key of the request"),
    text("digest", "names the request: its address and body; another one under the same key is refused"),
    text("answer", "status, body and headers, JSON"),
    moment("made_at", "when it was answered; known for 24 hours"),
    sa.PrimaryKeyConstraint("hook", "key"),
)
sa.Index("answers_made", ANSWERS.c.made_at)

HEARTBEATS = sa.Table(
    "heartbeats",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True, doc="of the configuration"),
    moment("seen_at", "the last beat; there is no row before the first"),
    moment("silent_since", "the beat behind which its silence was told; 0 = it lives"),
)

LOOKS = sa.Table(
    "looks",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True, doc="which look: there is one"),
    text("night", "ISO date of the last night in which it was taken"),
    text("found", "what was wrong then: JSON, one text each"),
)

STANDING = sa.Table(
    "standing",
    METADATA,
    sa.Column("tag", sa.Text, primary_key=True, doc="sub-tag of the notifications"),
    text("recipients", "who has what was said last under it: JSON, portal and user id each"),
    whole("over", "1 when that was its end: a resolved alert"),
    moment("changed_at", "when something was last said; retention goes by it"),
)
sa.Index("standing_changed", STANDING.c.changed_at)

UPLOADS = sa.Table(
    "uploads",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True, doc="what its sender calls it afterwards"),
    text("hook", "the webhook whose sender announced it"),
    text("name", "file name"),
    text("ticket", "a secret part of the address that takes the bytes"),
    sa.Column("content", sa.LargeBinary, nullable=True, doc="the bytes; none before they have come"),
    moment("begun_at", "when it was announced; retention goes by it"),
)
sa.Index("uploads_ticket", UPLOADS.c.ticket, unique=True)
sa.Index("uploads_begun", UPLOADS.c.begun_at)
