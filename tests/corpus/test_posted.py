"""What real programs post to Slack's webhook, as a reader of Bitrix24 sees it drawn: the words that are kept."""

from __future__ import annotations

import json
import statistics

from corpus.test_corpus import body_words, found
from corpus.test_seen import beside, seen
from real_payloads import needed, payloads
from slack_bitrix24.render.attach import compose
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Request
from slack_bitrix24.web.senders.slack import read

pytestmark = needed

KEPT = 0.995
"""Zulip's converter keeps 0.805 of the same bodies, and refuses 41 of 266."""


def test_the_words_of_every_posted_body_are_drawn():
    kept = {}
    for name, body in payloads("webhook"):
        said = list(body_words(body))
        if not said or (isinstance(body, dict) and body.get("client_msg_id")):  # redacted: its text is not its blocks'
            continue
        incoming = read(Request("slack", body=json.dumps(body).encode()), Hook("x"))
        composed = compose(incoming.document)
        shown = set(found(f"{seen(composed)[0]} {beside(composed)}"))
        kept[f"{name} {len(kept)}"] = sum(word in shown for word in said) / len(said)
    mean = statistics.fmean(kept.values())
    print(f"\n{len(kept)} bodies: {mean:.4f} of the words are drawn, the least {min(kept.values()):.3f}")
    assert mean >= KEPT, sorted(kept.items(), key=lambda one: one[1])[:5]
