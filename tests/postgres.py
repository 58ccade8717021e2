"""A throw-away PostgreSQL for tests: found on this machine, started in a folder of its own, fsync on."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from ports import free_port
from waiting import until

NAMES = itertools.count(1)


def programs() -> Path | None:
    """Return the folder of initdb and postgres, the newest; None when there is none."""
    on_path = shutil.which("postgres")
    installed = [Path(on_path).resolve().parent] if on_path else []
    installed += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((path for path in installed if (path / "initdb").exists() and (path / "postgres").exists()), None)


def server_user() -> str | None:
    """Return as whom the server runs: it refuses to be root's."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Cluster:
    """One server; `database()` makes a fresh database on it."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder = folder
        self.bin = bin_folder
        self.port = 0
        self._user = server_user()
        self._server: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", "bridge", "-A", "trust", "-E", "UTF8", "--no-locale")

    def start(self) -> None:
        self.port = self.port or free_port()
        try:
            until(self._runs, timeout=30)
        except AssertionError as error:
            raise AssertionError("PostgreSQL does not start:\n" + (self.folder / "log").read_text()[-2000:]) from error

    def _spawn(self) -> None:
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "on"}
        arguments = [text for name, value in options.items() for text in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self.bin / "postgres", "-D", self.folder / "data", *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._user,
                extra_groups=[] if self._user else None,
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT = fast, SIGQUIT = at once, as in a crash."""
        if self._server:
            self._server.send_signal(how)
            self._server.wait(30)
            self._server = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        self.stop(how)
        self.start()

    def url(self, name: str) -> str:
        return f"postgresql://bridge@127.0.0.1:{self.port}/{name}"

    def database(self, *, template: str = "template0", name: str = "") -> str:
        """Make a database; return its URL."""
        name = name or f"test_{next(NAMES)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def empty(self, url: str) -> None:
        """Delete all rows of the program's tables; what a test before left running is cut off."""
        self.cut(url)
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in rows:
                if table != "alembic_version":
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))

    def cut(self, url: str) -> None:
        """Break all connections to this database."""
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(others, (url.rpartition("/")[2],))

    def drop(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _runs(self) -> bool:
        # After a crash the next server refuses to start until the last child of the old one is gone.
        if self._server is None or self._server.poll() is not None:
            self._spawn()
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            return True
        return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            cwd=self.folder,
            user=self._user,
            extra_groups=[] if self._user else None,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
