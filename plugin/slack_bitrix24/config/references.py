"""Texts that stand elsewhere: `{ env = "NAME" }`, `{ file = "PATH" }`, and the variables known by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

Reader = Callable[[object], object]


class Unreadable(Exception):  # noqa: N818 - never leaves this package
    """A reference leads nowhere; the text says which, never what stood there."""


class Revealed(str):
    """A text that came from the environment or a file: no fault shows it."""

    __slots__ = ()


class References:
    """Reads references; relative paths start at `folder`."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder

    def read(self, value: object) -> object:
        """Return the text that a reference stands for; anything that is none comes back as it is."""
        match value:
            case {"env": str(name), **rest} if not rest:
                text = self.variable(name)
                if text is None:
                    raise Unreadable(f"the environment variable {name} is not set")
                return text
            case {"file": str(path), **rest} if not rest:
                return self._file(path)
            case {"env": _} | {"file": _}:
                raise Unreadable('a reference is { env = "NAME" } or { file = "PATH" }, and nothing beside it')
        return value

    def variable(self, name: str) -> Revealed | None:
        """Return the variable, or what the file named by NAME_FILE holds; None where neither is set to anything."""
        value, path = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if value and path:
            raise Unreadable(f"{name} and {name}_FILE are both set; keep one")
        if path:
            return self._file(path)
        return Revealed(value) if value else None

    def _file(self, path: str) -> Revealed:
        try:
            text = (self._folder / path).read_text("utf-8-sig").strip()
        except OSError as error:
            raise Unreadable(f"can't read the file {path}: {error.strerror}") from None
        except ValueError:
            raise Unreadable(f"can't read the file {path}: not UTF-8 text") from None
        if not text:
            raise Unreadable(f"the file {path} is empty")
        return Revealed(text)
