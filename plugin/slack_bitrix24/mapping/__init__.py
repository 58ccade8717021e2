"""The mapping file: which Slack user is which Bitrix24 user, and groups of them."""

from __future__ import annotations

from slack_bitrix24.mapping.directory import Directory
from slack_bitrix24.mapping.file import MappingFile
from slack_bitrix24.mapping.profile import host_of
from slack_bitrix24.mapping.reading import read_mapping

__all__ = ["Directory", "MappingFile", "host_of", "read_mapping"]
