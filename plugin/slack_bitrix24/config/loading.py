"""The file and the environment, read into `Settings` or into faults: the door to both."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slack_bitrix24.config.references import References
from slack_bitrix24.config.section import Section
from slack_bitrix24.config.settings import Settings
from slack_bitrix24.config.whole import read_settings
from slack_bitrix24.errors import ConfigurationError

PROGRAM = "slack-bitrix24"
FILE_NAME = f"{PROGRAM}.toml"
FILE_VARIABLE = "SLACK_BITRIX24_CONFIG"

# What the environment may say instead of the file: interface.md, "Configuration".
VARIABLES = {
    "database": "DATABASE_URL",
    "slack.bot_token": "SLACK_BOT_TOKEN",
    "slack.app_token": "SLACK_APP_TOKEN",
    "slack.signing_secret": "SLACK_SIGNING_SECRET",
    "slack.api_url": "SLACK_API_URL",
    "portals.main.webhook_url": "BITRIX24_WEBHOOK_URL",
}

_TWICE = re.compile(r"Cannot declare \((.+)\) twice")
_KEY = re.compile(r"'([^']*)'")
# Part of what Python's tomllib says → what to do about it.
_CURES = (
    ("unescaped", "write what holds \\ in single quotes"),
    ("invalid hex value", "write what holds \\ in single quotes"),
    ("cannot overwrite a value", "does the key stand twice?"),
    ("stands twice", "put its keys together"),
    ("invalid value", "a text stands in quotes, true and false in small letters"),
    ("after a key in a key/value pair", "write key = value"),
    ('expected "', "a quotation mark is open"),
)


def folders(environ: Mapping[str, str], working: Path) -> list[Path]:
    """Return where the file is looked for, in this order: the working folder, the user's, the machine's.

    The user's is by the XDG base directory specification: `$XDG_CONFIG_HOME`, else `~/.config`.
    """
    home = environ.get("HOME", "")
    users = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return [working, *([Path(users) / PROGRAM] if users else []), Path("/etc") / PROGRAM]


def find(path: Path | None, environ: Mapping[str, str], working: Path) -> Path | None:
    """Return the configuration file: what was asked for, else `$SLACK_BITRIX24_CONFIG`, else the first that is there.

    None where there is none and the environment says something in its place. ConfigurationError: it says nothing.
    """
    if path is not None:
        return path
    if environ.get(FILE_VARIABLE):
        return Path(environ[FILE_VARIABLE])
    places = folders(environ, working)
    found = next((place / FILE_NAME for place in places if (place / FILE_NAME).exists()), None)
    if found is None and not any(environ.get(name) or environ.get(f"{name}_FILE") for name in VARIABLES.values()):
        ways = f"give --config, or set {VARIABLES['portals.main.webhook_url']}"
        raise ConfigurationError([f"no {FILE_NAME} in {', '.join(map(str, places))}; {ways}"])
    return found


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the configuration; without a file, from the environment alone.

    Relative paths in it start at the file's folder, else at the working folder. Raises `ConfigurationError` with every
    fault, one line each.
    """
    name = path.name if path else "environment"
    table = _parse(path, name) if path else {}
    faults: list[str] = []
    variables = {**VARIABLES, "portals": VARIABLES["portals.main.webhook_url"]}

    def note(key: str, text: str) -> None:
        # Without a file nobody wrote a key: name the variable that stands for it.
        place = key if path else variables.get(key, key)
        faults.append(f"{name}: {place}: {text}")

    folder = (path.parent if path else Path()).absolute()
    references = References(environ, folder)
    root = Section(_with_variables(table, environ), "", faults=note, reader=references.read)
    settings = read_settings(root, path=path, folder=folder, environ=environ)
    root.close()
    if faults:
        raise ConfigurationError(faults)
    return settings


def _parse(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError([f"{path}: can't be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError([f"{name}: {_why_no_text(error.object, error)}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{name}: {_toml_fault(str(error))}"]) from None
    except RecursionError:
        raise ConfigurationError([f"{name}: nested too deep"]) from None
    except ValueError:
        raise ConfigurationError([f"{name}: a number of thousands of digits is no setting"]) from None


def _why_no_text(content: bytes, error: UnicodeDecodeError) -> str:
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return f"line {_line(error)}: not UTF-8 text{', but UTF-16' if utf_16 else ''}; save the file as UTF-8"


def _line(error: UnicodeDecodeError) -> int:
    return error.object.count(b"\n", 0, error.start) + 1


def _toml_fault(message: str) -> str:
    """Turn `Invalid value (at line 1, column 5)` into `line 1, column 5: not TOML: invalid value`, and say the cure."""
    text, _, place = message.rpartition(" (at ")
    said = f"{text[:1].lower()}{text[1:]}"
    if twice := _TWICE.fullmatch(text):
        said = f"[{'.'.join(_KEY.findall(twice[1]))}] stands twice"
    cure = next((f"; {cure}" for sign, cure in _CURES if sign in said), "")
    return f"{place.rstrip(')')}: not TOML: {said}{cure}"


def _with_variables(table: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the table with a reference to each variable that is set and whose key the file does not have.

    `BITRIX24_WEBHOOK_URL` makes a portal only where the file has none, lest it join another way to sign in;
    `SLACK_API_URL` alone does not ask for Slack.
    """
    filled = table
    for key, variable in VARIABLES.items():
        section = key.partition(".")[0]
        if not (environ.get(variable) or environ.get(f"{variable}_FILE")):
            continue
        if section == "portals" and section in table:
            continue
        if variable == "SLACK_API_URL" and not {"slack", "relays"} & filled.keys():
            continue
        filled = _filled(filled, key.split("."), {"env": variable})
    return filled


def _filled(table: Any, keys: list[str], value: object) -> Any:
    """Return nested tables with a value at a path, unless something stands there."""
    first, *rest = keys
    if not isinstance(table, dict):
        return table
    return {**table, first: _filled(table.get(first, {}), rest, value) if rest else table.get(first, value)}
