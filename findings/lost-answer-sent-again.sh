#!/usr/bin/env bash
# The server does what it is asked and the connection breaks before its answer: how often is one message sent?
#
# Guess: a POST that may have been done is not repeated unless one asks for it; the caller gets the error.
# Seen with slack-sdk 3.48.0, fast-bitrix24 1.8.14, requests 2.34.2:
# - slack-sdk posts twice with its defaults (ConnectionErrorRetryHandler), both chat.postMessage and incoming webhooks; with
#   retry_handlers=[] once.
# - fast-bitrix24 sends the same batch eleven times before it gives up.
# - requests sends once.
# (A stub server on this machine counts; nothing leaves it.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    slack-sdk==3.48.0 fast-bitrix24==1.8.14 requests==2.34.2
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
import contextlib
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from fast_bitrix24 import Bitrix
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

logging.disable(logging.CRITICAL)
done = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        done.append(self.path)  # here a message would be sent
        self.close_connection = True  # and no answer goes back

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
hook = f"{base}/services/T/B/x"
message = {"channel": "C0ALERTS", "text": "Deploy failed"}
notification = {"USER_ID": 1, "MESSAGE": "Deploy failed"}
for name, send in {
    "slack-sdk WebClient": lambda: WebClient("xoxb-1", base_url=f"{base}/api/").chat_postMessage(**message),
    "slack-sdk WebhookClient": lambda: WebhookClient(hook).send(text="Deploy failed"),
    "slack-sdk, no handlers": lambda: WebhookClient(hook, retry_handlers=[]).send(text="Deploy failed"),
    "fast-bitrix24": lambda: Bitrix(f"{base}/rest/1/0thersecretw0rd9/", verbose=False).call("im.notify", notification),
    "requests": lambda: requests.post(hook, json=message, timeout=5),
}.items():
    done.clear()
    with contextlib.suppress(Exception):
        send()
    print(f"{name:<24} {len(done)}")
PYTHON
cat > "$work/expected" <<'SEEN'
slack-sdk WebClient      2
slack-sdk WebhookClient  2
slack-sdk, no handlers   1
fast-bitrix24            11
requests                 1
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
