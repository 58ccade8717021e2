"""Bitrix24's bots: imbot.v2.* of the sandbox portal, for bots that fetch their events.

By the server's source, main 26.250 (2026-04), and where that was not read by the documentation of August 2026.
"""
