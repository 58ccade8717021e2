"""What the configuration says twice or for nobody, and what of it is a secret."""

from __future__ import annotations

import pytest

from slack_bitrix24.app.warnings import nobody
from slack_bitrix24.config import load, secrets_of
from slack_bitrix24.mapping import MappingFile

BASE = """
[slack]
bot_token = "xoxb-1"
app_token = "xapp-1"
[portals.main]
webhook_url = "https://acme.bitrix24.ru/rest/1/kq3v9mmmmmmmm/"
"""
RELAY = (
    '[[relays]]\nname = "{name}"\nchannels = ["C0ALERTS", "C0{name}"]\nto = ["@oncall", "bitrix24:{name}"]\n{more}\n'
)


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "slack-bitrix24.toml"
        file.write_text(text)
        return load(file, {})

    return read


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ("", "", True),
        ('from = "bots"', 'from = "bots"', True),
        ('from = "bots"', 'from = "anyone"', True),
        ('from = "bots"', 'from = "people"', False),
        ('match = "down"', "", True),
        ('match = "down"', 'match = "down"', True),
        ('match = "down"', 'match = "up"', False),
        ('match = "down"', 'unless = "down"', False),
        ('unless = "test"', 'unless = "test"', True),
        ('kind = "bot"', "", False),
    ],
)
def test_two_relays_that_bring_one_message_twice_are_told(read, tmp_path, first, second, twice):
    (tmp_path / "mapping.yaml").write_text("users:\n  U024BE7LH: 10\ngroups:\n  oncall: [U024BE7LH]\n")
    settings = read(BASE + RELAY.format(name=1_111_111, more=first) + RELAY.format(name=2_222_222, more=second))
    lines = nobody(settings, MappingFile(settings.mapping.file, ["main"]).directory)
    said = "relays.2222222: @oncall gets messages of C0ALERTS twice: relays.1111111 relays it to them too: "
    assert lines == ([f"{said}take it out of one"] if twice else [])


@pytest.mark.parametrize(
    ("database", "hidden"),
    [
        ("sqlite:///slack-bitrix24.db", []),
        ("sqlite:////var/lib/slack-bitrix24/slack-bitrix24.db", []),
        ("postgresql://bridge@db.example/slack-bitrix24", []),
        ("postgresql://bridge:hunter2@db.example/slack-bitrix24", ["hunter2"]),
        ("postgresql://bridge:hunter%2F2@db.example/name", ["hunter%2F2", "hunter/2"]),
        ("postgresql://db.example/name?user=me&password=hunter2", ["hunter2"]),
    ],
)
def test_of_a_database_the_log_hides_the_password_and_not_the_path(read, database, hidden):
    others = secrets_of(read(BASE))
    settings = read(f'database = "{database}"\n{BASE}')
    assert sorted({*secrets_of(settings)} - {*others}) == sorted({*hidden})


@pytest.mark.parametrize(
    "host", ["acme.bitrix24.ru", "portal.company.example", "portal.company.example:8443", "10.20.30.40"]
)
@pytest.mark.parametrize("end", ["", "/"])
def test_of_a_webhook_the_log_hides_the_secret_and_not_the_host(read, host, end):
    url = f"https://{host}/rest/107/kq3v9nnnnnnnn{end}"
    hidden = secrets_of(read(BASE.replace("https://acme.bitrix24.ru/rest/1/kq3v9mmmmmmmm/", url)))
    assert "kq3v9nnnnnnnn" in hidden
    assert not [one for one in hidden if one in f"portal main: {host}: can't be reached"]


@pytest.mark.parametrize(
    "written",
    [
        "postgresql:/me:hunter2@host/name",
        "postgresql//me:hunter2@host/name",
        "me:hunter2@host/name",
        "host=db user=me password=hunter2",
        "mysql://me:hunter2@host/name",
        "mysql://me:hun/ter2@host/name",
    ],
)
def test_a_database_address_that_is_none_is_not_shown_with_its_password(read, written):
    with pytest.raises(Exception, match="database: expected") as raised:
        read(f'database = "{written}"\n{BASE}')
    assert "ter2" not in str(raised.value)
