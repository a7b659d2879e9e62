"""One-time codes of people who may become root (TOTP, RFC 6238): seeds from one secret of the stack. Pure.

Every host has the same seed for a person, and none is kept anywhere but on the hosts: it can be made again.
"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from rackwright.design.host_model import HostSettings

SEED_BYTES = 20
"""Length of a seed: that of the hash that the codes are made with (RFC 4226, section 4, requirement R6)."""


def people_with_codes(hosts: HostSettings) -> list[str]:
    """Accounts that are asked for a code, sorted: members of groups that may become root."""
    rooted = {group.name for group in hosts.groups if group.sudo} if hosts.second_factor else set()
    return sorted(person.name for person in hosts.people if rooted & set(person.groups))


def seed(secret: str, person: str) -> bytes:
    """Seed of `person` (`SEED_BYTES` long). The role's template makes the same."""
    return bytes.fromhex(hashlib.sha256(f"{secret}:{person}".encode()).hexdigest()[: 2 * SEED_BYTES])


def enrolment(secret: str, person: str, cluster: str) -> str:
    """The address that an authenticator reads from a QR code: ``otpauth://totp/…``.

    Form: https://github.com/google/google-authenticator/wiki/Key-Uri-Format (read 2026-11-21).
    """
    text = base64.b32encode(seed(secret, person)).decode().rstrip("=")
    label = quote(f"{cluster}:{person}")
    return f"otpauth://totp/{label}?secret={text}&issuer={quote(cluster)}&algorithm=SHA1&digits=6&period=30"
