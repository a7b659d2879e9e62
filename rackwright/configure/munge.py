"""The key by which Slurm's daemons know each other: made once for each stack, kept in a file that only we can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_BYTES = 64
"""Random bytes in a key. munge accepts 32 to 1024 bytes (munged(8)); the key file holds them as hexadecimal text."""


def munge_key(folder: Path) -> str:
    """The stack's key, made at the first call in `folder` (``.rw/stacks/<stack>/secrets``, mode 0700)."""
    path = folder / "munge.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.is_file():
        _write_once(path, secrets.token_hex(KEY_BYTES))
    return path.read_text()


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all; of two writers at once, one wins and both read its text."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
