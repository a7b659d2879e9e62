"""Ed25519 keys of evidence logs. The private one is a file that only its owner reads; the public one is for all."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from rackwright.diagnostics import InputError
from rackwright.evidence.canonical import sha256

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Checks signatures."""

    raw: bytes
    """The 32 bytes of RFC 8032."""

    @property
    def id(self) -> str:
        """SHA-256 of the raw key in hexadecimal: what a person notes down to know the key again."""
        return sha256(self.raw)

    @property
    def pem(self) -> bytes:
        """The key as other programs read it (``openssl pkey -pubin``)."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, data: bytes, signature: str) -> bool:
        """Whether `signature` (128 lower-case hexadecimal digits) is this key's for `data`."""
        if not _SIGNATURE.fullmatch(signature):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes.fromhex(signature), data)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Makes signatures. It never shows itself: its text form is the id of its public half."""

    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"SigningKey({self.public.id})"

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes) -> str:
        """Signature of `data` in hexadecimal; the same for the same data."""
        return self.private.sign(data).hex()


def new_key() -> SigningKey:
    """A fresh random key."""
    return SigningKey(Ed25519PrivateKey.generate())


def read_public(pem: bytes) -> PublicKey:
    """The public key in `pem`; ValueError when there is none, or when the text is not in its one usual form."""
    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as problem:
        raise ValueError(str(problem)) from problem
    if isinstance(key, Ed25519PublicKey):
        found = PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        if found.pem == pem:
            return found
    raise ValueError("it is no Ed25519 key in the usual form")


def load_or_make_key(path: Path) -> SigningKey:
    """The key at `path`, made at the first call (mode 0600). InputError when others could read it."""
    if not path.exists():
        _write_once(path, new_key())
    return load_key(path)


def load_key(path: Path) -> SigningKey:
    """The key at `path`. InputError when it is missing, no key, or readable by others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OPEN_TO_OTHERS:
            raise InputError(f"others can read the key (mode {mode:04o}, expected 0600)", where=str(path), hint=_RENEW)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise InputError(f"cannot read the evidence key: {problem}", where=str(path), hint=_RESTORE) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("the evidence key is no Ed25519 key", where=str(path), hint=_RESTORE)
    return SigningKey(key)


_RENEW = "chmod 600 it if nobody has read it; otherwise move the log away with its public key and let a new one begin"
_RESTORE = "restore the key from your backup"


def _write_once(path: Path, key: SigningKey) -> None:
    """Write the key file whole or not at all; of two writers at once, one wins and both read its key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
