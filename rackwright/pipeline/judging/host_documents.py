"""Facts of the hosts for the policies: `rackwright.hostfacts` travels to each machine, prints, and is gone."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from policies.subjects.document import Document
from policies.subjects.host import MACHINE
from policies.subjects.paths import PATHS
from rackwright import hostfacts
from rackwright.cloud.ssh import known_hosts, ssh_key
from rackwright.configure import configure
from rackwright.design.images import login_of
from rackwright.diagnostics import ClusterError, InputError
from rackwright.inventory import Inventory
from rackwright.pipeline.run import Run

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip file knows; the same sources give the same bytes."""


def program() -> bytes:
    """`rackwright.hostfacts` as one file that ``python3`` runs, without anything else of this project."""
    folder = Path(hostfacts.__file__).parent
    parts = {"__main__.py": "import rackwright.hostfacts.__main__\n", "rackwright/__init__.py": ""}
    parts |= {f"rackwright/hostfacts/{path.name}": path.read_text() for path in sorted(folder.glob("*.py"))}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return packed.getvalue()


def host_documents(run: Run) -> list[Document]:
    """One document for each host, those that Slurm runs too; of a host that cannot be asked, one that says why."""
    inventory = run.every_host()
    try:
        return _collected(run, inventory)
    except ClusterError as problem:
        return [_silent(host.name, problem.summary) for host in inventory.hosts]


def _collected(run: Run, inventory: Inventory) -> list[Document]:
    if not run.is_local:
        raise InputError(
            "hosts of a real cloud or site are not reached from here",
            where="--hosts",
            hint="run the collector on them (./rw audit --collector FILE writes it) and give its output: --documents",
        )
    booted = run.wait_for_machines(inventory)
    names = [host.name for host in booted.hosts]
    folder = run.workspace.folder / "facts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        _ask(run, _told(run, booted, folder), folder)
        found = {name: _read(folder, name) for name in names}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    absent = [
        _silent(host.name, "there is no machine behind this host") for host in inventory.hosts if host.name not in found
    ]
    return [*found.values(), *absent]


def _told(run: Run, inventory: Inventory, folder: Path) -> dict[str, object]:
    """The inventory with what the playbook wants to know."""
    roles = {pool.name: pool.role for pool in run.prepared.design.pools}
    variables: dict[str, JsonValue] = {
        "ansible_user": login_of(run.prepared.design),
        "ansible_python_interpreter": "/usr/bin/python3",
        "collect_program": str(folder / "hostfacts.pyz"),
        "collect_folder": str(folder),
        "collect_paths": list(PATHS),
        "collect_roles": {host.name: roles.get(host.pool, "cpu") for host in inventory.hosts},
    }
    return inventory.model_copy(update={"vars": inventory.vars | variables}).as_ansible()


def _ask(run: Run, site: Mapping[str, object], folder: Path) -> None:
    (folder / "hostfacts.pyz").write_bytes(program())
    configure(
        site,
        private_dir=run.workspace.folder / "ansible",
        ssh_key=ssh_key(run.workspace.folder),
        known_hosts=known_hosts(run.cloud.settings),
        secrets={},
        on_event=run.watch.task,
        playbook="collect.yml",
    )


def _read(folder: Path, name: str) -> Document:
    try:
        printed = (folder / f"{name}.json").read_text(encoding="utf-8").splitlines()
        # Programs on the way (sudo, a banner) may print too; the document is the one line that is an object.
        found: Document = json.loads(next(line for line in reversed(printed) if line.startswith("{")))
    except (OSError, ValueError, StopIteration):
        return _silent(name, "it gave no facts; the log of the run says why")
    return found


def _silent(name: str, reason: str) -> Document:
    return Document(type=MACHINE, name=name, props={}, unread={"": reason})
