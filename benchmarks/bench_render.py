"""Rendering: a payload of a real sender read and rendered, and what its ATTACH costs a portal.

CORPUS names the folder of payloads; BESIDE a checkout of another version, measured in turn with this one (A B A B).
The portal's cost is modelled: as JSON text its parser is quadratic (2,000 characters 0.03 s, 15,000 1.5 s and more),
as an object or in brackets it takes 0.1 ms (Bitrix24 server source, main 26.150, 2026-03; run on one core).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
TIMED = """
import json, statistics, sys, time
from pathlib import Path
try:
    from slack_bitrix24.slack.messages.payload import read
    from slack_bitrix24.render.attach import compose
except ImportError:  # the layout of 0.1.0
    from slack_bitrix24.slack.payload import read
    from slack_bitrix24.bitrix24.attach import compose
bodies = []
for path in sorted(Path(sys.argv[1]).rglob("*.json")):
    try:
        body = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError):
        continue
    if isinstance(body, dict) and {"text", "blocks", "attachments"} & set(body):
        bodies.append(body)
for body in bodies[:40]:
    compose(read(body).document)
times = []
for body in bodies[: int(sys.argv[2])]:
    rounds = []
    for _ in range(3):
        began = time.perf_counter()
        compose(read(body).document)
        rounds.append(time.perf_counter() - began)
    times.append(min(rounds))
attach = compose(read({"text": "x", "attachments": [{"text": "слово " * 3300, "title": "t"}]}).document).attach
print(json.dumps({"median": statistics.median(times), "p90": sorted(times)[len(times) * 9 // 10], "n": len(times),
                  "attach": len(attach)}))
"""


def measured(checkout: Path, corpus: str, most: int) -> dict[str, float]:
    environ = {**os.environ, "PYTHONPATH": str(checkout / "plugin")}
    command = [sys.executable, "-c", TIMED, corpus, str(most)]
    found = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


def as_text_seconds(characters: float) -> float:
    """Return the modelled time of ATTACH as JSON text: a curve through the measured points, growing with the square."""
    return 0.03 * (characters / 2000) ** 2


def run(*, quick: bool) -> None:
    corpus = os.environ.get("CORPUS", "")
    if not corpus:
        print("CORPUS does not name the folder of payloads: nothing to measure")
        return
    builds = {"this": HERE}
    if beside := os.environ.get("BESIDE"):
        builds["beside"] = Path(beside)
    most = 60 if quick else 600
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in builds}
    for _ in range(1 if quick else 3):
        for name, path in builds.items():
            rounds[name].append(measured(path, corpus, most))
    print(f"{'build':8} {'payloads':>8} {'median':>10} {'p90':>10}")
    for name, found in rounds.items():
        median = statistics.median(one["median"] for one in found)
        p90 = statistics.median(one["p90"] for one in found)
        print(f"{name:8} {found[0]['n']:8} {median * 1e6:8.0f}us {p90 * 1e6:8.0f}us")
    size = 20_000
    print(
        f"portal time for an ATTACH of {size} characters, modelled: as text {as_text_seconds(size):.1f} s, now 0.0001 s"
    )
