"""The body of a request as JSON, whatever its sender calls it. No I/O.

Seen from real programs: JSON without a type, JSON labelled as a form (curl -d), a form with `payload`, the same not
encoded, a multipart form, a byte order mark, raw line ends inside strings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from slack_bitrix24.web.request import Request
from slack_bitrix24.web.senders.sender import Attached

MOST_FIELDS = 1000


class NoJSONError(ValueError):
    """The body holds none."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its fields in order, one name perhaps several times, and the files of a multipart one."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: tuple[Attached, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """Return the last value of each name."""
        return dict(self.pairs)

    @property
    def all(self) -> dict[str, list[str]]:
        """Return all values of each name."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs:
            found.setdefault(name, []).append(value)
        return found


def text(body: bytes, charset: str = "") -> str:
    """Return the body as text, without a byte order mark: in UTF-8, else as it says of itself, else in Windows-1252."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    for name in ("utf-8-sig", charset):
        with suppress(UnicodeDecodeError, LookupError, ValueError):
            return body.decode(name) if name else body.decode("cp1252", "replace")
    return body.decode("cp1252", "replace")


def said(request: Request) -> str:
    """Return the body of a request as text."""
    return text(request.body, request.charset)


def json_of(request: Request, *fields: str) -> Any:
    """Return the JSON of a body, or of the first of these fields of a form that is there.

    A form without such a field is an object of its fields. Raises NoJSONError where there is neither.
    """
    whole = said(request).strip()
    if request.content_type != "multipart/form-data":
        try:
            return parse(whole)
        except NoJSONError:
            if request.content_type in ("application/json", "text/plain") and not _holds(whole, fields):
                raise
    given = form(request).fields
    for name in fields:
        if whole.startswith((f"{name}={{", f"{name}=[")):  # never encoded: "&" and "+" in it mean themselves
            return parse(whole.removeprefix(f"{name}="))
        if name in given:
            return parse(given[name].strip())
    if not any(given.values()):
        raise NoJSONError("no form and no JSON")
    return _whole(given)


def _whole(given: dict[str, str]) -> Any:
    """Return the object that the only field of a form holds (Uptime Kuma's `data`), else the fields."""
    [*values] = given.values()
    if len(values) == 1 and values[0].lstrip()[:1] == "{":
        with suppress(NoJSONError):
            return parse(values[0])
    return given


def _holds(whole: str, fields: Sequence[str]) -> bool:
    return whole.startswith(tuple(f"{name}=" for name in fields))


def parse(text: str) -> Any:
    """Return what a JSON text holds, raw line ends in its strings allowed; lines of JSON objects are a list of them.

    Raises NoJSONError.
    """
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        lines = _lines(text)
    except ValueError:
        # Python takes no number of more than 4,300 digits; to a reader they are digits.
        lines = [_long(text)]
    except RecursionError:
        lines = []
    if not lines:
        raise NoJSONError("no JSON")
    return lines if len(lines) > 1 else lines[0]


def _lines(text: str) -> list[Any]:
    """Return the objects of a text with one on each line (https://github.com/ndjson/ndjson-spec); else nothing."""
    found = []
    for line in text.splitlines() if text.startswith("{") else ():
        try:
            found += [json.loads(line)] if line.strip() else []
        except (ValueError, RecursionError):
            return []
    return found


def _long(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_int=str)
    except (ValueError, RecursionError):
        raise NoJSONError("no JSON") from None


def form(request: Request) -> Form:
    """Return the form in a body, encoded or multipart. Raises NoJSONError for one of far too many fields."""
    if request.content_type == "multipart/form-data":
        return _multipart(request)
    whole = said(request)
    for name, errors in (("utf-8", "strict"), (request.charset or "cp1252", "strict"), ("cp1252", "replace")):
        try:
            found = parse_qsl(whole, True, encoding=name, errors=errors, max_num_fields=MOST_FIELDS)  # noqa: FBT003
        except (UnicodeDecodeError, LookupError):
            continue
        except ValueError:
            break
        return Form(tuple(found))
    raise NoJSONError("too many fields")


def _multipart(request: Request) -> Form:
    kind = request.headers.get("content-type", "").encode("latin-1", "replace")
    whole = message_from_bytes(b"Content-Type: %b\r\n\r\n%b" % (kind, request.body), _class=EmailMessage, policy=HTTP)
    pairs: list[tuple[str, str]] = []
    files: list[Attached] = []
    for part in whole.iter_parts():
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        name = part.get_param("name", "", "content-disposition")
        filename = part.get_filename()
        if filename is None:
            pairs.append((str(name), text(raw)))
        else:
            files.append(Attached(name=str(filename), content=raw, kind=part.get_content_type()))
    return Form(tuple(pairs), tuple(files))
