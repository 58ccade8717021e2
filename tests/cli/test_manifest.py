"""`manifest`: the same text as the file at the top, whichever way the program was installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_is_printed_as_it_is(run):
    ended = run("manifest")
    assert (ended.status, ended.out) == (0, (ROOT / "manifest.json").read_text())


def test_a_wheel_holds_it(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert wheel.read("slack_bitrix24/manifest.json") == (ROOT / "manifest.json").read_bytes()
