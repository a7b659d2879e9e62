"""NVIDIA's container toolkit, built here from its Go module and packed for apt.

Debian does not have it and NVIDIA's repository is out of reach offline, but its source is a public Go module. The
package says that it was built from source. Real clusters take NVIDIA's own package of the same version.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rackwright.cloud import program
from rackwright.cloud.base_root import Recipe, ensure_base_root
from rackwright.cloud.mirror import host_mirror
from rackwright.cloud.packages import Control, build_package
from rackwright.diagnostics import StepFailed

PACKAGE = "nvidia-container-toolkit"
MODULE = "github.com/NVIDIA/nvidia-container-toolkit"
MODULE_SUMS = {
    "1.20.0": "h1:RMOgXeDM7CdPOOLc18NCTitArQFqT2NUgUBB34JijDg=",
    "1.20.1": "h1:DsE0Pnu2XAl7IC00W2tmld7i/GerwnZGzRbmChj295Q=",
}
"""What Go's checksum database says of the module; for other versions Go asks the database itself."""
PROGRAMS = ("nvidia-ctk", "nvidia-container-runtime", "nvidia-cdi-hook")
GO_NEEDED = (1, 26)
"""The ``go`` line of the module's go.mod, for the newest version above."""
NEWEST_LIBC = (2, 41)
"""C library of the newest machines (Debian trixie): programs built against a newer one would not start there."""
BUILD_TIMEOUT_S = 1800.0
_BUILD_PACKAGES = ("golang-go", "gcc", "libc6-dev", "ca-certificates")
_LINK_FLAGS = "-s -w -X {module}/internal/info.version={version} '-extldflags=-Wl,-z,lazy'"
"""Lazy binding, as upstream's Makefile asks: NVML's symbols exist only where a driver is installed."""
_GO_SETTINGS = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_BUILD_SETTINGS = {"GOBIN": "/out", "CGO_ENABLED": "1", "GOTOOLCHAIN": "auto", "GOPATH": "/go", "GOCACHE": "/go/build"}
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_DESCRIPTION = """Built from source by Rackwright's local cloud, out of the Go module
{module} {version};
this is not NVIDIA's own package."""

OnLine = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Toolkit:
    """The toolkit at one version."""

    version: str
    """Of the Go module: ``1.20.1``. The package's version is ``1.20.1-1``, as in NVIDIA's repository."""

    @property
    def title(self) -> str:
        """Name and version, for people."""
        return f"{PACKAGE} {self.version}"

    @property
    def file_name(self) -> str:
        """File name of the package."""
        return f"{PACKAGE}_{self.version}-1_{_debian_architecture()}.deb"

    @property
    def key(self) -> str:
        """Content hash of what the package is made from: sixteen hex digits."""
        parts = (MODULE, self.version, MODULE_SUMS.get(self.version), PROGRAMS, _LINK_FLAGS, _DESCRIPTION)
        return hashlib.sha256(json.dumps((*parts, platform.machine())).encode()).hexdigest()[:16]

    def control(self, programs: Iterable[bytes]) -> Control:
        """What the package with `programs` says about itself; apt then refuses a machine with an older C library."""
        newest = max(map(needed_libc, programs), default=(2, 0))
        return Control(
            PACKAGE,
            f"{self.version}-1",
            _debian_architecture(),
            "NVIDIA container toolkit (built from source)",
            _DESCRIPTION.format(module=MODULE, version=self.version),
            depends=f"libc6 (>= {newest[0]}.{newest[1]})",
        )

    def cached(self, cache: Path) -> Path | None:
        """The package, if it has been built already."""
        path = cache / "built" / self.key / self.file_name
        return path if path.is_file() else None

    def commands(self) -> tuple[list[str], list[str], list[str]]:
        """Three commands: fetch the module, print what was fetched as JSON, install its programs into GOBIN.

        The first says in plain words what went wrong; with ``-json`` that is hidden in the output.
        """
        fetch = ["go", "mod", "download", f"{MODULE}@v{self.version}"]
        flags = _LINK_FLAGS.format(module=MODULE, version=self.version)
        packages = [f"{MODULE}/cmd/{name}@v{self.version}" for name in PROGRAMS]
        return (
            fetch,
            [*fetch[:3], "-json", fetch[3]],
            ["go", "install", "-trimpath", "-buildvcs=false", "-ldflags", flags, *packages],
        )

    def check_sum(self, said: str) -> None:
        """Raises `StepFailed` when the module that was fetched is not the one that we know."""
        expected, found = MODULE_SUMS.get(self.version), json.loads(said).get("Sum", "none")
        if expected is not None and found != expected:
            raise StepFailed(
                f"the module {MODULE} {self.version} has the checksum {found}, expected {expected}",
                hint="the module proxy serves something else under this version; use another one (GOPROXY)",
            )


def ensure_toolkit(cache: Path, toolkit: Toolkit, on_line: OnLine) -> Path:
    """The toolkit's package in `cache`, built now if need be (about a minute and a half of CPU time).

    Raises `StepFailed` when the module cannot be had or does not build.
    """
    folder = cache / "built" / toolkit.key
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_over in folder.glob("half-built-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        return toolkit.cached(cache) or _build(folder, cache, toolkit, on_line)


def why_not_here() -> str | None:
    """Why this machine's own Go cannot build for the machines; None when it can."""
    if shutil.which("go") is None or shutil.which("gcc") is None:
        return "this machine lacks go or gcc"
    go = program.run(["go", "env", "GOVERSION"], what="ask for Go's version").strip()
    return why_not_these(go, platform.libc_ver()[1])


def why_not_these(go: str, libc: str) -> str | None:
    """Why this version of Go (``go1.26.8``) and C library (``2.36``) will not do; None when they will."""
    if numbers(go) < GO_NEEDED:
        return f"this machine has {go}, {PACKAGE} needs go{'.'.join(map(str, GO_NEEDED))}"
    if not libc or numbers(libc) > NEWEST_LIBC:
        return f"this machine's C library {libc or '(not glibc)'} is newer than the machines' or another"
    return None


def needed_libc(program: bytes) -> tuple[int, int]:
    """Version of the C library that `program` asks for by its newest symbol: ``GLIBC_2.34``."""
    found = ((int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", program))
    return max(found, default=(2, 0))


def numbers(version: str) -> tuple[int, ...]:
    """The first two numbers in a version."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _build(folder: Path, cache: Path, toolkit: Toolkit, on_line: OnLine) -> Path:
    with tempfile.TemporaryDirectory(prefix="half-built-", dir=folder) as work:
        out = Path(work) / "bin"
        out.mkdir()
        if reason := why_not_here():
            on_line(f"building {toolkit.title} in a Debian build root ({reason})")
            _build_in_root(out, cache, toolkit, on_line)
        else:
            on_line(f"building {toolkit.title} with this machine's Go")
            _fetch_and_install(toolkit, [], {**os.environ, "GOBIN": str(out), "CGO_ENABLED": "1"}, out)
        content = {f"usr/bin/{name}": out / name for name in PROGRAMS}
        control = toolkit.control(path.read_bytes() for path in content.values())
        return build_package(control, content, folder / toolkit.file_name)


def _build_in_root(out: Path, cache: Path, toolkit: Toolkit, on_line: OnLine) -> None:
    root = ensure_base_root(cache, host_mirror(), on_line, Recipe(packages=_BUILD_PACKAGES))
    (cache / "go").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **_BUILD_SETTINGS}
    passed = [name for name in (*_GO_SETTINGS, *_BUILD_SETTINGS) if name in environment]
    prefix = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2", "--volatile=overlay"]
    prefix += [f"--directory={root}", f"--bind={out}:/out", f"--bind={cache / 'go'}:/go"]
    prefix += ["--resolv-conf=replace-host", "--console=pipe", *(f"--setenv={name}" for name in passed)]
    if _CERTIFICATES.is_file():
        prefix += [f"--bind-ro={_CERTIFICATES}"]
    _fetch_and_install(toolkit, prefix, environment, out)


def _fetch_and_install(toolkit: Toolkit, prefix: Sequence[str], environment: dict[str, str], out: Path) -> None:
    what, hint = f"build {toolkit.title}", "check that Go's module proxy answers (GOPROXY), then run this again"

    def go(command: Sequence[str]) -> str:
        line = [*prefix, *command]
        return program.run(line, what=what, hint=hint, env=environment, cwd=out, timeout_s=BUILD_TIMEOUT_S)

    fetch, describe, install = toolkit.commands()
    go(fetch)
    toolkit.check_sum(go(describe))
    go(install)


def _debian_architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
