"""One engine of the field, as it recommends itself: `field_engines.py ENGINE set_up|accept|work WHERE N OUT`.

Run by bench_field.py with the Python of an environment that holds the engines. `accept` makes N jobs, each durable when
its call returns; `work` handles jobs until it is killed: its handler writes each one's number into OUT.
"""

# ruff: noqa: PLC0415 - one engine is loaded, the others are not there
from __future__ import annotations

import asyncio
import os
import sys
import time

ENGINE, WHAT, WHERE, COUNT, OUT = sys.argv[1:]
N = int(COUNT)
FILE = os.open(OUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def handle(number: object) -> None:
    os.write(FILE, f"{number}\n".encode())


def told(began: float) -> None:
    print(time.perf_counter() - began, flush=True)


def ours() -> None:
    """Claim 50, hand them over, record 50; one caller accepts."""
    from slack_bitrix24.model import Delivered, Notification, Recipient
    from slack_bitrix24.store import Submission, is_gone, new_owner, open_store

    store = open_store(WHERE)
    if WHAT == "accept":
        began = time.perf_counter()
        for number in range(N):
            one = Notification(f"k{number}", Recipient("main", number + 1), str(number), f"t{number}|U{number + 1}")
            store.accept(Submission([one]))
        told(began)
    if WHAT == "work":
        lease = None
        while lease is None:
            lease = store.write(lambda tx: tx.lanes.hold("main", new_owner(), ttl=600, gone=is_gone))
        while True:
            batch = store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
            for one in batch:
                handle(one.notification.message)
            if batch:
                outcomes = {one.id: Delivered(one.id) for one in batch}
                store.write(lambda tx, outcomes=outcomes: tx.lanes.record(lease, outcomes, limits="{}"))
            else:
                time.sleep(0.02)
    store.close()


def huey() -> None:
    """fsync on, as its documentation says for durability; four threads."""
    from huey import SqliteHuey

    queue = SqliteHuey("bench", filename=WHERE, fsync=True, results=False)
    job = queue.task()(handle)
    if WHAT == "accept":
        began = time.perf_counter()
        for number in range(N):
            job(number)
        told(began)
    if WHAT == "work":
        queue.create_consumer(workers=4, periodic=False, initial_delay=0.01, max_delay=0.05).run()


def litequeue() -> None:
    """What a dead worker left locked is put back by its own `retry_expired`, which the program has to call."""
    from litequeue import LiteQueue

    queue = LiteQueue(WHERE)
    if WHAT == "accept":
        began = time.perf_counter()
        for number in range(N):
            queue.put(str(number))
        told(began)
    if WHAT == "work":
        queue.retry_expired(0)
        while True:
            message = queue.pop()
            if message is None:
                time.sleep(0.02)
                continue
            handle(message.data)
            queue.done(message.message_id, claim_id=message.claim_id)


async def procrastinate() -> None:
    """Fifty at once; jobs of dead workers are found and put back as its documentation's periodic task does."""
    import procrastinate as library

    app = library.App(connector=library.PsycopgConnector(conninfo=WHERE))

    @app.task(name="job")
    async def job(number: int) -> None:
        handle(number)

    async with app.open_async():
        if WHAT == "set_up":
            await app.schema_manager.apply_schema_async()
        if WHAT == "accept":
            began = time.perf_counter()
            for number in range(N):
                await job.defer_async(number=number)
            told(began)
        if WHAT == "work":
            for left in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
                await app.job_manager.retry_job(left)
            await app.run_worker_async(concurrency=50, install_signal_handlers=False)


async def pgqueuer() -> None:
    """Batches of fifty; what a dead worker had is picked up when its heartbeat is too old: 2 s here, 30 by default."""
    from datetime import timedelta

    import asyncpg
    from pgqueuer import PgQueuer
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.queries import Queries

    connection = await asyncpg.connect(WHERE)
    queries = Queries(AsyncpgDriver(connection))
    if WHAT == "set_up":
        await queries.install()
    if WHAT == "accept":
        began = time.perf_counter()
        for number in range(N):
            await queries.enqueue("job", str(number).encode())
        told(began)
    if WHAT == "work":
        worker = PgQueuer(AsyncpgDriver(connection))

        @worker.entrypoint("job")
        async def job(one: object) -> None:
            handle(one.payload.decode())  # type: ignore[attr-defined]

        await worker.run(batch_size=50, heartbeat_timeout=timedelta(seconds=2), dequeue_timeout=timedelta(seconds=0.2))


async def oban() -> None:
    """Fifty at once; its lifeline rescues what dead nodes had: each 2 s here, 60 by default."""
    import oban as library
    from oban.schema import install
    from psycopg_pool import AsyncConnectionPool

    @library.worker(queue="default")
    class Job:
        async def process(self, job: object) -> None:
            handle(job.args["number"])  # type: ignore[attr-defined]

    async with AsyncConnectionPool(WHERE, open=False, min_size=2, max_size=8) as pool:
        if WHAT == "set_up":
            await install(pool)
        if WHAT == "accept":
            async with library.Oban(pool=pool):
                began = time.perf_counter()
                for number in range(N):
                    await Job.enqueue({"number": number})
                told(began)
        if WHAT == "work":
            async with library.Oban(pool=pool, queues={"default": 50}, lifeline={"interval": 2.0}):
                await asyncio.Event().wait()


async def chancy() -> None:
    """Fifty at once, asyncio; its recovery puts back what dead workers had: each 2 s here, 60 by default."""
    from chancy import Chancy, Queue, Worker
    from chancy.plugins.leadership import Leadership
    from chancy.plugins.recovery import Recovery

    plugins = [Leadership(poll_interval=1, timeout=2), Recovery(poll_interval=2)] if WHAT == "work" else []
    async with Chancy(WHERE, plugins=plugins) as app:
        if WHAT == "set_up":
            await app.migrate()
            await app.declare(Queue("default", concurrency=50, executor=Chancy.Executor.Async, polling_interval=1))
        if WHAT == "accept":
            began = time.perf_counter()
            for number in range(N):
                await app.push(chancy_job.job.with_kwargs(number=number))
            told(began)
        if WHAT == "work":
            async with Worker(app, heartbeat_poll_interval=1, heartbeat_timeout=2) as worker:
                await worker.wait_for_shutdown()


if ENGINE == "chancy":
    from chancy import job as _job

    @_job(queue="default")
    async def chancy_job(*, number: int) -> None:
        handle(number)


if __name__ == "__main__":
    run = {
        "ours": ours, "huey": huey, "litequeue": litequeue, "procrastinate": procrastinate,
        "pgqueuer": pgqueuer, "oban": oban, "chancy": chancy,
    }[ENGINE]  # fmt: skip
    if asyncio.iscoroutinefunction(run):
        asyncio.run(run())
    else:
        run()
