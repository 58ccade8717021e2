"""What an OAuth application keeps: its tokens, sealed at rest, and where they are kept.

https://apidocs.bitrix24.com/settings/oauth/index.html
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.errors import Bitrix24Error, Verdict

_PURPOSE: Final = b"slack-bitrix24 tokens"


class TokenStore(Protocol):
    """Where the sealed tokens of one portal are kept. `save` is durable when it returns."""

    def load(self) -> str:
        """Return what was saved last, or ""."""

    def save(self, text: str) -> None:
        """Keep the text."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off every other thread, process and node that wants to renew the same tokens."""


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """One answer of the authorization server, so far as it is kept. It has no repr: all of it is secret.

    `endpoint` is the portal's REST address (`client_endpoint`; `domain` is the authorization server's own name).
    `application_token` proves later posts of the portal; `seed` is the digest of the refresh token that a person
    configured, so that a newly configured one wins over what is kept.
    """

    access_token: str = ""
    refresh_token: str = ""
    endpoint: str = ""
    server: str = ""
    member_id: str = ""
    user_id: int = 0
    application_token: str = ""
    seed: str = ""


def read_tokens(status: int, body: bytes) -> Mapping[str, Any]:
    """Return the authorization server's answer; raise `Bitrix24Error` for a refusal (some come with status 200).

    https://apidocs.bitrix24.com/settings/oauth/error-codes.html
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict) and data.get("error"):
        raise codes.refusal(status, str(data["error"]), str(data.get("error_description") or ""))
    if not isinstance(data, dict) or not data.get("access_token") or not data.get("refresh_token"):
        raise Bitrix24Error(
            f"the authorization server's answer (HTTP {status}) holds no tokens",
            status=status,
            verdict=Verdict.AGAIN,
            retry_after=30.0,
        )
    return data


def digest(text: str) -> str:
    """Return a digest that tells a refresh token from another without giving it away."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


class Seal:
    """Encrypts tokens with a key made from `key`, any text that is hard to guess."""

    def __init__(self, key: str) -> None:
        raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(raw))

    def close(self, tokens: Tokens) -> str:
        """Return the tokens encrypted."""
        return self._fernet.encrypt(json.dumps(asdict(tokens)).encode()).decode()

    def open(self, text: str) -> Tokens:
        """Return the tokens; raise `Bitrix24Error` when the key is another one or the text was changed."""
        plain = None
        try:
            plain = json.loads(self._fernet.decrypt(text.encode()))
            return Tokens(**plain)
        except (InvalidToken, ValueError, TypeError):
            pass
        # Raised out here: from within `except`, the traceback would lead to what was decrypted.
        raise Bitrix24Error("the kept tokens can't be opened with this key", verdict=Verdict.PORTAL)


class MemoryTokens:
    """Keeps the tokens for this process's life."""

    def __init__(self) -> None:
        self._text = ""
        self._lock = threading.Lock()

    def load(self) -> str:
        """Return what was saved last, or ""."""
        return self._text

    def save(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off the other threads."""
        with self._lock:
            yield


class FileTokens:
    """Keeps the tokens in a file that only its owner may read; `exclusive` holds off other processes too."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()

    def load(self) -> str:
        """Return what was saved last, or ""."""
        return self._path.read_text() if self._path.exists() else ""

    def save(self, text: str) -> None:
        """Replace the file, whole and on disk."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        # The mode from the first byte on: with chmod afterwards there is a moment in which others may read.
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)  # whole or not at all: half a refresh token would end the sign-in for good

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off other threads and processes, by a lock file beside the tokens."""
        lock = self._path.with_name(f"{self._path.name}.lock")
        with self._lock, lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
