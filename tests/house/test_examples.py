"""The examples are what the program takes: settings load, metrics exist, the unit is as closed as it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from slack_bitrix24 import metrics
from slack_bitrix24.config import load
from slack_bitrix24.config.loading import VARIABLES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
UNIT = EXAMPLES / "systemd" / "slack-bitrix24.service"
CONTAINERFILE = EXAMPLES / "container" / "Containerfile"
_METRIC = re.compile(r"\bslack_bitrix24_\w+")


def variables(text: str) -> dict[str, str]:
    """Every variable that an example names, with a value of the right form."""
    forms = {"BITRIX24_WEBHOOK_URL": "https://example.bitrix24.ru/rest/1/0123456789abcdef/"}
    names = re.findall(r'env = "(\w+)"', text)
    return {name: forms.get(name, f"0123456789-{name}") for name in names}


@pytest.mark.parametrize("path", sorted((EXAMPLES / "configurations").glob("*.toml")), ids=lambda path: path.stem)
def test_configurations_load_without_a_warning(path, tmp_path):
    copy = tmp_path / "slack-bitrix24.toml"
    shutil.copy(path, copy)
    assert load(copy, variables(copy.read_text())).warnings == ()


def shown_metrics() -> dict[str, set[str]]:
    rules = yaml.safe_load((EXAMPLES / "monitoring" / "rules.yml").read_text())
    dashboard = json.loads((EXAMPLES / "monitoring" / "dashboard.json").read_text())
    texts = {
        "rules": [rule["expr"] for group in rules["groups"] for rule in group["rules"]],
        "dashboard": [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]],
    }
    return {name: {found for text in each for found in _METRIC.findall(text)} for name, each in texts.items()}


@pytest.mark.parametrize(("where", "names"), shown_metrics().items(), ids=lambda value: str(value)[:9])
def test_rules_and_dashboard_name_metrics_that_exist(where, names):
    off = metrics.watch_queues(lambda: [metrics.Queue("main", 1, 0, 0, 1.0)])
    try:
        families = {family.name: family.type for family in metrics.REGISTRY.collect()}
    finally:
        off()
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    known = {name + end for name, kind in families.items() for end in ends[kind]}
    assert names
    assert names <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_the_unit_is_closed(tmp_path):
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", said.stdout)
    assert found, said.stdout + said.stderr
    assert float(found[1]) <= 2.0


def test_the_unit_starts_the_program_as_the_program_is():
    text = UNIT.read_text()
    assert "slack-bitrix24 run --config /var/lib/slack-bitrix24/slack-bitrix24.toml" in text
    assert "Type=notify" in text


def test_the_container_copies_what_is_there_and_runs_as_nobody():
    text = CONTAINERFILE.read_text().replace("\\\n", " ")
    copied = [words for line in text.splitlines() if (words := line.split())[:1] == ["COPY"] and "--from" not in line]
    names = [name for words in copied for name in words[1:-1]]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users == ["10001:10001"]
    assert re.search(r'^ENTRYPOINT \["slack-bitrix24"\]$', text, re.MULTILINE)


def test_the_compose_file_asks_for_the_variables_of_its_example():
    text = (EXAMPLES / "container" / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    given = re.findall(r"^(\w+)=", (EXAMPLES / "container" / ".env.example").read_text(), re.MULTILINE)
    assert set(re.findall(r"\$\{(\w+)", text)) == set(given)
    assert set(services["bridge"]["environment"]) <= set(VARIABLES.values())
    assert (services["bridge"]["read_only"], services["bridge"]["cap_drop"]) == (True, ["ALL"])
