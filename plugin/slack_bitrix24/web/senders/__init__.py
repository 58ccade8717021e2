"""One small file for each kind of body; to add one: `docs/how-to/add-a-sender.md`."""

from slack_bitrix24.web.senders import alertmanager, slack
from slack_bitrix24.web.senders.sender import Sender

SENDERS: dict[str, Sender] = {sender.name: sender for sender in (slack.SENDER, alertmanager.SENDER)}
"""Every sender by name. The order is that of the look for a path."""
