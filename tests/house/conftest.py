"""The repository itself: what stands in it is under test here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def modules(root: Path) -> list[Path]:
    """Return every module of the package, relative to its folder."""
    package = root / "plugin" / "slack_bitrix24"
    return sorted(path.relative_to(package) for path in package.rglob("*.py"))


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Return every text file that git tracks."""
    if not (root / ".git").exists():
        pytest.skip("not a git work tree: which files are ours is not known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:1024]]
