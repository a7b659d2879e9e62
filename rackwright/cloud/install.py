"""Install Debian packages on this machine without starting the services that some of them bring.

The package cache and the image registry come with services on default ports; the local cloud runs its own, with its own
configuration, on the bridge. So nothing is started while installing, and what we installed is not enabled afterwards.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rackwright.cloud import program
from rackwright.diagnostics import StepFailed

OnLine = Callable[[str], None]

POLICY = Path("/usr/sbin/policy-rc.d")
"""Asked by Debian's packages before they start a service; exit code 101 forbids it. Source: invoke-rc.d(8)."""
_OURS = "#!/bin/sh\n# Rackwright is installing packages; removed when it is done.\nexit 101\n"
_SERVICES = {"apt-cacher-ng": "apt-cacher-ng.service", "docker-registry": "docker-registry.service"}
_LOCK_PATIENCE_S = 120
_TIMEOUT_S = 1800.0


def install_packages(names: Sequence[str], on_line: OnLine) -> None:
    """Install `names` through apt-get as root. Raises `StepFailed` when apt refuses or no mirror answers."""
    if not names:
        return
    if os.geteuid() != 0:
        raise StepFailed(
            f"only root can install {', '.join(names)}",
            hint=f"run: sudo apt-get install --no-install-recommends {' '.join(names)}",
        )
    with no_service_starts():
        on_line(f"installing {', '.join(names)}")
        _apt_get(["update"])
        _apt_get(["install", "--yes", "--no-install-recommends", *names])
    if Path("/run/systemd/system").is_dir():
        for service in (_SERVICES[name] for name in names if name in _SERVICES):
            program.run(["systemctl", "disable", service], what=f"keep {service} from starting at boot")


@contextmanager
def no_service_starts(policy: Path = POLICY) -> Iterator[None]:
    """While the block runs no package starts a service. Another's policy file is left alone; ours goes in the end."""
    if policy.exists() and policy.read_text(errors="replace") != _OURS:
        yield
        return
    policy.write_text(_OURS)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def _apt_get(arguments: Sequence[str]) -> None:
    command = ["apt-get", "--quiet", "-o", f"DPkg::Lock::Timeout={_LOCK_PATIENCE_S}", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    if done.returncode != 0:
        said = program.last_lines("\n".join(line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))))
        raise StepFailed(
            f"apt-get {arguments[0]} failed: {said or f'it ended with {done.returncode}'}",
            hint="check that apt's mirror answers and that no package is half-installed (dpkg --audit)",
        )
