"""Where a run keeps its things, and the lock that keeps two runs of one stack apart."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rackwright.diagnostics import StepFailed

PROJECT = "rackwright"
"""Name of the Pulumi project in ``Pulumi.yaml``."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Folders of one stack under ``.rw`` of the checkout."""

    root: Path
    """The checkout: the folder that holds ``Pulumi.yaml``."""
    stack: str

    @property
    def folder(self) -> Path:
        """Everything this stack's runs leave behind: ``.rw/stacks/<stack>``."""
        return self.root / ".rw" / "stacks" / self.stack

    @property
    def state_root(self) -> Path:
        """Folder of the embedded engine's ``file://`` backend."""
        return self.root / ".rw" / "state"

    @property
    def cloud_root(self) -> Path:
        """Folder of the local cloud; one cloud per checkout."""
        return self.root / ".rw" / "cloud"

    @property
    def secrets(self) -> Path:
        """Secrets of the stack, each file readable by its owner alone."""
        return self.folder / "secrets"

    def secret(self, name: str, length: int = 48) -> str:
        """The stack's secret `name`, made at first use and kept for its life. `length` in bytes of randomness.

        Of two makers at once one wins, and both get its text.
        """
        path = self.secrets / name
        if not path.exists():
            self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, fresh = tempfile.mkstemp(dir=self.secrets)  # mkstemp: mode 0600 from the first moment
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(length))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            Path(fresh).unlink()
        return path.read_text()

    @contextmanager
    def only_run(self, command: str) -> Iterator[None]:
        """Hold the stack for `command`; a second run gets a `StepFailed` that names the first one's process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "run.lock"
        with path.open("a+", errors="replace") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.seek(0)
                holder = handle.read().strip() or "another process"
                raise StepFailed(
                    f"another run holds stack {self.stack!r}: {holder}",
                    where=str(path),
                    hint="wait until it ends, or stop it, and run this command again; nothing was changed",
                ) from None
            handle.truncate(0)
            handle.write(f"rw {command}, process {os.getpid()}\n")
            handle.flush()
            yield


def project_root() -> Path:
    """The checkout that this package runs from."""
    return Path(__file__).resolve().parents[2]
