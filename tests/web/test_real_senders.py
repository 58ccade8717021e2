"""Programs that post to Slack, each pinned, installed in a folder of its own and tried: `make senders`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from ports import free_port
from waiting import until
from ways import OTHER, TOKEN

pytestmark = pytest.mark.skipif(not os.environ.get("SENDERS"), reason="installs programs: make senders")

PYTHON = {
    "slack_sdk.webhook": (
        ["slack_sdk==3.43.0"],
        (
            "from slack_sdk.webhook import WebhookClient\n"
            "assert WebhookClient(HOOK).send(text='needle *bold*').body == 'ok'"
        ),
    ),
    "apprise": (
        ["apprise==1.9.5"],
        (
            "import apprise\n"
            "a = apprise.Apprise(); a.add(APPRISE); assert a.notify(title='t', body='needle', notify_type='failure')"
        ),
    ),
    "notifiers": (
        ["notifiers==2.0.0"],
        (
            "import requests\nfrom notifiers import get_notifier\n"
            "schema = get_notifier('slack')._prepare_data({'message': 'needle', 'webhook_url': HOOK})\n"
            "schema.pop('webhook_url')\nassert requests.post(HOOK, json=schema).text == 'ok'"
        ),
    ),
    "airflow": (
        ["apache-airflow-providers-slack==9.11.1"],
        (
            "import os\n"
            'os.environ[\'AIRFLOW_CONN_BRIDGE\'] = \'{"conn_type": "slackwebhook", "password": "%s"}\' % HOOK\n'
            "from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook\n"
            "SlackWebhookHook(slack_webhook_conn_id='bridge').send_text('needle')"
        ),
    ),
    "prefect": (
        ["prefect==3.9.1"],
        (
            "from prefect.blocks.notifications import CustomWebhookNotificationBlock as Block\n"
            "Block(name='b', url=HOOK, json_data={'text': '{{subject}} {{body}}'}).notify('needle', 'subject')"
        ),
    ),
    "slackweb": (["slackweb==1.0.5"], "import slackweb; assert slackweb.Slack(url=HOOK).notify(text='needle') == 'ok'"),
    "matterhook": (
        ["matterhook==0.3", "requests"],
        "from matterhook import Webhook; Webhook(ORIGIN, TOKEN).send('needle')",
    ),
    "pymsteams": (
        ["pymsteams==0.2.5", "setuptools<81"],
        (
            "import pymsteams\n"
            "card = pymsteams.connectorcard(HOOK); card.title('needle'); card.text('x')\n"
            "card.addLinkButton('Open', 'https://x.example')\n"
            "assert card.send()"
        ),
    ),
    "prefect-slack": (
        ["prefect-slack==0.4.0"],
        (
            "import asyncio\nfrom prefect_slack import SlackWebhook\n"
            "assert asyncio.run(SlackWebhook(url=HOOK).get_client().send(text='needle')).body == 'ok'"
        ),
    ),
    "python-ntfy": (
        ["python-ntfy==0.11.4"],
        (
            "from python_ntfy import NtfyClient\n"
            "client = NtfyClient(topic='alerts', server=ORIGIN, auth=TOKEN)\n"
            "answer = client.send('needle', title='t', tags=['warning'])\n"
            "assert answer['event'] == 'message'"
        ),
    ),
    "ntfyr": (
        ["ntfyr==0.4.0"],
        (
            "import pathlib, subprocess, sys\n"
            "program = str(pathlib.Path(sys.executable).parent / 'ntfyr')\n"
            "command = [program, '-s', ORIGIN, '-t', 'alerts', '-o', TOKEN]\n"
            "subprocess.run([*command, '-T', 't ü', '-P', 'urgent', '-m', 'needle ü'], check=True)"
        ),
    ),
    "gotify": (
        ["gotify==0.6.0"],
        "from gotify import Gotify; assert Gotify(base_url=ORIGIN, app_token=TOKEN).create_message('needle')['id']",
    ),
    "gotify-message": (
        ["gotify-message==0.2.1", "requests"],
        (
            "from gotify_message import GotifyNotification as One\n"
            "assert One(url=ORIGIN, token=TOKEN, title='t', message='needle').send()"
        ),
    ),
    "ansible": (
        ["ansible==10.7.0"],
        (
            "import pathlib, subprocess, sys\n"
            "given = f'url={ORIGIN} api_key={TOKEN} text=needle'\n"
            "command = [str(pathlib.Path(sys.executable).parent / 'ansible'), 'localhost']\n"
            "subprocess.run([*command, '-m', 'community.general.mattermost', '-a', given], check=True)"
        ),
    ),
}
NODE = {
    "@slack/webhook": (
        ["@slack/webhook@7.0.6"],
        (
            "const {IncomingWebhook} = require('@slack/webhook');"
            "new IncomingWebhook(HOOK).send({text: 'needle'}).then(r => process.exit(r.text === 'ok' ? 0 : 1))"
        ),
    ),
    "@slack/web-api": (
        ["@slack/web-api@7.10.0"],
        (
            "const {WebClient} = require('@slack/web-api');"
            "const c = new WebClient(TOKEN, {slackApiUrl: API});"
            "c.chat.postMessage({channel: 'C1', text: 'needle'}).then(r => c.chat.update("
            "{channel: r.channel, ts: r.ts, text: 'needle again'})).then(r => process.exit(r.ok ? 0 : 1))"
        ),
    ),
    "node-slack": (
        ["node-slack@0.0.7"],
        (
            "const Slack = require('node-slack');"
            "new Slack(HOOK).send({text: 'needle', username: 'b'}).then(r => process.exit(r.res.body === 'ok' ? 0 : 1))"
        ),
    ),
    "winston": (
        ["winston@3.19.0", "winston-slack-webhook-transport@2.3.6"],
        (
            "const Slack = require('winston-slack-webhook-transport');"
            "require('winston').createLogger({transports: [new Slack({webhookUrl: HOOK})]}).error('needle')"
        ),
    ),
    "winston to Mattermost": (
        ["winston@3.19.0", "winston-mattermost-webhook-transport@0.0.2"],
        (
            "const Slack = require('winston-mattermost-webhook-transport');"
            "require('winston').createLogger({transports: [new Slack({webhookUrl: HOOK})]}).error('needle')"
        ),
    ),
    "pino": (
        ["pino@10.4.0", "pino-slack-transport@1.1.0"],
        (
            "const pino = require('pino');"
            "const target = require.resolve('pino-slack-transport');"
            "pino(pino.transport({target, options: {webhookUrl: HOOK}})).error('needle')"
        ),
    ),
    "slack-node": (
        ["slack-node@0.3.2"],
        (
            "const Slack = require('slack-node'); const s = new Slack(); s.setWebhook(HOOK);"
            "s.webhook({text: 'needle'}, (e, r) => process.exit(r.response === 'ok' ? 0 : 1))"
        ),
    ),
    "ntfy": (
        ["ntfy@1.13.3"],
        (
            "import('ntfy').then(m => m.publish({server: ORIGIN, topic: 'alerts', title: 't', message: 'needle',"
            " authorization: {username: '', password: TOKEN}})).then(r => process.exit(r.event === 'message' ? 0 : 1))"
        ),
    ),
    "gotify": (
        ["gotify@1.1.0"],
        (
            "require('gotify').gotify({server: ORIGIN, app: TOKEN, title: 't', message: 'needle', priority: 5})"
            ".then(r => process.exit(r.id ? 0 : 1))"
        ),
    ),
}
FLOW = [
    {"id": "t", "type": "tab"},
    {"id": "i", "type": "inject", "z": "t", "props": [{"p": "payload"}], "once": True, "payload": '{"text": "needle"}',
     "payloadType": "json", "wires": [["h"]]},
    {"id": "h", "type": "http request", "z": "t", "method": "POST", "ret": "txt", "wires": [[]]},
]  # fmt: skip
"""What Node-RED does once it has started: one message to one address."""


def _shown(ways):
    return " ".join(one.notification.message + one.notification.attach for one in ways.sent())


def _values(ways):
    return {
        "HOOK": f"{ways.origin}/services/T0/grafana/{TOKEN}",
        "API": f"{ways.origin}/api/",
        "ORIGIN": ways.origin,
        "TOKEN": OTHER,
        "APPRISE": ways.origin.replace("http://", "apprise://") + f"/{TOKEN}",
    }


@pytest.mark.parametrize(("packages", "program"), PYTHON.values(), ids=PYTHON)
def test_a_program_of_pypi_is_content(home, tmp_path, packages, program):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
    given = "\n".join(f"{name} = {value!r}" for name, value in _values(home).items())
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path / "airflow"), "PREFECT_HOME": str(tmp_path / "prefect")}
    subprocess.run([python, "-c", f"{given}\n{program}"], env=environ, check=True, timeout=300)
    assert "needle" in _shown(home)


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")
@pytest.mark.parametrize(("packages", "program"), NODE.values(), ids=NODE)
def test_a_program_of_npm_is_content(home, tmp_path, packages, program):
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tmp_path, *packages]
    subprocess.run(install, check=True, timeout=300)
    given = ";".join(f"const {name} = {value!r}" for name, value in _values(home).items())
    subprocess.run(["node", "-e", f"{given};{program}"], cwd=tmp_path, check=True, timeout=60)
    assert "needle" in _shown(home)


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")
def test_node_red_posts(ways, tmp_path):
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tmp_path, "node-red@4.1.15"]
    subprocess.run(command, check=True, timeout=600)
    flow = [{**one, "url": _values(ways)["HOOK"]} if one["id"] == "h" else one for one in FLOW]
    (tmp_path / "flows.json").write_text(json.dumps(flow), "utf-8")
    program = tmp_path / "node_modules" / ".bin" / "node-red"
    with (tmp_path / "log").open("wb") as log:
        command = [program, "-u", tmp_path / "home", "-p", str(free_port()), tmp_path / "flows.json"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: "needle" in _shown(ways), timeout=120, what="Node-RED")
    finally:
        process.terminate()
        process.wait(30)
