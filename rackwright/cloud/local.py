"""The local cloud as the rest of Rackwright uses it: up, down, status.

For development of playbooks, three machines without the AWS API (root needed; Ctrl-C leaves them running)::

    python -m rackwright.cloud.local --dev 3 --cidr 10.98.0.0/24             boots dev-head, dev-gpu1, dev-gpu2
    python -m rackwright.cloud.local --dev 3 --cidr 10.98.0.0/24 --down      removes them

The first form prints an Ansible inventory (YAML) to stdout and where it was saved; the machines take the addresses
.11, .12, … of the block, all but the first have 8 stand-in GPUs. Log in as ``admin`` (may sudo) or ``root``.

What differs from a real node: no route beyond the bridge, no DNS (/etc/hosts has the names) and no default route,
so Ansible finds no default address; no control-group controllers on hosts that keep them in version 1 (run containers
with ``ctr run --cpu-shares 0``); /var/lib/containerd is a plain disk because an overlay cannot lie on an overlay.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

from rackwright.cloud import (
    builder,
    control_group,
    machine,
    mirror,
    network,
    process,
    program,
    registry,
    services,
    ssh,
)
from rackwright.cloud.base_root import ADMIN_USER
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.roots import Roots
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.status import CloudStatus, MachineStatus, read_status
from rackwright.diagnostics import ClusterError, StepFailed
from rackwright.inventory import Host, Inventory

OnProgress = Callable[[str], None]

START_TIMEOUT_S = 60.0
"""Importing moto takes seconds on a small machine; bringing back a large state some more."""
REGISTRY_TIMEOUT_S = 20.0
PROBLEM_PATIENCE_S = 5.0
"""A problem that lasts longer will not go away by itself."""
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """One local cloud."""

    settings: CloudSettings

    def up(self, on_progress: OnProgress) -> CloudStatus:
        """Start what does not run yet; machines appear when the AWS API has instances.

        Raises `InputError` when the stack's addresses are in use here and `StepFailed` when a part cannot start.
        """
        with self._alone():
            adopt_settings(self.settings)
            machines = why_no_machines(self.settings) is None
            if machines:
                network.bring_up_bridge(self.settings)
                Roots(self.settings, mirror.host_mirror(), on_progress).of("")
                builder.forget_complaint(self.settings)
            if not process.find(self.settings.root, process.DAEMON):
                self._refuse_taken_ports(machines=machines)
                on_progress("starting the local cloud")
                self._start_daemon()
            return self._wait_until(lambda status: status.running, START_TIMEOUT_S, "the local cloud to answer")

    def down(self, *, purge: bool = True, on_progress: OnProgress) -> bool:
        """Remove every machine, mount, process and, with `purge`, all state. False when there was nothing to do."""
        with self._alone():
            return self._take_down(on_progress, purge=purge)

    def _take_down(self, on_progress: OnProgress, *, purge: bool) -> bool:
        root = self.settings.root
        found = process.stop(root, process.DAEMON) > 0
        machines = sorted(machine.folders(self.settings))
        if machines:
            on_progress(f"stopping {len(machines)} machines")
            with ThreadPoolExecutor(len(machines)) as pool:
                list(pool.map(lambda id_: machine.stop(self.settings, id_), machines))
            found = True
        for role in {one.role for one in process.find(root)}:
            found |= process.stop(root, role) > 0
        if control_group.hierarchy() is not None:
            found |= control_group.remove(self.settings.cgroup)
        if shutil.which("ip"):
            found |= network.take_down_bridge(self.settings)
        self.settings.status_file.unlink(missing_ok=True)
        if purge and root.exists():
            shutil.rmtree(root)
            found = True
        return found

    def status(self) -> CloudStatus:
        """What the background process last said, or that it does not run."""
        if not process.find(self.settings.root, process.DAEMON):
            return CloudStatus(running=False)
        return read_status(self.settings.status_file) or CloudStatus(running=False)

    def wait_for_machines(
        self, ids: Sequence[str] | int, timeout_s: float, on_progress: OnProgress
    ) -> tuple[MachineStatus, ...]:
        """Wait until these machines (or that many) answer ssh and the packages that we build for them are there.

        Instances that have no machine because of the cap, or because none can run here, are not waited for; compare the
        result with what was asked.
        Raises `StepFailed` when one fails or time is up.
        """
        told: set[str] = set()
        healthy_at = time.monotonic()

        def ready(status: CloudStatus) -> bool:
            nonlocal healthy_at
            if status.running and not status.has_machines:
                return True
            if not status.problems:
                healthy_at = time.monotonic()
            _refuse_failures(status, patient=time.monotonic() - healthy_at < PROBLEM_PATIENCE_S)
            for one in status.machines:
                if one.state == "running" and one.instance_id not in told:
                    told.add(one.instance_id)
                    on_progress(f"{one.name} answers at {one.address} after {one.boot_s} s")
            for title in status.preparing:
                if title not in told:
                    told.add(title)
                    on_progress(f"waiting for {title}, which is being built")
            settled = {one.instance_id for one in status.machines if one.instance_id in told} | {*status.not_rehearsed}
            enough = len(settled) >= ids if isinstance(ids, int) else settled.issuperset(ids)
            return enough and not status.preparing

        status = self._wait_until(ready, timeout_s, "the machines to boot")
        return tuple(one for one in status.machines if one.instance_id in told)

    def serve_images(self, references: Sequence[str]) -> dict[str, str]:
        """Put stand-ins for these images into the registry; return their digests by reference."""
        address = f"{self.settings.gateway.ip}:{self.settings.registry_port}"
        self._wait_until(lambda _: registry.answers(address), REGISTRY_TIMEOUT_S, "the image registry to answer")
        return {reference: registry.push_stand_in(address, reference) for reference in references}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse to change the cloud while another command does."""
        folder = self.settings.cache / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / self.settings.key).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as cause:
                raise StepFailed(
                    "another command is starting or ending the local cloud of this folder",
                    where=str(self.settings.root),
                    hint="wait until it is done, then run this again",
                ) from cause
            yield

    def _refuse_taken_ports(self, *, machines: bool) -> None:
        """Services that outlived a killed daemon hold their own ports rightly."""
        own = {one.role for one in process.find(self.settings.root)}
        wanted = services.ports(self.settings, machines=machines)
        if self.settings.static_file.is_file():
            wanted.pop(services.AWS_API)
        services.refuse_taken_ports({role: place for role, place in wanted.items() if role not in own})

    def _start_daemon(self) -> None:
        self.settings.status_file.unlink(missing_ok=True)
        self.settings.error_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "rackwright.cloud.daemon", self.settings.settings_file]
        process.start(command, root=self.settings.root, role=process.DAEMON, log=self.settings.logs / "daemon.log")

    def _wait_until(self, done: Callable[[CloudStatus], bool], timeout_s: float, what: str) -> CloudStatus:
        deadline = time.monotonic() + timeout_s
        log = self.settings.logs / "daemon.log"
        while time.monotonic() < deadline:
            self._refuse_a_dead_daemon()
            status = self.status()
            if done(status):
                return status
            time.sleep(_POLL_S)
        raise StepFailed(f"waited {timeout_s:g} s in vain for {what}", where=str(log), hint="read the log named above")

    def _refuse_a_dead_daemon(self) -> None:
        if process.find(self.settings.root, process.DAEMON):
            return
        log, said = self.settings.logs / "daemon.log", self.settings.error_file
        if said.is_file():
            fields = json.loads(said.read_text())
            raise StepFailed(fields["summary"], where=fields["where"], hint=fields["hint"])
        text = log.read_text(errors="replace") if log.is_file() else ""
        raise StepFailed(
            f"the local cloud's background process is gone: {program.last_lines(text, 1) or 'it left no word'}",
            where=str(log),
            hint="start it again: ./rw cloud up",
        )


def adopt_settings(settings: CloudSettings) -> None:
    """Write the settings down; what runs with other ones is ended, so that it starts with these."""
    path = settings.settings_file
    if path.is_file() and _saved_settings(path) != settings:
        for role in (process.DAEMON, builder.ROLE, services.APT_CACHE, registry.ROLE):
            process.stop(settings.root, role)
    settings.save()


def _saved_settings(path: Path) -> CloudSettings | None:
    """The settings in the file at `path`; None when somebody broke it."""
    try:
        return CloudSettings.load(path)
    except (ValueError, TypeError, KeyError):
        return None


def _refuse_failures(status: CloudStatus, *, patient: bool) -> None:
    for one in status.machines:
        if one.state == "failed":
            raise StepFailed(f"machine {one.name} does not boot: {one.error}", where=one.instance_id)
    if status.problems and not patient:
        raise StepFailed("; ".join(status.problems), hint="put right what is named here, then run this again")


def development_instances(settings: CloudSettings, count: int) -> tuple[WantedInstance, ...]:
    """Instances as a small stack would have: a head node, then nodes with 8 GPUs each."""
    first = settings.network.network_address + 11
    names = ["dev-head", *(f"dev-gpu{number}" for number in range(1, count))]
    return tuple(
        WantedInstance(f"i-dev{index:04d}", str(first + index), name, tags={GPU_TAG: "8"} if index else {})
        for index, name in enumerate(names)
    )


def development_inventory(settings: CloudSettings, machines: Sequence[MachineStatus]) -> Inventory:
    """Inventory of the development machines, in the form that playbooks read."""
    hosts = tuple(
        Host(
            name=one.name,
            address=IPv4Address(one.address),
            pool="head" if one.name == "dev-head" else "gpu",
            roles=frozenset({"all_nodes", "control" if one.name == "dev-head" else "gpu"}),
            instance_id=one.instance_id,
        )
        for one in machines
    )
    key = ssh.ssh_key(settings.root)
    variables = {
        "ansible_user": ADMIN_USER,
        "ansible_become": True,
        "ansible_ssh_private_key_file": str(key),
        "ansible_ssh_common_args": " ".join(ssh.ssh_options(settings, key)),
        "local_cloud_apt_repo": settings.apt_repo,
        "local_cloud_registry": settings.registry,
    }
    return Inventory(cluster=settings.name, hosts=hosts, vars=variables)


def _develop(settings: CloudSettings, count: int) -> int:
    settings.root.mkdir(parents=True, exist_ok=True)
    wanted = [asdict(one) for one in development_instances(settings, count)]
    settings.static_file.write_text(json.dumps(wanted))
    cloud = LocalCloud(settings)
    cloud.up(_say)
    machines = cloud.wait_for_machines(count, 120, _say)
    inventory = settings.root / "inventory.json"  # JSON is YAML
    inventory.write_text(json.dumps(development_inventory(settings, machines).as_ansible(), indent=2) + "\n")
    sys.stdout.write(inventory.read_text())
    _say(f"saved as {inventory}")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> int:
    """Machines for development; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m rackwright.cloud.local", description="Machines for development.")
    parser.add_argument("--dev", type=int, metavar="COUNT", required=True)
    parser.add_argument("--cidr", default="10.98.0.0/24")
    parser.add_argument("--root", type=Path, default=Path(".rw/dev-cloud"))
    parser.add_argument("--down", action="store_true")
    asked = parser.parse_args()
    settings = CloudSettings(root=asked.root.absolute(), cache=default_cache(), network_cidr=asked.cidr)
    settings = replace(settings, name="dev", machine_cap=asked.dev)
    try:
        if asked.down:
            if not LocalCloud(settings).down(on_progress=_say):
                _say("there is nothing to do")
            return 0
        return _develop(settings, asked.dev)
    except ClusterError as problem:
        _say(f"error {problem.summary}\n  try {problem.hint}")
        return problem.exit_code


if __name__ == "__main__":
    sys.exit(main())
