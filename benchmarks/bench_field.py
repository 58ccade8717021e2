"""The store beside job queues of the field, on the same work: accept durably, hand out, record; kill -9 in between.

The engines stand in an environment of their own, made here (FIELD=FOLDER keeps it for the next time). Each worker is
killed twice while it works; then one runs until nothing more comes. Lost: no handler ever saw it; twice: two did.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import Cluster, programs

VERSIONS = {
    "huey": "3.5.4",
    "litequeue": "0.14",
    "procrastinate": "3.10.0",
    "pgqueuer": "1.6.0",
    "oban": "0.7.0",
    "chancy": "0.26.0",
    "absurd-sdk": "0.5.1",
}
WITH = ("psycopg[binary,pool]", "asyncpg")
ON_SQLITE = ("ours", "huey", "litequeue")
ON_POSTGRESQL = ("ours", "procrastinate", "pgqueuer", "oban", "chancy")
ENGINES = Path(__file__).with_name("field_engines.py")
LONGEST = 120.0
"""Seconds that a worker has for its part."""
QUIET = 12.0
"""Seconds without a job after which nothing more is expected: longer than each engine takes to find what was left."""


def run(*, quick: bool = False) -> None:
    """Print the table."""
    count = 300 if quick else 3000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        python = environment(Path(os.environ.get("FIELD", folder / "field")))
        print(f"{count:,} jobs, one at a time accepted; the worker killed twice (kill -9)")
        print(f"{'engine':24} {'store':11} {'accept/s':>9} {'done/s':>9} {'lost':>5} {'twice':>6}")
        for engine in ON_SQLITE:
            shown(engine, "SQLite", count, folder=folder, python=python)
        found = programs()
        if found:
            home = folder / "postgres"
            home.mkdir()
            cluster = Cluster(home, found)
            cluster.start()
            try:
                for engine in ON_POSTGRESQL:
                    shown(engine, "PostgreSQL", count, folder=folder, python=python, cluster=cluster)
            finally:
                cluster.stop()
        print("absurd-sdk installs, but the tables that it works on are not in it")


def environment(folder: Path) -> Path:
    """Return the Python of an environment with what of the field installs here."""
    python = folder / "bin" / "python"
    if not python.exists():
        newest = next((one for one in ("python3.13", "python3.12") if shutil.which(one)), sys.executable)
        subprocess.run([newest, "-m", "venv", folder], check=True)
        for name in (*WITH, *(f"{name}=={version}" for name, version in VERSIONS.items())):
            subprocess.run([python, "-m", "pip", "install", "-q", name], check=False)
    return python


def shown(engine: str, store: str, count: int, *, folder: Path, python: Path, cluster: Cluster | None = None) -> None:
    label = "slack-bitrix24" if engine == "ours" else f"{engine} {VERSIONS[engine]}"
    if engine != "ours" and not installs(engine, python):
        print(f"{label:24} {store:11} does not install here")
        return
    rates = measured(Work(engine, where(engine, folder, cluster), folder=folder, python=python), count)
    killed = Work(engine, where(engine, folder, cluster), folder=folder, python=python)
    killed.call("set_up", count)
    killed.call("accept", count)
    for part in (3, 2):
        killed.until(lambda part=part: len(killed.handled()) >= count // part)
    seen = Counter(killed.finished(count))
    lost, twice = count - len(seen), sum(many > 1 for many in seen.values())
    print(f"{label:24} {store:11} {rates[0]:9,.0f} {rates[1]:9,.0f} {lost:5} {twice:6}", flush=True)


def installs(engine: str, python: Path) -> bool:
    return not subprocess.run([python, "-c", f"import {engine}"], capture_output=True, check=False).returncode


def where(engine: str, folder: Path, cluster: Cluster | None) -> str:
    if cluster:
        return cluster.database()
    file = Path(tempfile.mkdtemp(dir=folder)) / f"{engine}.db"
    return f"sqlite:///{file}" if engine == "ours" else str(file)


class Work:
    """One engine's jobs in one database."""

    def __init__(self, engine: str, where: str, *, folder: Path, python: Path) -> None:
        self.engine, self.where = engine, where
        self.python = sys.executable if engine == "ours" else str(python)
        self.out = Path(tempfile.mkdtemp(dir=folder)) / "handled"
        self.out.touch()

    def command(self, what: str, count: int) -> list[str]:
        return [self.python, str(ENGINES), self.engine, what, self.where, str(count), str(self.out)]

    def call(self, what: str, count: int) -> float:
        done = subprocess.run(self.command(what, count), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.engine}: {done.stderr[-800:]}")
        return float(done.stdout.split()[-1]) if done.stdout.strip() else 0.0

    def handled(self) -> list[str]:
        return self.out.read_text().split()

    def until(self, reached: Callable[[], bool]) -> float:
        """Let a worker work until then, then kill it; return the seconds since its first job."""
        before = len(self.handled())
        first = 0.0
        started = time.monotonic()
        process = subprocess.Popen(self.command("work", 0), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not reached() and time.monotonic() - started < LONGEST:
                if not first and len(self.handled()) > before:
                    first = time.monotonic()
                time.sleep(0.005)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return time.monotonic() - (first or started)

    def finished(self, count: int) -> list[str]:
        """Let a worker work until nothing more comes; return what all handled."""
        quiet_since = [time.monotonic(), len(self.handled())]

        def quiet() -> bool:
            now = len(self.handled())
            if now != quiet_since[1]:
                quiet_since[:] = [time.monotonic(), now]
            return len(set(self.handled())) == count or time.monotonic() - quiet_since[0] > QUIET

        self.until(quiet)
        return self.handled()


def measured(work: Work, count: int) -> tuple[float, float]:
    """Return accepted and handled a second, without a kill."""
    work.call("set_up", count)
    accepted = work.call("accept", count)
    took = work.until(lambda: len(work.handled()) >= count)
    return count / accepted, count / took


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
