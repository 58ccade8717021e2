"""Every secret of the configuration, for the log to hide."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.settings import Settings


def secrets_of(settings: Settings) -> list[str]:
    """Return every secret of the configuration: of an address also what is secret in it, alone.

    Hosts and folders are none: a log that hides them can't say what does not answer.
    """
    found: list[str] = []
    parts: list[object] = [settings.slack, *settings.portals.values(), *settings.webhooks]
    parts += [*settings.heartbeats, settings.web]
    for part in parts:
        values = [getattr(part, name) for name in _fields(part)]
        found += [one.reveal() for value in values for one in _each(value) if isinstance(one, Secret)]
    # The secret stands in the path. The host is told: what is away has a name.
    pieces = [piece for text in found if "://" in text for piece in urlsplit(text).path.split("/") if len(piece) >= 10]
    return [*found, *pieces, *_of_database(settings.database.reveal())]


def _of_database(url: str) -> list[str]:
    """Return the password of a database's address as it stands there and as it is; its path is no secret."""
    parts = urlsplit(url)
    asked = [value for name, value in parse_qsl(parts.query) if "password" in name]
    written = parts.netloc.rpartition("@")[0].partition(":")[2]
    return [one for one in (written, unquote(written), *asked) if one]


def _each(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _fields(part: object) -> list[str]:
    return [name for name in getattr(type(part), "__slots__", ()) if not name.startswith("_")]
