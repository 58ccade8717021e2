"""An OAuth application: its tokens come, are renewed once, are kept sealed, and only for its own portal."""

from __future__ import annotations

import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.bitrix24.tokens import FileTokens, MemoryTokens, Seal, Tokens, read_tokens
from slack_bitrix24.errors import Bitrix24Error, Verdict

SERVER = "https://oauth.bitrix24.tech"


class AuthServer:
    """Gives token pairs, each refresh token good once."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.number = 0

    def __call__(self, url):
        self.urls.append(url)
        self.number += 1
        pair = {"access_token": f"access-{self.number}", "refresh_token": f"refresh-{self.number}"}
        more = {
            "client_endpoint": "https://acme.bitrix24.ru/rest/",
            "domain": "oauth.bitrix24.tech",
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "member_id": "m",
            "user_id": 67,
        }
        return 200, json.dumps(pair | more).encode()

    @property
    def last(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.urls[-1]).query).items()}


def _oauth(**more):
    return OAuth("acme.bitrix24.ru", client_id="app.1", client_secret="cl1ent", **{"refresh_token": "first", **more})


def test_first_call_fetches_an_access_token_and_later_ones_use_it():
    get, oauth = AuthServer(), _oauth()
    assert oauth.target("m", get).params == {"auth": "access-1"}
    assert get.last == {
        "grant_type": "refresh_token",
        "refresh_token": "first",
        "client_id": "app.1",
        "client_secret": "cl1ent",
    }
    assert oauth.target("m", get).url == "https://acme.bitrix24.ru/rest/m"
    assert len(get.urls) == 1
    assert oauth.user_id == 67


def test_renewal_goes_to_the_server_that_the_portal_named_with_the_newest_refresh_token():
    get, oauth = AuthServer(), _oauth()
    assert oauth.renew(oauth.target("m", get), get)
    assert get.urls[0].startswith(f"{SERVER}/oauth/token/?")
    assert get.urls[1].startswith("https://oauth.bitrix.info/oauth/token/?")
    assert get.last["refresh_token"] == "refresh-1"


def test_many_threads_renew_once():
    get, oauth = AuthServer(), _oauth()
    used = oauth.target("m", get)
    threads = [threading.Thread(target=oauth.renew, args=(used, get)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(get.urls), oauth.target("m", get).params) == (2, {"auth": "access-2"})


def test_another_nodes_tokens_are_taken_in_place_of_renewing_again():
    get, store = AuthServer(), MemoryTokens()
    one, two = _oauth(store=store), _oauth(store=store)
    used_one, used_two = one.target("m", get), two.target("m", get)
    assert used_one.params == used_two.params
    one.renew(used_one, get)
    two.renew(used_two, get)
    assert len(get.urls) == 2
    assert two.target("m", get).params == {"auth": "access-2"}


def test_new_refresh_token_is_kept_sealed_before_it_is_used(tmp_path):
    path = tmp_path / "tokens"
    _oauth(store=FileTokens(path), key="k").target("m", AuthServer())
    assert b"refresh-1" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert Seal("k").open(path.read_text()).refresh_token == "refresh-1"
    with pytest.raises(Bitrix24Error, match="this key") as caught:
        _oauth(store=FileTokens(path), key="other").target("m", AuthServer())
    assert caught.value.verdict is Verdict.PORTAL


def test_store_that_does_not_keep_the_new_token_stops_its_use():
    class Full(MemoryTokens):
        def save(self, text):
            raise OSError("disk full")

    oauth = _oauth(store=Full())
    with pytest.raises(OSError, match="disk full"):
        oauth.target("m", AuthServer())


def test_newly_configured_refresh_token_wins_over_the_kept_ones():
    get, store = AuthServer(), MemoryTokens()
    _oauth(store=store).target("m", get)
    _oauth(store=store, refresh_token="second").target("m", get)
    assert get.last["refresh_token"] == "second"


def test_application_that_nobody_authorized_says_so():
    with pytest.raises(Bitrix24Error, match="install") as caught:
        _oauth(refresh_token="").target("m", AuthServer())
    assert caught.value.verdict is Verdict.PORTAL


def test_code_of_the_callback_page_brings_tokens():
    get, oauth = AuthServer(), _oauth(refresh_token="")
    assert oauth.start_url("st&te") == "https://acme.bitrix24.ru/oauth/authorize/?client_id=app.1&state=st%26te"
    oauth.authorize("c0de", get)
    assert (get.last["grant_type"], get.last["code"]) == ("authorization_code", "c0de")
    assert oauth.target("m", get).params == {"auth": "access-1"}


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (400, {"error": "invalid_grant"}, Verdict.PORTAL),
        (200, {"error": "wrong_client"}, Verdict.PORTAL),
        (401, {"error": "invalid_client", "error_description": "x"}, Verdict.PORTAL),
        (402, {"error": "PAYMENT_REQUIRED"}, Verdict.PORTAL),
        (200, {"access_token": "a"}, Verdict.AGAIN),
        (200, [], Verdict.AGAIN),
        (500, None, Verdict.AGAIN),
    ],
)
def test_refusals_of_the_authorization_server(status, body, verdict):
    with pytest.raises(Bitrix24Error) as caught:
        read_tokens(status, b"<html>" if body is None else json.dumps(body).encode())
    assert caught.value.verdict is verdict


FORM = {
    "event": "ONAPPINSTALL",
    "data[VERSION]": "1",
    "auth[domain]": "acme.bitrix24.ru",
    "auth[access_token]": "a",
    "auth[refresh_token]": "r",
    "auth[client_endpoint]": "https://acme.bitrix24.ru/rest/",
    "auth[server_endpoint]": "https://oauth.bitrix24.tech/rest/",
    "auth[application_token]": "apptoken",
    "auth[member_id]": "m1",
}


class Installs(AuthServer):
    """Gives tokens for any refresh token, in the name of this member and portal."""

    member, host, refuses = "m1", "acme.bitrix24.ru", ""

    def __call__(self, url):
        status, body = super().__call__(url)
        if self.refuses:
            return 400, json.dumps({"error": self.refuses}).encode()
        told = json.loads(body) | {"member_id": self.member, "client_endpoint": f"https://{self.host}/rest/"}
        return status, json.dumps(told).encode()


def test_installation_without_a_page_brings_tokens_that_were_renewed():
    get, oauth = Installs(), _oauth(refresh_token="")
    assert not oauth.is_from_portal("")
    oauth.install(FORM, get)
    assert (get.last["grant_type"], get.last["refresh_token"]) == ("refresh_token", "r")
    assert get.last["client_secret"]
    assert oauth.target("m", get).params == {"auth": "access-1"}
    assert oauth.is_from_portal("apptoken")
    assert not oauth.is_from_portal("other")


@pytest.mark.parametrize(
    ("change", "answer", "words"),
    [
        ({"event": "ONAPPUPDATE"}, {}, "no installation"),
        ({"auth[application_token]": ""}, {}, "no installation"),
        ({"auth[refresh_token]": ""}, {}, "no installation"),
        ({"auth[member_id]": ""}, {}, "no installation"),
        ({"auth[client_endpoint]": "https://evil.example/rest/"}, {}, "another portal"),
        ({"auth[client_endpoint]": "http://acme.bitrix24.ru/rest/"}, {}, "can't be used"),
        ({}, {"member": "m2"}, "another member"),
        ({"auth[member_id]": "forged"}, {}, "another member"),
        ({}, {"host": "evil.example"}, "another portal"),
        ({}, {"host": "other.bitrix24.ru"}, "another portal"),
        ({}, {"refuses": "invalid_grant"}, "invalid_grant"),
        ({}, {"refuses": "wrong_client"}, "wrong_client"),
    ],
)
def test_installation_that_is_not_proved_changes_nothing(change, answer, words):
    """Anyone may post the form: only what the authorization server says of its refresh token counts."""
    get, store = Installs(), MemoryTokens()
    _oauth(refresh_token="", store=store).install(FORM, get)
    kept = store.load()
    for name, value in answer.items():
        setattr(get, name, value)
    oauth = _oauth(refresh_token="", store=store)
    with pytest.raises(Bitrix24Error, match=words):
        oauth.install(FORM | change, get)
    assert store.load() == kept
    assert oauth.is_from_portal("apptoken")


def test_clients_secret_goes_to_the_configured_server_whatever_a_form_says():
    get, oauth = Installs(), _oauth(refresh_token="")
    for server in ("https://evil.example/rest/", "https://oauth.bitrix.info/rest/"):
        oauth.install(FORM | {"auth[server_endpoint]": server}, get)
    assert [url[: len(SERVER)] for url in get.urls] == [SERVER, SERVER]


def test_secrets_are_named_and_not_shown():
    oauth = _oauth()
    oauth.target("m", AuthServer())
    assert set(oauth.secrets()) >= {"access-1", "refresh-1", "cl1ent", "first"}
    assert not any(secret in repr(oauth) for secret in oauth.secrets())


def test_damaged_tokens_are_not_opened():
    seal = Seal("k")
    for text in ("x", seal._fernet.encrypt(b"[]").decode(), seal._fernet.encrypt(b'{"odd":1}').decode()):
        with pytest.raises(Bitrix24Error):
            seal.open(text)
    assert seal.open(seal.close(Tokens("a"))) == Tokens("a")


def test_memory_and_file_hold_off_others(tmp_path):
    for store in (MemoryTokens(), FileTokens(tmp_path / "t")):
        assert store.load() == ""
        with store.exclusive():
            store.save("x")
        assert store.load() == "x"
