"""What docs/how-to/oauth.md tells a person to do does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from oauth_rig import client
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.errors import Bitrix24Error

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "oauth.md").read_text("utf-8")
PROFILE = Call("profile")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's call is made with curl, which is not here")
def test_code_is_exchanged_for_the_first_refresh_token(acme, queue, tmp_path):
    oauth = acme.portal.oauth
    oauth.redirect_uri = "https://localhost"
    begin = re.search(r"https://acme\.bitrix24\.ru(/oauth/authorize/\?client_id=)", PAGE)[1]
    sent_on = requests.get(f"{acme.url}{begin}{oauth.client_id}", allow_redirects=False, timeout=5)
    code = parse_qs(urlsplit(sent_on.headers["location"]).query)["code"][0]
    command = re.search(r"^ +(curl .*oauth/token/.*)$", PAGE, re.MULTILINE)[1]
    assert "https://oauth.bitrix24.tech/" in command
    given = {"ACME_CLIENT_ID": oauth.client_id, "ACME_CLIENT_SECRET": oauth.client_secret, "CODE": code}
    shell = ["bash", "-c", command.replace("https://oauth.bitrix24.tech", acme.url)]
    done = subprocess.run(shell, env={**os.environ, **given}, capture_output=True, check=True, timeout=20)
    answer = json.loads(done.stdout)
    assert answer["server_endpoint"]
    with client(queue, acme.settings(answer["refresh_token"]), tmp_path) as node:
        assert node.call(PROFILE).result["ID"] == "1"


def test_a_lost_key_is_mended_by_connecting_anew(acme, queue, tmp_path):
    form = acme.portal.oauth.installation(base=acme.url, now=acme.portal.clock())
    with client(queue, acme.settings(), tmp_path) as node:
        node.auth.install(form, node.get)
    another = acme.portal.oauth.installation(base=acme.url, now=acme.portal.clock())
    with client(queue, acme.settings(), tmp_path, SLACK_BITRIX24_KEY="another") as node:
        with pytest.raises(Bitrix24Error, match="can't be opened"):
            node.call(PROFILE)
        node.auth.install(another, node.get)
        assert node.call(PROFILE).result["ID"] == "1"
