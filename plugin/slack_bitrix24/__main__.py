"""`python -m slack_bitrix24`: the command line."""

from __future__ import annotations

from slack_bitrix24.cli import main

if __name__ == "__main__":
    main()
