"""Times in words, English and Russian, and when they fire: pure, no I/O.

A phrase becomes tokens (`tokens`), a `Reading` (`grammar`) and a rule (`resolve`); a rule fires (`fires`) and is said
in words (`describe`).
"""

from slack_bitrix24.when.describe import Language, describe
from slack_bitrix24.when.fires import cron, fires_between, next_after
from slack_bitrix24.when.phrase import parse, split
from slack_bitrix24.when.refusal import RefusalError, explain
from slack_bitrix24.when.rule import Cron, Once, Recurring, Rule, Several, dump, known_zone, load

__all__ = [
    "Cron",
    "Language",
    "Once",
    "Recurring",
    "RefusalError",
    "Rule",
    "Several",
    "cron",
    "describe",
    "dump",
    "explain",
    "fires_between",
    "known_zone",
    "load",
    "next_after",
    "parse",
    "split",
]
