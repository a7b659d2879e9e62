"""Secrets at rest, in Pulumi's passphrase scheme, so that its CLI reads our state and we read its.

A salt is kept as ``v1:SALT:v1:NONCE:DATA``, whose last three parts are the word "pulumi" encrypted, to tell a wrong
passphrase. The key is PBKDF2-HMAC-SHA256 of the passphrase, a million rounds; a value ``v1:NONCE:DATA`` is AES-256-GCM.
Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go and
pkg/secrets/passphrase/manager.go (2026-11-21).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rackwright.diagnostics import InputError

ROUNDS = 1_000_000
"""PBKDF2 rounds; takes about half a second, hence derived only when a secret is met."""
_SALT_BYTES = 8
_NONCE_BYTES = 12
_CHECK_WORD = "pulumi"


@functools.lru_cache(maxsize=8)
def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS, 32)


def _seal(key: bytes, plaintext: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    data = AESGCM(key).encrypt(nonce, plaintext.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(data).decode()}"


def _open(key: bytes, sealed: str) -> str:
    version, nonce, data = sealed.split(":")
    if version != "v1":
        raise ValueError(f"version {version!r}, expected 'v1'")
    return AESGCM(key).decrypt(base64.b64decode(nonce), base64.b64decode(data), None).decode()


class Crypter:
    """Encrypts and decrypts the secrets of one stack.

    A value that was read or written before keeps its ciphertext, so that an unchanged secret does not change the file.
    """

    def __init__(self, passphrase: str, salt: str | None = None) -> None:
        self._passphrase = passphrase
        self._salt = salt
        self._checked = False
        self._known: dict[tuple[str, str], str] = {}

    @property
    def salt(self) -> str:
        """What Pulumi calls ``encryptionsalt``; made on first use of a new stack."""
        if self._salt is None:
            raw = os.urandom(_SALT_BYTES)
            check = _seal(_key(self._passphrase, raw), _CHECK_WORD)
            self._salt = f"v1:{base64.b64encode(raw).decode()}:{check}"
        return self._salt

    def encrypt(self, plaintext: str, scope: str) -> str:
        """Ciphertext of `plaintext`. `scope` (a URN) keeps equal secrets of different resources apart."""
        if (scope, plaintext) not in self._known:
            self._known[scope, plaintext] = _seal(self._unlocked(), plaintext)
        return self._known[scope, plaintext]

    def decrypt(self, ciphertext: str, scope: str) -> str:
        """Plaintext of `ciphertext`. Raises `InputError` on a wrong passphrase or damaged data."""
        try:
            plaintext = _open(self._unlocked(), ciphertext)
        except (InvalidTag, ValueError) as cause:
            raise InputError(
                "a secret in the state cannot be decrypted: the file is damaged",
                where=scope,
                hint="restore the state from its .bak file or with an import of an earlier export",
            ) from cause
        self._known[scope, plaintext] = ciphertext
        return plaintext

    def _unlocked(self) -> bytes:
        _, salt, check = self.salt.split(":", 2)
        key = _key(self._passphrase, base64.b64decode(salt))
        if not self._checked and not _fits(key, check):
            raise InputError(
                "the passphrase does not fit the state's secrets",
                where="PULUMI_CONFIG_PASSPHRASE",
                hint="give the passphrase that the stack was made with",
            )
        self._checked = True
        return key


def _fits(key: bytes, check: str) -> bool:
    try:
        return _open(key, check) == _CHECK_WORD
    except (InvalidTag, ValueError):
        return False
