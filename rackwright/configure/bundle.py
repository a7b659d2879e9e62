"""The signed bundle by which nodes configure themselves: playbooks, roles, lock, slices, and Ansible itself.

The same input gives the same bytes: entries are sorted, without times and owners. Ansible is the controller's own
version (pure Python parts only, so that one bundle serves every architecture), hence push and pull run the same code.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

from rackwright.configure.runner import PLAYBOOKS
from rackwright.lock import dump_lock
from rackwright.lock.model import Lock
from rackwright.node.fetch import MAGIC

RUNTIME = ("ansible-core", "jinja2", "MarkupSafe", "packaging", "PyYAML", "resolvelib")
"""What ansible-playbook imports."""

Sign = Callable[[bytes], str]
"""Ed25519 signature in hexadecimal; the same for the same data."""

_LEFT_OUT = (".so", ".c", ".pyi", ".pyc", ".ps1", ".psm1", ".cs", ".md")
_TOPS_LEFT_OUT = frozenset({"ansible_test", "_yaml", ".."})


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signed bundle."""

    data: bytes
    """One line with the signature, then a gzipped tar archive."""

    @property
    def digest(self) -> str:
        """SHA-256 of the whole, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def make_bundle(slices: Mapping[str, Any], lock: Lock, sign: Sign, playbooks: Path = PLAYBOOKS) -> Bundle:
    """Pack and sign. OSError when a file cannot be read."""
    content = {
        **runtime_files(),
        **playbook_files(playbooks),
        **{name: (files("rackwright.node") / name).read_bytes() for name in ("fetch.py", "converge.py")},
        "slices.json": json.dumps(slices, sort_keys=True, separators=(",", ":")).encode(),
        "lock.yaml": dump_lock(lock).encode(),
    }
    payload = gzip.compress(archive(content), compresslevel=6, mtime=0)
    return Bundle(sign(MAGIC + payload).encode() + b"\n" + payload)


def archive(content: Mapping[str, bytes]) -> bytes:
    """A tar archive of `content` (path -> bytes), the same bytes for the same content. Pure."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(content.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return made.getvalue()


def playbook_files(playbooks: Path) -> dict[str, bytes]:
    """Playbooks, roles, plug-ins and settings: path in the bundle -> bytes."""
    found = (path for path in playbooks.rglob("*") if path.is_file())
    return {
        f"playbooks/{name}": path.read_bytes() for path in found if _wanted(name := str(path.relative_to(playbooks)))
    }


@cache
def runtime_files() -> dict[str, bytes]:
    """Ansible and what it needs, as installed here: path in the bundle -> bytes."""
    named = ((str(file), file) for package in RUNTIME for file in distribution(package).files or ())
    return {f"runtime/{name}": Path(str(file.locate())).read_bytes() for name, file in named if _wanted(name)}


def _wanted(name: str) -> bool:
    parts = Path(name).parts
    if parts[0].endswith(".dist-info"):
        return parts[1:] == ("METADATA",)  # Ansible asks for versions; the rest is about this machine
    return not (name.endswith(_LEFT_OUT) or parts[0] in _TOPS_LEFT_OUT or "__pycache__" in parts)
