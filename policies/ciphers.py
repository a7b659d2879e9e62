"""Cipher suites that are too weak, by their names."""

from __future__ import annotations

from collections.abc import Iterable

WEAK = ("RC4", "3DES", "NULL", "EXPORT", "MD5", "_CBC_", "TLS_RSA_WITH")
"""Parts of names: broken ciphers, and key exchange without forward secrecy (RFC 7525 4.2; RFC 9325 4.2)."""


def weak_suites(names: Iterable[str]) -> list[str]:
    """Those of `names` that are too weak, in their order."""
    return [name.strip() for name in names if any(part in name.upper() for part in WEAK)]
