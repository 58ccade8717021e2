"""Accepts notifications in eight threads and prints the key of each that was acknowledged, until it is killed."""

import sys
import threading

from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Submission, open_store


def main(url: str, mark: str) -> None:
    store = open_store(url)

    def caller(number: int) -> None:
        for count in range(100_000):
            key = f"{mark}-{number}-{count}"
            store.accept(Submission([Notification(key, Recipient("main", 1), message="m", tag=key)]))
            sys.stdout.write(f"{key}\n")
            sys.stdout.flush()

    for number in range(8):
        threading.Thread(target=caller, args=(number,)).start()


main(*sys.argv[1:])
