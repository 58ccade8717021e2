"""What Home Assistant reads beside the code fits together; and the yaml of the guide is yaml of known keys."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "custom_components" / "slack_bitrix24"
GUIDE = ROOT / "docs" / "how-to" / "home-assistant.md"
LANGUAGES = ["en", "ru"]
BRONZE = {
    "action-setup", "appropriate-polling", "brands", "common-modules", "config-flow", "config-flow-test-coverage",
    "dependency-transparency", "docs-actions", "docs-high-level-description", "docs-installation-instructions",
    "docs-removal-instructions", "entity-event-setup", "entity-unique-id", "has-entity-name", "runtime-data",
    "test-before-configure", "test-before-setup", "unique-config-entry",
}  # fmt: skip
BEYOND = {
    "action-exceptions", "config-entry-unloading", "exception-translations", "icon-translations", "inject-websession",
    "parallel-updates", "reauthentication-flow",
}  # fmt: skip


def strings(language: str = "") -> dict:
    path = FOLDER / "translations" / f"{language}.json" if language else FOLDER / "strings.json"
    return json.loads(path.read_text("utf-8"))


def leaves(tree, path=""):
    if isinstance(tree, dict):
        return {found for key, value in tree.items() for found in leaves(value, f"{path}.{key}")}
    return {(path, tuple(sorted(re.findall(r"\{\w+\}", tree))))}


def source() -> str:
    return "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language):
    """The same keys with the same placeholders; a blank text is none."""
    assert leaves(strings(language)) == leaves(strings())
    assert "" not in re.findall(r'": "([^"]*)"', (FOLDER / "translations" / f"{language}.json").read_text("utf-8"))


def test_every_key_that_the_code_names_has_a_text():
    code = source()
    assert set(re.findall(r'translation_key="(\w+)"', code)) - set(strings()["exceptions"]) == set()
    assert {"no_bridge", "several_bridges"} <= set(strings()["exceptions"])
    shown = {**strings()["config"]["error"], **strings()["config_subentries"]["recipient"]["error"]}
    assert set(shown) == {"invalid_url", "cannot_connect", "invalid_auth", "invalid_address"}
    assert [key for key in shown if f'"{key}"' not in code] == []


def test_the_action_has_the_same_fields_everywhere():
    shown = yaml.safe_load((FOLDER / "services.yaml").read_text("utf-8"))["send"]["fields"]
    taken = set(re.findall(r'vol\.(?:Optional|Required)\("(\w+)"', (FOLDER / "__init__.py").read_text("utf-8")))
    assert set(shown) == taken == set(strings()["services"]["send"]["fields"])
    assert {"message", "title", "tag", "picture", "file", "to"} <= taken
    assert [name for name, field in shown.items() if field.get("required")] == ["message"]


def test_the_manifest():
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    assert list(manifest)[:2] == ["domain", "name"]
    assert list(manifest)[2:] == sorted(list(manifest)[2:])
    assert manifest["domain"] == FOLDER.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert (manifest["config_flow"], manifest["requirements"], manifest["quality_scale"]) == (True, [], "bronze")


def test_the_quality_scale_says_all_of_bronze_and_why_not():
    rules = yaml.safe_load((FOLDER / "quality_scale.yaml").read_text("utf-8"))["rules"]
    assert BRONZE <= set(rules) <= BRONZE | BEYOND
    exempt = {name: rule for name, rule in rules.items() if rule != "done"}
    assert [name for name, rule in exempt.items() if rule["status"] != "exempt" or len(rule["comment"]) < 10] == []


def test_the_icon_is_there():
    assert (FOLDER / "brand" / "icon.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_package_beside_home_assistants_own(path):
    """`yarl` and `voluptuous` come with it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    known = {
        "__future__",
        "aiohttp",
        "asyncio",
        "collections",
        "dataclasses",
        "homeassistant",
        "http",
        "json",
        "logging",
    }
    assert {name.partition(".")[0] for name in names} <= known | {"re", "typing", "uuid", "voluptuous", "yarl"}


def shown_yaml() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


class Loader(yaml.SafeLoader):
    """Home Assistant's `!secret`."""


Loader.add_constructor("!secret", lambda loader, node: f"secret {loader.construct_scalar(node)}")


@pytest.mark.parametrize("text", shown_yaml())
def test_the_guides_yaml_is_home_assistants(text):
    found = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    steps = found if isinstance(found, list) else found.get("actions", [])
    assert steps or set(found) <= {"notify", "rest_command", "apprise"}
    fields = yaml.safe_load((FOLDER / "services.yaml").read_text("utf-8"))["send"]["fields"]
    for step in steps:
        if step["action"] == "slack_bitrix24.send":
            assert set(step["data"]) <= set(fields)


def test_the_guide_shows_every_way():
    text = "\n".join(shown_yaml())
    for way in ("platform: rest", "rest_command:", "platform: apprise", "notify.send_message", "slack_bitrix24.send"):
        assert way in text
