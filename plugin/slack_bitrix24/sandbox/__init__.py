"""A Slack workspace and a Bitrix24 portal on this machine, for the demo, for tests, and for trying one's own scripts.

    server.py     runs one of them in a thread of this process, on loopback
    portal/       Bitrix24: REST with its limits, its errors and faults on demand; `python -m` starts it alone

They speak the vendors' protocols and know nothing of the rest of this program.
"""
