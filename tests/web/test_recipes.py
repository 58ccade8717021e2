"""The recipes of docs/how-to: every block of theirs is run as it stands, with address and token filled in."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import requests
import yaml

from ports import free_port
from slack_bitrix24.app.ways import hooks
from slack_bitrix24.config import load
from waiting import until

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
RECIPES = ("alertmanager", "grafana", "uptime-kuma", "zabbix", "netdata", "github", "curl")
TOKEN, SECRET = "t0kenOfTheRecipe0123456789", "s3cretOfTheRecipe0123456789"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
AT, SAID = "https://bridge.example.com", re.compile(r"https://bridge\.example\.com/[^\s\"'`]+")


def blocks(name, *languages):
    """Return the fenced blocks of a page in these languages."""
    text = (PAGES / f"{name}.md").read_text("utf-8")
    return [found[2] for found in _FENCE.finditer(text) if found[1] in languages]


class Environ(dict):
    """The variables that a page names."""

    def get(self, name, default=None):
        return SECRET if name.endswith("_SECRET") else TOKEN if name.endswith("_TOKEN") else default


@pytest.fixture
def recipe(serve, tmp_path):
    """Return a function that serves the webhooks of one block of a page, and fills in its other blocks."""

    def start(name, number=0):
        file = tmp_path / "slack-bitrix24.toml"
        portal = '[portals.main]\nwebhook_url = "https://example.bitrix24.ru/rest/1/0123456789abcdef/"\n'
        file.write_text(portal + blocks(name, "toml")[number].replace("@developers", "@oncall"), "utf-8")
        webhooks = load(file, Environ()).webhooks
        assert list(hooks(webhooks))
        ways = serve(webhooks)
        ways.filled = lambda text: text.replace(AT, ways.origin).replace("TOKEN", TOKEN).replace("SECRET", SECRET)
        return ways

    return start


def shown(ways):
    """Return all that the notifications of a webhook say, each person's once."""
    made = [one.notification for one in ways.sent() if one.notification.recipient.user_id == 10]
    return [f"{one.message} {one.attach}" for one in made]


def run(ways, script, *arguments, **environ):
    """Run a block as a shell would."""
    return subprocess.run(
        ["sh", "-euc", ways.filled(script), "sh", *arguments],
        env={**os.environ, **environ}, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", RECIPES)
def test_every_block_of_a_recipe_is_in_a_language_that_is_run_here(name):
    known = {"toml", "yaml", "sh", "text", "json"}
    assert set(re.findall(r"^```(\w+)", (PAGES / f"{name}.md").read_text("utf-8"), re.MULTILINE)) <= known


@pytest.mark.parametrize("number", range(4))
def test_curl(recipe, number):
    ways = recipe("curl")
    script = blocks("curl", "sh")[number]
    answers = [run(ways, script).stdout for _ in range(2)]
    assert all(answer == "ok" or "notifications" in answer for answer in answers)
    assert len(shown(ways)) == (1 if "Idempotency-Key" in script else 2)


def test_github_signed(recipe):
    ways = recipe("github")
    [script] = blocks("github", "sh")
    run(ways, script)
    [said] = shown(ways)
    assert all(word in said for word in ("acme/shop", "Login fails", "https://github.com/acme/shop/issues/7"))
    with pytest.raises(subprocess.CalledProcessError):
        run(ways, script.replace("SECRET", "another"))
    assert len(shown(ways)) == 1


def test_github_workflow(recipe):
    ways = recipe("github", 1)
    [[step]] = [yaml.safe_load(one) for one in blocks("github", "yaml")]
    assert step["with"]["webhook-type"] == "incoming-webhook"
    # The action reads its payload as YAML and posts it as JSON.
    body = yaml.safe_load(step["with"]["payload"])
    assert requests.post(ways.filled(step["with"]["webhook"]), json=body, timeout=10).text == "ok"
    assert "failed" in shown(ways)[0]


def test_zabbix(recipe):
    ways = recipe("zabbix")
    [script] = blocks("zabbix", "sh")
    run(ways, script, "@oncall", "db-1 is down", "No answer for 5 min & more <x>", "4711", "PROBLEM")
    run(ways, script, "@oncall", "db-1 is back", "it answers", "4711", "RESOLVED")
    first, last = shown(ways)
    assert "db-1 is down" in first
    assert "& more" in first
    assert "#a30200" in first
    assert "#2eb886" in last
    assert len({one.notification.tag for one in ways.sent() if one.notification.recipient.user_id == 10}) == 1


KUMA = {"attachments": [{"color": "#e01e5a", "blocks": [
    {"type": "header", "text": {"type": "plain_text", "text": "Uptime Kuma Alert"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Message*\n[web <front>] [DOWN] timeout of 48000ms"}]},
]}]}  # fmt: skip


def test_uptime_kuma_as_slack(recipe):
    ways = recipe("uptime-kuma")
    [slack, _] = blocks("uptime-kuma", "text")
    assert requests.post(ways.filled(slack.strip()), json=KUMA, timeout=10).text == "ok"
    assert "timeout of 48000ms" in shown(ways)[0]


def test_uptime_kuma_with_a_body_of_its_own(recipe):
    ways = recipe("uptime-kuma", 1)
    [_, address] = blocks("uptime-kuma", "text")
    [body] = blocks("uptime-kuma", "json")
    for status in ("🔴 Down", "✅ Up"):
        word = status.split()[1]
        values = {"monitorJSON['id']": "7", "name": "web", "hostnameOrURL": "https://x.example", "status": word}
        filled = re.sub(r"{{ (.*?) }}", lambda found, known=values: known.get(found[1], f"[web] {found[1]}"), body)
        assert requests.post(ways.filled(address.strip()), data=filled.encode(), timeout=10).status_code == 200
    first, last = shown(ways)
    assert "#a30200" in first
    assert "#2eb886" in last


def test_grafana(recipe):
    ways = recipe("grafana")
    [given] = [yaml.safe_load(one) for one in blocks("grafana", "yaml")]
    settings = given["contactPoints"][0]["receivers"][0]["settings"]
    group = {"receiver": "Bitrix24", "status": "firing", "groupKey": "{}", "title": "[FIRING:1] High memory"}
    alert = {"status": "firing", "labels": {"alertname": "High memory"}, "values": {"B": 44.2}}
    answer = requests.request(
        settings["httpMethod"], ways.filled(settings["url"]), json={**group, "alerts": [alert]}, timeout=10
    )
    assert answer.json() == {"status": "ok"}
    assert "44.2" in shown(ways)[0]


ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


@pytest.mark.skipif(ALERTMANAGER is None, reason="no Alertmanager on this machine (Debian: prometheus-alertmanager)")
@pytest.mark.parametrize("number", range(2))
def test_alertmanager(recipe, tmp_path, number):
    ways = recipe("alertmanager")
    given = yaml.safe_load(ways.filled(blocks("alertmanager", "yaml")[number]))
    given["route"]["group_wait"] = "0s"
    file, port = tmp_path / "alertmanager.yml", free_port()
    file.write_text(yaml.safe_dump(given), "utf-8")
    command = [ALERTMANAGER, f"--config.file={file}", f"--storage.path={tmp_path / 'am'}", "--cluster.listen-address="]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stderr=log, stdout=log)
    try:
        until(lambda: _posted(port), timeout=60, what="Alertmanager")
        until(lambda: shown(ways), timeout=60, what="the alert")
        assert "InstanceDown" in shown(ways)[0]
    finally:
        process.terminate()
        process.wait(10)


def _posted(port):
    alert = {"labels": {"alertname": "InstanceDown", "cluster": "eu-1"}, "annotations": {"summary": "db-1 is down"}}
    try:
        return requests.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=[alert], timeout=5).ok
    except requests.ConnectionError:
        return False


def _netdata():
    folders = ("/usr/libexec/netdata/plugins.d", "/usr/lib/netdata/plugins.d", os.environ.get("NETDATA_PLUGINS", ""))
    found = [Path(folder, "alarm-notify.sh") for folder in folders if folder]
    return next((one for one in found if one.exists()), None)


@pytest.mark.skipif(_netdata() is None, reason="no Netdata on this machine (Debian: netdata-plugins-bash)")
def test_netdata(recipe, tmp_path):
    ways = recipe("netdata")
    [settings] = blocks("netdata", "sh")
    (tmp_path / "health_alarm_notify.conf").write_text(ways.filled(settings), "utf-8")
    script = tmp_path / "alarm-notify.sh"
    shutil.copy(_netdata(), script)
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    subprocess.run(
        ["bash", script, "test"],
        env={**os.environ, "NETDATA_USER_CONFIG_DIR": str(tmp_path), "NETDATA_STOCK_CONFIG_DIR": str(tmp_path)},
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    said = shown(ways)
    assert len(said) == 3
    assert ["warning" in said[0].lower(), "critical" in said[1].lower()] == [True, True]
