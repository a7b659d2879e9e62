"""The Debian root that every machine starts from, built once and kept in the cache.

It stands in for the cloud's machine image: a minimal Debian with what the image of a real node has before configuration
(systemd, sshd, python, sudo and the user ``admin``). Machines lay an overlay over it and never write to it. The
folder's name is a hash of everything that determines its content but the mirror, so a changed recipe makes a new root.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rackwright.cloud import program
from rackwright.cloud.mirror import COMPONENTS, Mirror
from rackwright.diagnostics import StepFailed

OnLine = Callable[[str], None]

PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "python3",
    "python3-apt",
    "sudo",
    "iproute2",
    "iputils-ping",
    "procps",
    "ca-certificates",
    "kmod",
    "gpg",
)
"""What the image of a cloud's Debian has too; the rest is configuration's business."""
ADMIN_USER = "admin"
"""Login of Debian's own cloud images; may become root without a password."""
_APT_OPTIONS = ('Acquire::Languages "none"', 'APT::Install-Recommends "false"', 'Acquire::Retries "3"')
_DPKG_OPTIONS = (
    "force-unsafe-io",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/locale/*",
)
_HOOKS = (
    f'chroot "$1" useradd --create-home --shell /bin/bash --groups sudo {ADMIN_USER}',
    'rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/dbus/machine-id "$1"/etc/resolv.conf "$1"/etc/apt/sources.list',
    'rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap; : > "$1"/etc/machine-id; : > "$1"/etc/resolv.conf',
)
_MASKED = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "console-getty.service",
    "systemd-firstboot.service",
    "systemd-networkd-wait-online.service",
    "run-rpc_pipefs.mount",
)
"""Units that only delay a boot here, change packages behind configuration's back, or fail on a host without sunrpc.

The last comes with NFS's client: a machine cannot load the module, and the unit would be a failed one after a reboot.
"""
_ENABLED = (
    "/usr/lib/systemd/system/systemd-networkd.service",
    "/usr/lib/systemd/system/ssh.service",
    "/etc/systemd/system/rackwright-first-boot.service",
)
_TIED_TO_US = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"),
)
"""Prefix of a program whose processes and mounts end with this process, however it ends."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines the content of a root, apart from the mirror's state."""

    release: str = "trixie"
    packages: tuple[str, ...] = PACKAGES

    @property
    def key(self) -> str:
        """Content hash of the recipe: sixteen hex digits."""
        options = (_APT_OPTIONS, _DPKG_OPTIONS, _HOOKS, _MASKED, _ENABLED)
        parts = (self.release, self.packages, COMPONENTS, *options, os.uname().machine, sorted(_own_files().items()))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def ensure_base_root(cache: Path, mirror: Mirror, on_line: OnLine, recipe: Recipe | None = None) -> Path:
    """The base root in `cache`, built now if it is not there yet (about half a minute).

    Raises `StepFailed` when the mirror does not answer or a package is missing; nothing half-built is left behind.
    """
    recipe = recipe or Recipe()
    folder = cache / "base" / f"{recipe.release}-{recipe.key}"
    if folder.is_dir():
        return folder
    with _one_builder(cache / "base"):
        if not folder.is_dir():
            _build(folder, mirror, recipe, on_line)
    return folder


@contextmanager
def _one_builder(base: Path) -> Iterator[None]:
    base.mkdir(parents=True, exist_ok=True)
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_over in base.glob("half-built-*"):  # of a build that was killed; nobody else is building now
            shutil.rmtree(left_over, ignore_errors=True)
        yield


def _build(folder: Path, mirror: Mirror, recipe: Recipe, on_line: OnLine) -> None:
    on_line(f"building the Debian {recipe.release} root of the machines (once; about a minute)")
    work = Path(tempfile.mkdtemp(prefix="half-built-", dir=folder.parent))
    try:
        root = work / "root"
        _bootstrap(root, work / "apt.conf", mirror, recipe, on_line)
        for name, text in _own_files().items():
            _write(root / name, text)
        _link_units(root)
        root.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _bootstrap(root: Path, apt_conf: Path, mirror: Mirror, recipe: Recipe, on_line: OnLine) -> None:
    _write(apt_conf, host_proxies() + "".join(f"{option};\n" for option in _APT_OPTIONS), mode=0o600)
    command = [*_TIED_TO_US, "mmdebstrap", "--mode=root", "--variant=minbase"]
    command += ["--format=directory", f"--aptopt={apt_conf}", f"--include={','.join(recipe.packages)}"]
    command += [f"--components={','.join(COMPONENTS)}"]
    command += [f"--dpkgopt={option}" for option in _DPKG_OPTIONS]
    command += [f"--customize-hook={hook}" for hook in _HOOKS]
    said = _follow([*command, recipe.release, str(root), *mirror.lines(recipe.release)], on_line)
    if said is not None:
        raise StepFailed(
            f"could not build the Debian {recipe.release} root of the machines: {said}",
            where=mirror.main,
            hint="check that the mirror answers (apt-get update), or name another in RW_DEBIAN_MIRROR",
        )


def _follow(command: list[str], on_line: OnLine) -> str | None:
    """Run the bootstrap, passing on its steps; return its complaint, or None when it went well."""
    lines: list[str] = []
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except FileNotFoundError as cause:
        return f"the program {cause.filename} is missing"
    with process:
        for line in process.stdout or ():
            lines.append(line.strip())
            if line.startswith("I: ") and not line.startswith(("I: success", "I: running --customize")):
                on_line(f"  {line.removeprefix('I: ').strip()}")
    return None if process.returncode == 0 else complaint(lines)


def complaint(lines: Sequence[str]) -> str:
    """The one line that says why the bootstrap failed: apt's own word, rather than that apt failed."""
    errors = [line.removeprefix("E: ") for line in lines if line.startswith("E: ")]
    telling = [line for line in errors if "mmdebstrap" not in line and not line.startswith("apt-get ")]
    return (telling or errors or [program.last_lines("\n".join(lines), 1)])[0]


def host_proxies() -> str:
    """The proxies that this machine's apt uses, in apt's configuration form; they may hold a password."""
    dump = program.run(["apt-config", "dump", "--format", "%f %v%n"], what="read apt's configuration")
    pairs = [line.partition(" ")[::2] for line in dump.splitlines() if "proxy" in line.lower()]
    return "".join(f'{name} "{value}";\n' for name, value in pairs if value and "::" in name)


def _own_files() -> dict[str, str]:
    """Files of ours in the root: path -> text. A text that begins with ``#!`` is made executable."""
    guest = files("rackwright.cloud") / "guest"
    unit = "etc/systemd/system"
    return {
        f"{unit}/rackwright-first-boot.service": (guest / "first-boot.service").read_text(),
        "usr/local/lib/rackwright/first-boot": (guest / "first-boot.sh").read_text(),
        f"etc/sudoers.d/90-{ADMIN_USER}": f"{ADMIN_USER} ALL=(ALL) NOPASSWD:ALL\n",
        "etc/default/locale": "LANG=C.UTF-8\n",
        "etc/nsswitch.conf": (guest / "nsswitch.conf").read_text(),
    }


def _link_units(root: Path) -> None:
    system = root / "etc/systemd/system"
    links = {system / unit: "/dev/null" for unit in _MASKED}
    links |= {system / "multi-user.target.wants" / Path(unit).name: unit for unit in _ENABLED}
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _write(path: Path, text: str, *, mode: int | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode or (0o755 if text.startswith("#!") else 0o440 if "sudoers.d" in path.parts else 0o644))
