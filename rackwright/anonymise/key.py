"""The key of pseudonyms: a file that only its owner reads, made at first use. Who destroys it cuts the way back."""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from rackwright.diagnostics import InputError

KEY_BYTES = 32
"""Random bytes of a key, the length of the hash (RFC 2104 section 3); the file holds them in hexadecimal."""

ID_LENGTH = 16
"""Hexadecimal digits of a key's id."""


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """A secret that shows only its id."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Names the key without telling it."""
        return hmac.digest(self.secret, b"rackwright anonymise key id", "sha256").hex()[:ID_LENGTH]


def load_or_make_key(path: Path) -> tuple[PseudonymKey, bool]:
    """The key at `path`, and whether it was made just now (mode 0600). InputError when others can read it."""
    try:
        made = _make(path)
        mode, text = stat.S_IMODE(path.stat().st_mode), path.read_text(encoding="ascii")
        secret = bytes.fromhex(text)
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not hexadecimal text"
        raise InputError(f"cannot use the key file: {reason}", where=str(path), hint=_HINT) from problem
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"others can read the key (mode {mode:04o}, expected 0600)", where=str(path), hint=_HINT)
    if len(secret) < KEY_BYTES:
        raise InputError(f"the key has {len(secret)} bytes, expected at least {KEY_BYTES}", where=str(path), hint=_HINT)
    return PseudonymKey(secret), made


_HINT = "name a file that does not exist yet and it is made, or restore yours with mode 0600"


def _make(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    return True
