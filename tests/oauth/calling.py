"""A node of its own: calls in four threads each time a line comes in, and prints how many calls went well."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from slack_bitrix24.app.portals import portals
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.config import load
from slack_bitrix24.store import new_owner, open_store


def main(file: str, url: str, key: str) -> None:
    store = open_store(url, upgrade=False)
    environ = {"SLACK_BITRIX24_KEY": key}
    client = portals(load(Path(file), {}), store=store, owner=new_owner(), environ=environ)["acme"].client
    with ThreadPoolExecutor(4) as pool:
        for _ in sys.stdin:
            answers = pool.map(client.call, [Call("profile")] * 4)
            sys.stdout.write(f"{sum(answer.result['ID'] == '1' for answer in answers)}\n")
            sys.stdout.flush()
    client.close()
    store.close()


main(*sys.argv[1:])
