"""What must not be in the repository: traces of the machines it was written on."""

from __future__ import annotations

import re

import pytest

# The pattern is put together so that this file does not hold what it looks for.
MACHINE = re.compile(
    "|".join([r"(?<![\w.])/" + "work/", r"\.\./" + "shared", r"\." + "library/", "/home/" + r"(?!runner)\w"])
)
# Lock files carry hashes, never addresses: whoever installs chooses the index.
REGISTRY = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", r"registry\." + "npm", r"index" + "-url"])
)
# The corpus of real payloads is not ours to publish: where it may lie is said in one place.
SAYS_CORPUS = {".ci/run"}


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["machine paths", "package registries"])
def test_no_tracked_file_names(pattern, tracked, root):
    found = {
        f"{path.relative_to(root)}:{number}: {line.strip()[:80]}"
        for path in tracked
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line) and not _is_the_corpus(path.relative_to(root).as_posix(), line)
    }
    assert {each for each in found if "--no-emit-index-url" not in each} == set()


def _is_the_corpus(path: str, line: str) -> bool:
    return path in SAYS_CORPUS and "CORPUS" in line
