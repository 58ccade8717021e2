"""Programs that post to Slack, each pinned, installed in a folder of its own and tried: `make senders`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

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
}


def _shown(ways):
    return " ".join(one.notification.message + one.notification.attach for one in ways.sent())


def _values(ways):
    return {
        "HOOK": f"{ways.origin}/services/T0/grafana/{TOKEN}",
        "API": f"{ways.origin}/api/",
        "TOKEN": OTHER,
        "APPRISE": ways.origin.replace("http://", "apprise://") + f"/{TOKEN}",
    }


@pytest.mark.parametrize(("packages", "program"), PYTHON.values(), ids=PYTHON)
def test_a_program_of_pypi_is_content(ways, tmp_path, packages, program):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
    given = "\n".join(f"{name} = {value!r}" for name, value in _values(ways).items())
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path / "airflow"), "PREFECT_HOME": str(tmp_path / "prefect")}
    subprocess.run([python, "-c", f"{given}\n{program}"], env=environ, check=True, timeout=300)
    assert "needle" in _shown(ways)


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")
@pytest.mark.parametrize(("packages", "program"), NODE.values(), ids=NODE)
def test_a_program_of_npm_is_content(ways, tmp_path, packages, program):
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tmp_path, *packages]
    subprocess.run(install, check=True, timeout=300)
    given = ";".join(f"const {name} = {value!r}" for name, value in _values(ways).items())
    subprocess.run(["node", "-e", f"{given};{program}"], cwd=tmp_path, check=True, timeout=60)
    assert "needle" in _shown(ways)
