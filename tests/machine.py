"""A machine on which the commands of docs/how-to/operate.md are run as they stand there.

Paths lead into a folder of the test. `sudo` is left away, and what belongs to others (systemd, pip, useradd, …) is done
or passed over by name: a command that is not known here is run by the shell.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

from waiting import until

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "operate.md"
UNIT = ROOT / "examples" / "systemd" / "slack-bitrix24.service"
COMMAND = ROOT / "examples" / "systemd" / "slack-bitrix24"
_FENCE = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INSTALLS = (
    "pip install",
    "-m venv",
    "useradd",
    "userdel",
    "createuser",
    "createdb",
    "systemctl daemon-reload",
    "chown -R",
)
"""What is there already, or belongs to other programs."""
_STARTS, _STOPS = ("start", "restart", "enable"), ("stop", "restart", "disable")


def commands(heading: str) -> list[str]:
    """Return the commands below a heading of the page, line by line. LookupError if there are none."""
    text = PAGE.read_text("utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(heading)
    lines = [line.strip() for block in _FENCE.findall(found[1]) for line in block.splitlines()]
    if not lines or not all(line.startswith("$ ") for line in lines):
        raise LookupError(f"{heading}: {lines}")
    return [line.removeprefix("$ ") for line in lines]


class Host:
    """One machine; `run` is the administrator who follows the page."""

    def __init__(self, folder: Path, *, work: Path | None = None) -> None:
        self.folder, self.work = folder, work or folder / "work"
        self.state = folder / "var/lib/slack-bitrix24"
        self.log = folder / "journal"
        self.process: subprocess.Popen[bytes] | None = None
        for path in ("opt/slack-bitrix24/bin", "usr/local/bin", "etc/systemd/system", "var/lib"):
            (folder / path).mkdir(parents=True)
        self.work.mkdir(exist_ok=True)
        if not (self.work / "examples").exists():
            (self.work / "examples").symlink_to(ROOT / "examples")
        program = folder / "opt/slack-bitrix24/bin/slack-bitrix24"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m slack_bitrix24 "$@"\n')
        program.chmod(0o755)

    def here(self, text: str) -> str:
        """Return a text with this machine's paths, and without a change of user."""
        text = re.sub(r"(?<![\w.])/(opt|usr/local/bin|etc/systemd|var/lib)\b", rf"{self.folder}/\1", text)
        for change in ("sudo -u slack-bitrix24 ", "sudo ", "runuser -u slack-bitrix24 -- "):
            text = text.replace(change, "")
        return text.replace("-o slack-bitrix24 -g slack-bitrix24 ", "")

    def follow(self, heading: str, *, typed: str = "") -> str:
        """Run a section's commands one after another; `typed` is pasted where one waits. Return what they say."""
        return "".join(self.run(line, typed=typed) for line in commands(heading))

    def run(self, line: str, *, typed: str = "") -> str:
        """Run one command; AssertionError unless it ends with 0."""
        line = re.sub(r"\s+#.*", "", line)
        words = shlex.split(line.replace("sudo ", ""))
        if any(known in line for known in _INSTALLS):
            return ""
        if words[0] == "systemctl":
            self._systemctl(words[1])
            return ""
        if words[0] == "slack-bitrix24":
            line = f"/usr/local/bin/{line.removeprefix('sudo ')}"
        done = subprocess.run(
            ["bash", "-c", self.here(line)],
            input=typed,
            capture_output=True,
            text=True,
            cwd=self.work,
            env=environ(),
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if line.startswith("sudo install"):  # the unit and the command name this machine's paths
            installed = Path(shlex.split(self.here(line))[-1])
            if installed.is_file():
                installed.write_text(self.here(installed.read_text()))
        return done.stdout

    def _systemctl(self, verb: str) -> None:
        if verb in _STOPS and self.process is not None:
            self.end()
        if verb in _STARTS:
            self._start()

    def _start(self) -> None:
        """Start what the unit says, and wait until it tells systemd that it waits for nothing."""
        unit = self.folder / "etc/systemd/system/slack-bitrix24.service"
        command = re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)[0]
        # A socket's name may have 107 characters: the abstract namespace keeps the folder out of it.
        name = f"slack-bitrix24-test-{os.getpid()}-{id(self)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, self.log.open("ab") as log:
            told.bind(f"\0{name}")
            told.settimeout(0.2)
            variables = {**environ(), "NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "1000000"}
            self.process = subprocess.Popen(
                shlex.split(command), env=variables, cwd=self.state, stdout=log, stderr=log, start_new_session=True
            )
            until(lambda: self._is_ready(told), timeout=90, what=f"the bridge; it says: {self.said}")

    def _is_ready(self, told: socket.socket) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said
        try:
            return b"STATUS=delivering" in told.recv(4096)
        except TimeoutError:
            return False

    @property
    def said(self) -> str:
        """What the bridge wrote into the journal."""
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def end(self) -> None:
        """SIGTERM, as systemd sends it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def kill(self) -> None:
        """The machine loses power."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None


def environ() -> dict[str, str]:
    """The environment without what the bridge reads."""
    ours = ("SLACK_", "BITRIX24_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
