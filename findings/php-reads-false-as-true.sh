#!/usr/bin/env bash
# A Bitrix24 client writes a batch: False goes out as a word that PHP takes for true.
#
# Guess: False becomes 0 or N, None is left out or empty, a tuple is a list.
# Seen with fast-bitrix24 1.8.14: a call is always a batch, whose commands say B=False, C=None and D=(1, 2) as Python prints
# them, while the empty list vanishes. In PHP "False" and "None" are true, and "(1, 2)" is one text.
# (A stub server on this machine takes the batch; nothing leaves it.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    fast-bitrix24==1.8.14
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from fast_bitrix24 import Bitrix


class Portal(BaseHTTPRequestHandler):
    def do_POST(self):
        commands = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["cmd"]
        for command in commands.values():
            for name, value in parse_qsl(command.partition("?")[2], keep_blank_values=True):
                if not name.startswith("__"):
                    print(f"{name:<5} {value}")
        result = {"result": dict.fromkeys(commands, 7), "result_error": [], "result_total": [], "result_next": []}
        answer = json.dumps({"result": result, "time": {"operating": 0}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
threading.Thread(target=server.serve_forever, daemon=True).start()
portal = Bitrix(f"http://127.0.0.1:{server.server_port}/rest/1/0thersecretw0rd9/", verbose=False)
parameters = {"A": True, "B": False, "C": None, "D": (1, 2), "E": [1, 2], "F": [], "G": {"X": False}}
portal.call("im.notify.personal.add", parameters)
PYTHON
cat > "$work/expected" <<'SEEN'
A     True
B     False
C     None
D     (1, 2)
E[0]  1
E[1]  2
G[X]  False
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
