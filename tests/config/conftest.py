"""A configuration written for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from slack_bitrix24.config import Settings, load
from slack_bitrix24.errors import ConfigurationError

PORTAL = '[portals.main]\nwebhook_url = "https://acme.bitrix24.ru/rest/1/kq3v9secretsecret/"\n'

Load = Callable[..., Settings]
FaultsOf = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Load the text as slack-bitrix24.toml, with a portal unless it has one."""

    def read_text(text: str, environ: Mapping[str, str] | None = None, *, portal: bool = True) -> Settings:
        file = tmp_path / "slack-bitrix24.toml"
        file.write_text(text + (f"\n{PORTAL}" if portal and "portals" not in text else ""), "utf-8")
        return load(file, environ or {})

    return read_text


@pytest.fixture
def faults_of(read: Load) -> FaultsOf:
    """Return the faults of a text, without the file's name, which each must begin with."""

    def faults(text: str, environ: Mapping[str, str] | None = None, *, portal: bool = True) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            read(text, environ, portal=portal)
        assert str(caught.value).splitlines() == caught.value.faults, "one line for each fault"
        name = "slack-bitrix24.toml: "
        assert all(fault.startswith(name) for fault in caught.value.faults)
        return [fault.removeprefix(name) for fault in caught.value.faults]

    return faults
