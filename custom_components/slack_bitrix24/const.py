"""Names that several files of the integration use."""

DOMAIN = "slack_bitrix24"
RECIPIENT = "recipient"
"""The kind of sub-entry: one for each recipient."""

CONF_ADDRESS = "address"
