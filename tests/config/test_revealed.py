"""What the log hides: every secret, alone and in its address, and nothing that a reader needs to find the fault."""

from __future__ import annotations

# ruff: noqa: E501 - a line of the table reads as one
import pytest

from slack_bitrix24.config import load
from slack_bitrix24.config.revealed import secrets_of

HOOK = "https://portal.example.com/rest/1/kq3v9hookS3cr3t/"


def hidden(tmp_path, text):
    path = tmp_path / "b24.toml"
    path.write_text(text if "[portals" in text else f'{text}\n[portals.main]\nwebhook_url = "{HOOK}"\n', "utf-8")
    return secrets_of(load(path, {}))


@pytest.mark.parametrize(
    ("text", "hides", "shows"),
    [
        ('database = "sqlite:////var/lib/slack-bitrix24/slack-bitrix24.db"', (), "/var/lib/slack-bitrix24/slack-bitrix24.db"),
        ("", ("kq3v9hookS3cr3t",), "portal.example.com: can't be reached"),
        ('database = "postgresql://bridge@database.example.com/slack_bitrix24"', (), "database postgresql://bridge@database.example.com/slack_bitrix24"),
        ('database = "postgresql://bridge:p4ssw0rd@database.example.com/notifications"', ("p4ssw0rd",), "bridge@database.example.com/notifications"),
        ('database = "postgresql://bridge:p4ss%2Fw0rd@database.example.com/x"', ("p4ss/w0rd", "p4ss%2Fw0rd"), "database.example.com"),
        ('database = "postgresql://bridge@database.example.com/x?password=qu3rypass&sslmode=require"', ("qu3rypass",), "sslmode=require"),
        ('[slack]\nbot_token = "xoxb-hidden"\napp_token = "xapp-hidden"', ("xoxb-hidden", "xapp-hidden"), "https://slack.com/api"),
        ('[[webhooks]]\nname = "monitoring"\ntoken = ["firstT0ken0123456", "secondT0ken012345"]\nto = ["@oncall"]', ("firstT0ken0123456", "secondT0ken012345"), "monitoring"),
        ('[portals.acme]\ndomain = "acme.bitrix24.ru"\nclient_id = "app.1"\nclient_secret = "cl13ntS3cr3t"\nrefresh_token = "r3fr3shT0ken"', ("cl13ntS3cr3t", "r3fr3shT0ken"), "acme.bitrix24.ru"),
    ],
)  # fmt: skip
def test_a_line_with_it(tmp_path, text, hides, shows):
    secrets = hidden(tmp_path, text)
    for secret in hides:
        assert any(one in secret for one in secrets), secret
    assert [one for one in secrets if one in shows] == []
