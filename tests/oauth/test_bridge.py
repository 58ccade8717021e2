"""A bridge that signs in as an OAuth application: real processes, a real database, the sandbox portal."""

from __future__ import annotations

import json

import requests

from oauth_rig import arrived, bodies, client, notify, reason
from slack_bitrix24.app.installing import digest, expect, new_path
from slack_bitrix24.bitrix24.rest import Call
from waiting import until

PROFILE = Call("profile")


def assert_no_secret(acme, folder, *texts):
    """Look into everything that was written: logs, database, metrics."""
    written = [path.read_bytes() for path in folder.iterdir() if path.suffix != ".toml"]
    seen = b"\n".join([*written, *(text.encode() for text in texts)])
    assert [secret for secret in acme.secrets() if secret.encode() in seen] == []


def test_tokens_come_are_renewed_when_they_expire_and_outlive_the_process(acme, run, queue, tmp_path):
    settings = acme.settings(acme.issue())
    notify(queue, "first", 10)
    node = run(settings).start().ready()
    until(lambda: arrived(acme, "first", 10))
    assert len(acme.grants) == 1
    assert "CLIENT_ID" not in bodies(acme)
    assert "first|U10" in bodies(acme)

    acme.expire()
    notify(queue, "expired", *range(10, 75))
    until(lambda: arrived(acme, "expired", *range(10, 75)), timeout=15)
    assert len(acme.grants) == 2

    # The authorization server says all that it was asked: the portal waits, and nobody hears of it.
    acme.answer = lambda query: (200, json.dumps({"error": "wrong_client", "error_description": f"{query}"}).encode())
    acme.expire()
    notify(queue, "kept", 10, 12)
    until(lambda: "wrong_client" in reason(queue))
    assert "\n" not in reason(queue)
    metrics = node.get("/metrics").text
    assert 'lane_up{portal="acme"} 0' in metrics
    assert_no_secret(acme, tmp_path, metrics, reason(queue))
    acme.answer = None
    queue.write(lambda tx: tx.lanes.resume("acme"))
    until(lambda: arrived(acme, "kept", 10, 12))
    node.stop()
    assert "Traceback" not in node.log.read_text()

    acme.grants.clear()
    with client(queue, settings, tmp_path) as later:
        later.call(PROFILE)
        assert acme.grants == []
        acme.expire()
        later.call(PROFILE)
    assert [grant["refresh_token"] in settings for grant in acme.grants] == [False]
    assert_no_secret(acme, tmp_path)


def posted(acme, door, path, **change):
    """Post an installation as Bitrix24 does; return the status."""
    form = acme.portal.oauth.installation(base=acme.url, now=acme.portal.clock())
    return door.post(path, form | change)


def test_installation_brings_the_tokens_to_every_node(acme, run, queue, tmp_path):
    """One process answers Bitrix24, another one delivers; without a window nothing is looked at."""
    oauth = acme.portal.oauth
    door = run(acme.settings(), name="door", roles="web").start()
    sender = run(acme.settings(), name="sender", roles="deliver").start()
    notify(queue, "waits", 10)
    until(lambda: "not authorized yet" in reason(queue), timeout=30)
    door.ready()
    plain, path = "/bitrix24/install/acme", new_path()
    here = f"{plain}/{path}"
    assert [posted(acme, door, one) for one in (plain, f"{plain}/", here, "/bitrix24/install/other")] == [403] * 4
    assert acme.grants == []

    expect(queue, "acme", path)
    form = oauth.installation(base=acme.url, now=acme.portal.clock())
    wrong = {
        "another portal": form | {"auth[client_endpoint]": "https://evil.example/rest/"},
        "no address": form | {"auth[client_endpoint]": "http://[/rest/"},
        "another member": form | {"auth[member_id]": "another"},
        "a refresh token that nobody gave": form | {"auth[refresh_token]": "f0rgedT0kenW0rd"},
        "another event": form | {"event": "ONAPPUNINSTALL"},
        "no form": "{}",
        "bytes": bytes(range(256)),
        "too many fields": "&".join(f"a{number}=1" for number in range(500)),
        "nothing": "",
    }
    assert {name: door.post(here, one) for name, one in wrong.items()} == dict.fromkeys(wrong, 403)
    assert door.post(here, form | {"x": "x" * 70_000}) == 413
    endless = requests.post(f"http://127.0.0.1:{door.port}{here}", data=(b"x" * 65_536 for _ in range(64)), timeout=10)
    assert endless.status_code == 413
    assert [posted(acme, door, one) for one in (plain, f"{plain}/{new_path()}", f"/bitrix24/install/other/{path}")] == [
        403
    ] * 3
    assert queue.read(lambda tx: tx.tokens.load("acme")) is None

    assert posted(acme, door, here) == 200
    until(lambda: arrived(acme, "waits", 10), timeout=4.5)
    until(lambda: reason(queue) == "")
    assert posted(acme, door, here) == 403  # the path has served

    kept = queue.read(lambda tx: tx.tokens.load("acme"))
    expect(queue, "acme", path)
    assert posted(acme, door, here) == 403  # what works is never replaced
    assert queue.read(lambda tx: tx.tokens.load("acme")) == kept

    # Uninstalled and installed again: the node that delivers holds tokens that nobody knows any more.
    oauth.forget()
    notify(queue, "uninstalled", 10)
    until(lambda: reason(queue))
    queue.write(lambda tx: tx.portals.expect("acme", digest(path), until=tx.now - 1))
    assert posted(acme, door, here) == 403  # too late
    expect(queue, "acme", path)
    assert posted(acme, door, here) == 200
    until(lambda: arrived(acme, "uninstalled", 10), timeout=4.5)
    for node in (door, sender):
        node.stop()
        assert "Traceback" not in node.log.read_text()
    assert_no_secret(acme, tmp_path)
    assert path not in door.log.read_text()
