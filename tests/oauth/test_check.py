"""`slack-bitrix24 check` says in words how an OAuth portal is."""

from __future__ import annotations

import json

import pytest

from oauth_rig import KEY
from slack_bitrix24.cli.checks.check import check

REFUSED = b'{"error": "invalid_grant", "error_description": "gone"}'


@pytest.fixture
def checked(acme, queue, tmp_path, capsys):
    """Check a configuration; return the status and what is found about the portal."""

    def run(text, key=KEY):
        file = tmp_path / "check.toml"
        file.write_text(text, "utf-8")
        status = check(path=file, environ={"SLACK_BITRIX24_KEY": key}, as_json=True)
        said = "".join(capsys.readouterr())
        assert [secret for secret in acme.secrets() if secret in said] == []
        found = next(one for one in json.loads(said) if one["what"] == "bitrix24 acme")
        return status, found["state"], found["text"]

    return run


def test_portal_that_lets_in(acme, checked):
    settings = acme.settings(acme.issue())
    good = (0, "ok", "Portal Owner (1); scopes: department, disk, im, imbot, user")
    assert checked(settings) == good
    assert checked(settings) == good
    assert len(acme.grants) == 1


def test_portal_that_nobody_authorized(acme, checked):
    status, state, text = checked(acme.settings())
    assert (status, state) == (1, "failed")
    assert text.startswith("the application is not authorized yet: install it first")
    assert text.endswith("slack-bitrix24 portal connect acme")


def test_key_that_is_another_than_before(acme, checked):
    settings = acme.settings(acme.issue())
    checked(settings)
    status, state, text = checked(settings, key="another")
    assert (status, state) == (1, "failed")
    assert text.startswith("the kept tokens can't be opened: SLACK_BITRIX24_KEY")
    assert len(acme.grants) == 1
    anew = acme.settings(acme.issue())
    assert checked(anew, key="another")[1] == "ok"


def test_refresh_token_is_not_used_up_where_its_successor_could_not_be_kept(acme, checked, queue, tmp_path):
    settings = acme.settings(acme.issue()).replace("bridge.db", "none.db")
    status, state, text = checked(settings)
    assert (status, state) == (1, "failed")
    assert text.startswith("not tried, because there is no database yet")
    assert acme.grants == []


def test_authorization_that_is_refused(acme, checked):
    acme.answer = lambda _: (400, REFUSED)
    status, state, text = checked(acme.settings(acme.issue()))
    assert (status, state) == (1, "failed")
    said = "invalid_grant: the authorization server gave no token: gone (the application must be authorized again)"
    assert text == f"{said}: connect it again: slack-bitrix24 portal connect acme"
