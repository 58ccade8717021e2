"""The parts that the tests' configurations are made of, as `str.format` takes them."""

HEAD = """\
database = "sqlite:///bridge.db"
timezone = "Europe/Minsk"

[slack]
bot_token = {{ env = "TEST_BOT_TOKEN" }}
app_token = {{ env = "TEST_APP_TOKEN" }}
api_url = "{slack}"
"""
"""The beginning: `slack` is the address of the Web API."""

APPLICATION = """
[portals.main]
domain = "{portal}"
client_id = "{client_id}"
client_secret = {{ env = "TEST_CLIENT_SECRET" }}
refresh_token = {{ env = "TEST_REFRESH_TOKEN" }}
oauth_url = "{portal}"
plan = "enterprise"
"""
"""A portal that keeps tags."""

WEBHOOK = """
[portals.main]
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}
"""
"""A portal that keeps none by Bitrix24's server source."""

MAPPED = """
[mapping]
file = "mapping.yaml"
"""

WEB = """
[web]
port = {web}
"""

ADMIN = """
[permissions]
admin = ["U024BE7LH"]
"""

ALERTS = """
[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
to = ["@oncall"]
"""
"""A relay; lines that are added belong to it."""
