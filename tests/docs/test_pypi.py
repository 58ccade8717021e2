"""What a package carries of itself: its description leads nowhere that is not there, and what builds it is at hand."""

import json
import re
import tomllib
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_description_has_no_link_into_the_repository():
    told = ProjectMetadata(str(ROOT), PluginManager()).core.readme
    assert "slack-bitrix24 init" in told
    links = re.findall(r"\]\(([^)\s]+)|(?:src|href)=[\"']?([^\"'\s>]+)", told)
    assert [link for pair in links for link in pair if link and not link.startswith("https://")] == []


def test_whatever_builds_the_package_has_its_description():
    readme = PROJECT["project"]["readme"]
    assert readme in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert re.search(
        rf"^COPY .*{re.escape(readme)}", (ROOT / "examples/container/Containerfile").read_text(), re.MULTILINE
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as opened:
        yield opened


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "py.typed",
        "sandbox/page/index.html",
        "sandbox/page/static/main.js",
        "store/migrations/env.py",
        "web/page/templates/base.html",
        "web/page/static/page.css",
        "web/page/static/htmx.min.js",
    ],
)
def test_the_wheel_has_what_is_no_python(wheel, name):
    kept = {"manifest.json": ROOT / name}.get(name, ROOT / "plugin" / "slack_bitrix24" / name)
    assert wheel.read(f"slack_bitrix24/{name}") == kept.read_bytes()


def test_the_wheel_tells_where_the_project_lives(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    told = BytesParser().parsebytes(wheel.read(name))
    urls = dict(line.split(", ", 1) for line in told.get_all("Project-URL"))
    assert urls == PROJECT["project"]["urls"]
    assert set(urls) == {"Repository", "Documentation", "Changes", "Issues"}


def test_every_address_of_the_project_is_the_same_one():
    """Whoever publishes it elsewhere changes the address in pyproject.toml, and is told where else."""
    home = PROJECT["project"]["urls"]["Repository"]
    integration = json.loads((ROOT / "custom_components/slack_bitrix24/manifest.json").read_text())
    others = [*PROJECT["project"]["urls"].values(), integration["documentation"], integration["issue_tracker"]]
    others += re.findall(r"https://[^)\s]+/docs\b[^)\s]*", (ROOT / "docs/pypi.md").read_text())
    assert len(others) == 7
    assert [address for address in others if not address.startswith(home)] == []
    files = [address.partition("/main/")[2] for address in others if "/main/" in address]
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_hacs_is_told_the_same_as_home_assistant():
    hacs = json.loads((ROOT / "hacs.json").read_text())
    integration = json.loads((ROOT / "custom_components/slack_bitrix24/manifest.json").read_text())
    assert hacs["name"] == integration["name"]
    assert f"needs Home Assistant {hacs['homeassistant'].removesuffix('.0')}" in (
        ROOT / "docs/how-to/home-assistant.md"
    ).read_text().replace("\n", " ")
