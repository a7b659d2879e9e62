"""Packages of a lock with everything they depend on, from apt's own resolver, and a signed repository of them."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rackwright.cloud import program
from rackwright.cloud.mirror import host_mirror
from rackwright.cloud.packages import index_entry
from rackwright.diagnostics import StepFailed
from rackwright.lock.model import Lock
from rackwright.mirror.fetch import Wanted
from rackwright.mirror.settings import MirrorSettings

FOLDER = "apt"
KEY = "key.asc"
_LINE = re.compile(r"^'(?P<url>[^']+)' (?P<name>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$")
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
OUTSIDE = frozenset({"built", "upstream", "pypi", "nvidia-pypi"})
"""Sources of packages that no apt repository of the distribution has."""


@dataclass(frozen=True, slots=True)
class AptWorld:
    """An apt of its own: its lists and its idea of what is installed (nothing) lie in `folder`."""

    folder: Path
    sources: tuple[str, ...]
    architecture: str

    def run(self, *words: str, what: str) -> str:
        """What ``apt-get`` says; `StepFailed` with its own complaint."""
        environment = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        hint = "check apt_sources of the mirror's settings, and that the sources answer"
        return program.run(["apt-get", *words], what=what, env=environment, hint=hint, timeout_s=600)

    def prepare(self) -> None:
        """Make its folders and files."""
        for name in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text("".join(f"{line}\n" for line in self.sources))
        (self.folder / "apt.conf").write_text(self.configuration())

    def configuration(self) -> str:
        """apt.conf(5) of this world; proxies and keys stay those of the machine."""
        values = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferencesparts": "-",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::ForceHash": "sha256",
        }
        return "".join(f'{name} "{value}";\n' for name, value in values.items())


def wanted_names(lock: Lock, tools: Iterable[str]) -> list[str]:
    """Packages to ask apt for: those of the lock with their versions, and the distribution's tools by name."""
    pinned = [f"{name}={p.version}" for name, p in sorted(lock.packages.items()) if p.source not in OUTSIDE]
    return [*pinned, *sorted(set(tools) - lock.packages.keys())]


def left_out(lock: Lock) -> dict[str, str]:
    """Packages of the lock that no apt repository of the distribution has -> why."""
    return {name: p.source for name, p in sorted(lock.packages.items()) if p.source in OUTSIDE}


def sources_of(settings: MirrorSettings, lock: Lock) -> tuple[str, ...]:
    """Lines of sources.list: those of the settings, else the lock's release from where this machine gets its own."""
    if settings.apt_sources:
        return settings.apt_sources
    lines = host_mirror().lines(lock.os.release)
    return tuple(line.replace("deb ", f"deb [signed-by={_KEYRING}] ", 1) for line in lines)


def resolve(world: AptWorld, names: Sequence[str]) -> list[Wanted]:
    """Every package file that `names` need, by apt's own resolver for a machine that has nothing."""
    world.prepare()
    world.run("update", what="read the package indexes")
    answer = world.run("install", "--print-uris", "--yes", "--quiet=2", *names, what="resolve the packages of the lock")
    found = parse_uris(answer)
    if names and not found:
        raise StepFailed("apt named no package file", where=str(world.folder), hint="./rw mirror sync again")
    return found


def parse_uris(text: str) -> list[Wanted]:
    """Package files in the answer of ``apt-get --print-uris``; other lines are skipped."""
    matches = (_LINE.match(line) for line in text.splitlines())
    return [
        Wanted(f"{FOLDER}/pool/{match['name']}", match["url"], "package", match["sha256"]) for match in matches if match
    ]


def write_repository(folder: Path, keys: Path, packages: Sequence[str]) -> list[Path]:
    """Index and sign the packages (paths below `folder`) as a flat repository in ``apt/``; the files it made.

    `keys` holds the signing key, which is made at first use and never enters the mirror; its public half does.
    """
    root = folder / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    names = sorted(Path(path).relative_to(FOLDER).as_posix() for path in packages)
    index = "".join(index_entry(root / name, f"./{name}") for name in names).encode()
    (root / "Packages").write_bytes(index)
    (root / "Packages.gz").write_bytes(gzip.compress(index, mtime=0))
    (root / "Release").write_text(
        release_text({name: (root / name).read_bytes() for name in ("Packages", "Packages.gz")})
    )
    _sign(root, keys)
    return [root / name for name in ("Packages", "Packages.gz", "Release", "InRelease", KEY)]


def release_text(indexes: dict[str, bytes]) -> str:
    """The Release file of a flat repository: its indexes with size and hash; the same content gives the same bytes."""
    listed = [f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}" for name, data in sorted(indexes.items())]
    head = "Origin: Rackwright mirror\nSuite: ./\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
    return head + "\n".join(listed) + "\n"


def _sign(root: Path, keys: Path) -> None:
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    gpg = [
        "gpg",
        "--homedir",
        str(keys),
        "--batch",
        "--yes",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
    ]
    what = "sign the mirror's package index"
    if not program.run([*gpg, "--list-secret-keys"], what=what).strip():
        who = "Rackwright mirror <mirror@localhost>"
        program.run([*gpg, "--quick-generate-key", who, "ed25519", "sign", "never"], what="make the mirror's key")
    program.run([*gpg, "--output", str(root / "InRelease"), "--clearsign", str(root / "Release")], what=what)
    public = program.run([*gpg, "--armor", "--export"], what=what)
    (root / KEY).write_text(public)
