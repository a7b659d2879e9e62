"""Debian packages of our own making, and the folder that serves them to the machines."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rackwright.cloud import program

EPOCH = 1767225600
"""Time stamp of everything in our packages, 2026-01-01: the same content gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Control:
    """What a package says about itself."""

    package: str
    version: str
    architecture: str
    description: str
    """One line; the rest of the description is `long_description`."""
    long_description: str
    depends: str = ""

    def text(self) -> str:
        """The control file. Its form: Debian Policy, section 5.3."""
        fields = {
            "Package": self.package,
            "Version": self.version,
            "Architecture": self.architecture,
            "Maintainer": "Rackwright local cloud <root@localhost>",
            "Section": "admin",
            "Priority": "optional",
            "Depends": self.depends,
        }
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        wrapped = [f" {line}" if line.strip() else " ." for line in self.long_description.splitlines()]
        return "\n".join([*lines, f"Description: {self.description}", *wrapped, ""])


def build_package(control: Control, content: Mapping[str, Path], target: Path) -> Path:
    """Pack `content` (path on the node -> file here) as `target`; whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="half-built-", dir=target.parent) as work:
        tree = Path(work) / "tree"
        _put(tree / "DEBIAN/control", control.text())
        for name, source in content.items():
            place = tree / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            place.chmod(0o755 if "bin/" in name else 0o644)
        for folder in (tree, *(path for path in tree.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        made = Path(work) / target.name
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(made)]
        program.run(command, what=f"pack {target.name}", env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)})
        made.replace(target)
    return target


def publish(repository: Path, packages: Mapping[str, Path]) -> None:
    """Make `repository` a flat apt repository of exactly `packages` (file name -> file)."""
    repository.mkdir(parents=True, exist_ok=True)
    for name, source in packages.items():
        new = repository / f".{name}.new"
        shutil.copyfile(source, new)
        new.replace(repository / name)
    for old in repository.glob("*.deb"):
        if old.name not in packages:
            old.unlink()
    index = "".join(index_entry(repository / name, f"./{name}") for name in sorted(packages))
    _put(repository / "Packages", index)
    _put(repository / "Release", _release(index.encode()))


def index_entry(package: Path, name: str) -> str:
    """The stanza of `package` in an apt index that lies where `name` leads from."""
    fields = program.run(["dpkg-deb", "--field", package], what=f"read {package.name}").rstrip("\n")
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return f"{fields}\nFilename: {name}\nSize: {len(content)}\nSHA256: {digest}\n\n"


def _release(index: bytes) -> str:
    digest = hashlib.sha256(index).hexdigest()
    head = "Origin: Rackwright local cloud\nSuite: ./\nDate: Thu, 01 Jan 2026 00:00:00 UTC\n"
    return f"{head}SHA256:\n {digest} {len(index)} Packages\n"


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)
