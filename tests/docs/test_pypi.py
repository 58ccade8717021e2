"""What a package carries of itself: its description leads nowhere that is not there, and what builds it is at hand."""

import re
import tomllib
from pathlib import Path

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
