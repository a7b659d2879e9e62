"""Builds the packages that Debian lacks and publishes them to the machines; a process of its own beside the daemon.

``python -m rackwright.cloud.builder SETTINGS``. It ends when it is done, so the cloud is usable meanwhile.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rackwright.cloud import packages, process
from rackwright.cloud.settings import CloudSettings
from rackwright.cloud.toolkit import Toolkit, ensure_toolkit
from rackwright.diagnostics import ClusterError

ROLE = "builder"
_ERROR = "builder.error"


def is_published(settings: CloudSettings) -> bool:
    """Whether the machines can have every package that we build."""
    return (settings.repo / Toolkit(settings.toolkit_version).file_name).is_file()


def publish_what_is_there(settings: CloudSettings) -> None:
    """Publish the packages that the cache has; an empty repository where it has none, which apt can read too."""
    toolkit = Toolkit(settings.toolkit_version)
    built = toolkit.cached(settings.cache)
    packages.publish(settings.repo, {toolkit.file_name: built} if built else {})


def complaint(settings: CloudSettings) -> str | None:
    """Why the last run failed, if it did."""
    path = settings.root / _ERROR
    return str(json.loads(path.read_text())["summary"]) if path.is_file() else None


def forget_complaint(settings: CloudSettings) -> None:
    """Let the next look try again."""
    (settings.root / _ERROR).unlink(missing_ok=True)


def start_builder(settings: CloudSettings) -> None:
    """Start building in the background."""
    command = [sys.executable, "-m", "rackwright.cloud.builder", settings.settings_file]
    process.start(command, root=settings.root, role=ROLE, log=settings.logs / "builder.log")


def main(arguments: Sequence[str]) -> int:
    """Build and publish; the output is the log."""
    settings = CloudSettings.load(Path(arguments[0]))
    toolkit = Toolkit(settings.toolkit_version)
    try:
        built = ensure_toolkit(settings.cache, toolkit, lambda line: sys.stderr.writelines((line, "\n")))
        packages.publish(settings.repo, {toolkit.file_name: built})
    except ClusterError as problem:
        (settings.root / _ERROR).write_text(json.dumps({"summary": problem.summary, "hint": problem.hint}))
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
