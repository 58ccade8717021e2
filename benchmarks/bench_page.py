"""The page for operators over 1,000,000 notifications, over HTTP; `PAGE_URL` names another database than SQLite.

The rows are written straight into the tables: of ten texts seven are for one person, and one in 3,000 is for 2,000.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from benchmarks.bench_delivery import row
from slack_bitrix24.app.operators import seen
from slack_bitrix24.mapping import Directory, read_mapping
from slack_bitrix24.model import State
from slack_bitrix24.store import Store, open_store, upgrade
from slack_bitrix24.store.queue.packing import pack
from slack_bitrix24.store.sql.engine import UPGRADING, connect
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import Permissions
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.page.desk import Desk, MappingFacts
from slack_bitrix24.web.page.signing import way_of
from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import Doors, site

PASSWORD = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"
WAYS = ["webhook:grafana"] * 60 + ["relay:alerts"] * 25 + ["command"] * 10 + ["cli"] * 3 + ["schedule:stand-up"] * 2
WORDS = "disk full on node web db api slow recovered latency deploy finished backup failed Узел диск ошибка".split()  # noqa: SIM905 - they read so
PORTION = 20_000
ASKED = {
    "baseline: a request that asks no database": "/healthz",
    "list, the newest": "/page",
    "list, far back": "/page?before={middle}",
    "not delivered": "/page?state=dead",
    "cancelled": "/page?state=cancelled",
    "waiting": "/page?state=pending",
    "one person": "/page?to={user}",
    "a person who got one": "/page?to=99999",
    "a person, not delivered": "/page?to={user}&state=dead",
    "a way in": "/page?source=command",
    "a way in that was used once": "/page?source=schedule:rare",
    "all schedules": "/page?source=schedule:",
    "a word that is usual": "/page?text=failed",
    "two words, in Russian": "/page?text=диск+ошибка",
    "a word that nobody said": "/page?text=needleword",
    "a word among what was not delivered": "/page?text=backup&state=dead",
    "one's story": "/page/notifications/{any}",
}


def run(*, quick: bool = False) -> None:
    """Print the table."""
    count, times = (20_000, 5) if quick else (1_000_000, 40)
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("PAGE_URL") or f"sqlite:///{Path(folder) / 'page.db'}"
        upgrade(url)
        fill(url, count)
        store = open_store(url)
        server = WebServer(site(Doors(ready=dict, metrics=bytes, page=desk(store))), host="127.0.0.1", port=0)
        server.start()
        try:
            measure(f"http://127.0.0.1:{server.port}", store, count=count, times=times)
        finally:
            server.stop()
            store.close()


def measure(origin: str, store: Store, *, count: int, times: int) -> None:
    """Ask for each, with other numbers each time; half, 95 of 100, and the worst, in milliseconds."""
    chosen = random.Random(7)  # noqa: S311 - the same each time
    session = requests.Session()
    session.cookies["b24_page"] = store.write(lambda tx: tx.sessions.begin("", way=way_of(PASSWORD)))
    for name, path in ASKED.items():
        took, worked = [], time.process_time()
        for _ in range(times):
            values = {
                name: chosen.randint(1, most) for name, most in (("middle", count), ("any", count), ("user", 3000))
            }
            began = time.perf_counter()
            answer = session.get(origin + path.format(**values), timeout=60)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text[:500]
        most = statistics.quantiles(took, n=20)[-1]
        worked = (time.process_time() - worked) / times * 1000
        told = (
            f"{statistics.median(took):.0f} ms, p95 {most:.0f} ms, worst {max(took):.0f} ms, processor {worked:.0f} ms"
        )
        row(name, told, "p95 < 200 ms")


def desk(store: Store) -> Desk:
    """Return what the page is given, with nobody in the mapping file."""
    directory: Directory = read_mapping("users: {}\n", name="mapping.yaml", portals=["main"])
    submitter = Submitter(store, lambda: directory, People, {"main": PortalRules()})
    return Desk(
        store=store,
        directory=lambda: directory,
        people=People,
        permissions=Permissions,
        resolve=lambda texts: submitter.resolve(texts, typed=True),
        seen=seen,
        link=lambda _note: "",
        portals=tuple,
        mapping=MappingFacts,
        sources=lambda: sorted(set(WAYS)),
        password=PASSWORD,
    )


def fill(url: str, count: int) -> None:
    """Write so many notifications, the oldest a month old."""
    engine = connect(url, UPGRADING).writer
    with engine.begin() as connection:
        for portion in portions(count):
            for table, rows in portion.items():
                if rows:
                    _put(connection, table, rows)
        if engine.dialect.name == "sqlite":
            insert = "INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', :last)"
            connection.execute(sa.text(insert), {"last": count})
        connection.execute(sa.text("INSERT INTO lanes (portal) VALUES ('main')"))
    engine.dispose()
    if not url.startswith("sqlite"):
        with connect(url, UPGRADING).writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))


def _put(connection: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    if connection.dialect.name == "sqlite":
        values = ", ".join(f":{name}" for name in rows[0])
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)  # noqa: S608 - our own names
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for one in rows:
            copy.write_row(tuple(one.values()))


def portions(count: int) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Yield the rows of each table."""
    chosen, now, id_ = random.Random(1), time.time(), 1  # noqa: S311 - the same each time
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in ("texts", "outbox", "outcomes", "queue")}
    state: Callable[[], State] = lambda: chosen.choices(list(SHARES), list(SHARES.values()))[0]  # noqa: E731
    while id_ <= count:
        many = 1 if chosen.random() < 0.7 else 2000 if chosen.random() < 0.0003 else chosen.randint(2, 6)
        last = min(count, id_ + many - 1)
        at = now - (count - id_) * 2.5
        made["texts"].append(_text(id_, last, at=at, chosen=chosen))
        for number in range(id_, last + 1):
            user = 99_999 if number == count // 3 else chosen.randint(1, 3000)
            made["outbox"].append({"id": number, "key": f"{number:032x}", "text_id": id_, "user_id": user})
            if number > count - 200 and number % 3 == 0:
                made["queue"].append(
                    {"portal": "main", "wait": 9e9, "rank": 0, "id": number, "tag": f"t{id_}|{number}"}
                )
            else:
                made["outcomes"].append(
                    {"id": number, "state": str(state()), "attempts": 1, "sent_at": at, "finished_at": at + 0.4}
                )
        id_ = last + 1
        if len(made["outbox"]) > PORTION or id_ > count:
            yield made
            made = {name: [] for name in made}


SHARES = {State.DELIVERED: 9980, State.DEAD: 10, State.SUPERSEDED: 9, State.CANCELLED: 1}


def _text(id_: int, last: int, *, at: float, chosen: random.Random) -> dict[str, Any]:
    said = " ".join(chosen.choices(WORDS, k=25))
    cells = [{"NAME": "Severity", "VALUE": "critical"}, {"NAME": "Instance", "VALUE": f"node{id_ % 99}:9100"}]
    attach = json.dumps({"BLOCKS": [{"MESSAGE": said}, {"GRID": cells}]}, ensure_ascii=False)
    return {
        "id": id_,
        "last_id": last,
        "portal": "main",
        "said": pack(f"[b][FIRING][/b] {said} {id_}", f"[FIRING] {said}", attach),
        "kind": "personal",
        "sub_tag": f"t{id_}",
        "source": "schedule:rare" if id_ < 100 else chosen.choice(WAYS),
        "author": "",
        "priority": "normal",
        "created_at": at,
    }


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
