"""The how-to page's program runs as it stands, against the sandbox portal."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/how-to/use-the-client.md"


def test_every_block_of_the_page_runs(sandbox, tmp_path, capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        text = block.replace("https://portal.bitrix24.ru/rest/1/secret/", sandbox.url)
        exec(compile(text.replace("/tmp/", f"{tmp_path}/"), str(PAGE), "exec"), names)  # noqa: S102, S108 - our own page
    assert len(blocks) >= 7
    assert len(names["ids"]) == 100
    assert "Portal Owner" in capsys.readouterr().out
    assert sandbox.stats()["refused"] == {}
