r"""What becomes of a notification on its way to a reader's eyes. No I/O.

    text  ->  stored  ->  delivered  ->  drawn (the centre), push (the telephone)
                    \->  mail (the copy for whoever has not read it in ten minutes)

The rules are those of Bitrix24 server source, main 26.150 (2026-03), and of the web client of 2025, told in our own
words: whoever writes for a portal can ask here which words arrive.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal.seen.card import card, card_words
from slack_bitrix24.sandbox.portal.seen.drawn import drawn, tree
from slack_bitrix24.sandbox.portal.seen.mail import Mail, mail
from slack_bitrix24.sandbox.portal.seen.push import push
from slack_bitrix24.sandbox.portal.seen.text import delivered, stored

__all__ = ["Mail", "card", "card_words", "delivered", "drawn", "mail", "push", "stored", "tree"]
