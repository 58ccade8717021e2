"""The mapping file on disk, reread when it changes; a broken one keeps the last good one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping.directory import Directory
from slack_bitrix24.mapping.encoding import text_of
from slack_bitrix24.mapping.reading import read_mapping


class MappingFile:
    """A mapping file that is followed. Making it reads the file and raises `MappingError` where it can't be used.

    `directory` is the last good content. `faults` says what is wrong with the file as it stands now.
    """

    def __init__(self, path: Path, portals: Sequence[str], hosts: Mapping[str, str] = MappingProxyType({})) -> None:
        self.path = path
        self.faults: list[str] = []
        self._portals, self._hosts = portals, hosts
        self._seen = self._state()
        self.directory = self._read()

    def refresh(self) -> str | None:
        """Reread the file if it is another one than last time; return what came of it, in one line, for the log.

        The file is told by inode, size and time of change, so that a swapped symbolic link is seen as well.
        """
        state = self._state()
        if state == self._seen:
            return None
        self._seen = state
        try:
            self.directory = self._read()
        except MappingError as error:
            self.faults = error.faults
            more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
            return f"{error.faults[0]}{more}; the last good version stays in use"
        self.faults = []
        users, groups = len(self.directory.users), len(self.directory.groups)
        return f"{self.path.name}: reread: users: {users}, groups: {groups}"

    def _state(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _read(self) -> Directory:
        name = self.path.name
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise MappingError([f"{self.path}: can't be read: {error.strerror}"]) from None
        return read_mapping(text_of(content, name), name=name, portals=self._portals, hosts=self._hosts)
