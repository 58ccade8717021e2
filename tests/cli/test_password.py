"""`password`: the hash that the configuration takes, and no password that is shown or too short."""

from __future__ import annotations

import io

import pytest

from slack_bitrix24.config import load
from slack_bitrix24.errors import ConfigurationError
from slack_bitrix24.web.page.passwords import is_right

PASSWORD = "correct horse battery"


@pytest.fixture
def read(monkeypatch, run):
    """Return a function that gives the command a text to read."""

    def told(text):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return run("password", "-")

    return told


@pytest.mark.parametrize("ends", ["", "\n", "\r\n", "\nanother line\n"])
def test_the_hash_of_what_is_read_opens_the_page(read, ends):
    ended = read(PASSWORD + ends)
    assert ended.status == 0
    kept = ended.out.strip()
    assert is_right(PASSWORD, kept)
    assert not is_right(PASSWORD + "x", kept)
    assert PASSWORD not in ended.out + ended.err


@pytest.mark.parametrize("text", ["", "\n", "short", "x" * 11, "x" * 2000])
def test_what_is_too_short_or_too_long_is_no_password(read, text):
    ended = read(text)
    assert (ended.status, ended.out) == (1, "")
    assert "12 characters" in ended.err


def configured(tmp_path, web, slack=""):
    file = tmp_path / "slack-bitrix24.toml"
    file.write_text(f'[portals.main]\nwebhook_url = "https://a.example/rest/1/x/"\n{slack}\n[web]\n{web}\n')
    return load(file, {})


@pytest.mark.parametrize("kept", ["correct horse battery", "correct", "$2b$12$abc", "", "$argon2i$v=19$x", "12"])
def test_the_password_itself_is_no_hash_and_is_not_repeated(tmp_path, kept):
    with pytest.raises(ConfigurationError) as caught:
        configured(tmp_path, f'page = true\npage_password = "{kept}"')
    assert "slack-bitrix24 password" in str(caught.value)
    assert not kept or kept not in str(caught.value).replace("not the password", "")


def test_a_page_that_nobody_can_enter_is_a_warning(tmp_path):
    assert any("nobody can sign in" in line for line in configured(tmp_path, "page = true").warnings)
    kept = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA"
    assert configured(tmp_path, f'page = true\npage_password = "{kept}"').warnings == ()
    assert configured(tmp_path, "port = 1").warnings == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('client_id = "1.2"', "client_secret: expected a text"),
        ('client_secret = "s"', "client_id: expected a client id"),
        ('client_id = "A123"\nclient_secret = "s"', "client_id: expected a client id"),
    ],
)
def test_sign_in_with_slack_takes_both_halves(tmp_path, line, said):
    slack = f'[slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\n{line}'
    with pytest.raises(ConfigurationError, match=said):
        configured(tmp_path, "page = true", slack)
