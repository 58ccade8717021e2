"""`portal connect`: a real process, led through by a browser, by a paste, or by Bitrix24's own installation."""

from __future__ import annotations

import re
import subprocess

import pytest
import requests

from oauth_rig import client, environment, program
from rig import free_port
from slack_bitrix24.bitrix24.rest import Call
from waiting import until

PROFILE = Call("profile")


class Connecting:
    """The command, its output line by line."""

    def __init__(self, folder, text, *more, name="acme"):
        self.port, self.file, self.log = free_port(), folder / "connect.toml", folder / f"connect-{free_port()}.log"
        self.file.write_text(text, "utf-8")
        options = ["--no-browser", "--port", str(self.port), "--config", str(self.file), *more]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                program("portal", "connect", name, *options),
                env=environment(), stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def text(self):
        return self.log.read_text("utf-8")

    def page(self):
        """Wait for the consent page's address."""
        until(lambda: "/oauth/authorize/" in self.text, timeout=60, what=self.text)
        return re.search(r"(http\S+/oauth/authorize/\S+)", self.text)[1]

    def paste(self, text):
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def ended(self):
        return self.process.wait(60)


@pytest.fixture
def connecting(acme, tmp_path, queue):
    started = []

    def begin(*more, text=""):
        started.append(Connecting(tmp_path, text or acme.settings(), *more))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdin.close()
        assert "Traceback" not in one.text
        seen = one.text.encode() + (tmp_path / "bridge.db").read_bytes()
        assert [secret for secret in acme.secrets() if secret.encode() in seen] == []


def signed_in(acme, queue, tmp_path):
    with client(queue, acme.settings(), tmp_path) as node:
        return node.call(PROFILE).result["ID"]


def test_the_browser_comes_back_and_the_portal_is_probed(acme, queue, connecting, tmp_path):
    command = connecting()
    page = command.page()
    acme.portal.oauth.redirect_uri = f"http://127.0.0.1:{command.port}/"
    assert acme.portal.oauth.redirect_uri in command.text
    assert requests.get(page, timeout=10).status_code == 200
    assert command.ended() == 0, command.text
    assert "acme is connected." in command.text
    assert "acme: tags are kept" in command.text
    assert queue.read(lambda tx: tx.portals.probed("acme")).tags == "yes"
    assert signed_in(acme, queue, tmp_path) == "1"


def test_an_address_is_pasted_after_wrong_ones(acme, queue, connecting, tmp_path):
    acme.portal.oauth.redirect_uri = "https://localhost"
    command = connecting()
    page = command.page()
    command.paste("I see nothing")
    until(lambda: "neither an address nor a code" in command.text, timeout=30)
    command.paste("https://localhost/?code=0ldc0de123&state=another")
    until(lambda: "another attempt" in command.text, timeout=30)
    sent_on = requests.get(page, allow_redirects=False, timeout=5).headers["location"]
    state = re.search(r"state=([\w-]+)", page)[1]
    command.paste(f"https://localhost/?code=wr0ngc0de&state={state}")
    until(lambda: "30 seconds, once" in command.text, timeout=30)
    command.paste(sent_on)
    assert command.ended() == 0, command.text
    assert signed_in(acme, queue, tmp_path) == "1"


def test_a_running_bridge_takes_the_installation_that_is_waited_for(acme, run, queue, connecting, tmp_path):
    bridge = run(acme.settings(), roles="web").start().ready()
    command = connecting(text=acme.settings() + f'\n[web]\nport = {bridge.port}\npublic_url = "https://b.example"\n')
    command.page()
    path = re.search(r"https://b\.example(/bitrix24/install/acme/\w+)", command.text)[1]
    form = acme.portal.oauth.installation(base=acme.url, now=acme.portal.clock())
    assert bridge.post("/bitrix24/install/acme", form) == 403
    assert bridge.post(path, form) == 200
    assert command.ended() == 0, command.text
    assert signed_in(acme, queue, tmp_path) == "1"
    assert bridge.post(path, form) == 403


def test_a_portal_that_works_is_left_alone_unless_asked_again(acme, queue, connecting):
    acme.portal.oauth.redirect_uri = "https://localhost"
    settings = acme.settings(acme.issue())
    first = connecting(text=settings)
    assert first.ended() == 0
    assert "is connected and works" in first.text
    command = connecting("--again", text=settings)
    command.paste(requests.get(command.page(), allow_redirects=False, timeout=5).headers["location"])
    assert command.ended() == 0, command.text


def test_the_window_closes_with_the_command(acme, queue, connecting):
    command = connecting()
    command.page()
    command.process.terminate()
    command.process.wait(10)
    acme.portal.oauth.redirect_uri = "https://localhost"
    second = connecting()
    second.paste(requests.get(second.page(), allow_redirects=False, timeout=5).headers["location"])
    assert second.ended() == 0, second.text
    assert queue.read(lambda tx: tx.connection.exec_driver_sql("select install_path from portals").scalar()) == ""
