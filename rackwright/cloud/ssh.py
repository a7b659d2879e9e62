"""Keys of the stack and of its machines, and the ssh command that trusts exactly those."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from rackwright.cloud.base_root import ADMIN_USER
from rackwright.cloud.settings import CloudSettings

CONNECT_TIMEOUT_S = 5


def ssh_key(root: Path) -> Path:
    """The stack's private key for its machines, made at the first call; the public half is beside it (``.pub``)."""
    return ensure_key(root / "ssh" / "id_ed25519")


def ensure_key(path: Path) -> Path:
    """An Ed25519 key at `path`, made now if there is none that can be read."""
    if not _readable(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        private = Ed25519PrivateKey.generate()
        _replace(path, private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), 0o600)
    public, beside = public_key(path).encode() + b"\n", path.with_name(f"{path.name}.pub")
    if not beside.exists() or beside.read_bytes() != public:  # a full or read-only disk must not stop a status
        _replace(beside, public, 0o644)
    return path


def public_key(path: Path) -> str:
    """Public half of the private key at `path`, in OpenSSH's one-line form."""
    private = load_ssh_private_key(path.read_bytes(), password=None)
    return private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def known_hosts(settings: CloudSettings) -> Path:
    """File that pins every machine's host key to its address."""
    return settings.root / "ssh" / "known_hosts"


def write_known_hosts(settings: CloudSettings, keys: Mapping[str, str]) -> None:
    """Pin `keys`: address -> public host key."""
    lines = [f"{address} {key}\n" for address, key in sorted(keys.items())]
    known_hosts(settings).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _replace(known_hosts(settings), "".join(lines).encode(), 0o644)


def ssh_options(settings: CloudSettings, key: Path) -> list[str]:
    """Options that use our key only, trust our host keys only, and never ask."""
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": str(CONNECT_TIMEOUT_S),
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(known_hosts(settings)),
        "GlobalKnownHostsFile": "/dev/null",
    }
    return ["-F", "/dev/null", "-i", str(key), *(part for item in options.items() for part in ("-o", "=".join(item)))]


def ssh_command(settings: CloudSettings, address: str, key: Path, user: str = ADMIN_USER) -> list[str]:
    """Command that opens a shell on the machine at `address`; append a command to run that instead."""
    return ["ssh", *ssh_options(settings, key), f"{user}@{address}"]


def _readable(path: Path) -> bool:
    try:
        public_key(path)
    except (OSError, ValueError):
        return False
    return True


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    new.replace(path)
