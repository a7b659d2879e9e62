"""The local cloud's one background process: the AWS API, the machines behind it, and the services that machines use.

``python -m rackwright.cloud.daemon SETTINGS``; `rackwright.cloud.local` starts and ends it. It may be killed at any
point: machines and services run on, and the next one takes them over.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rackwright.cloud import builder, machine, metadata, mirror, process, ssh
from rackwright.cloud.aws import server
from rackwright.cloud.aws.instances import list_instances
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import Guest, gpu_major
from rackwright.cloud.instance import ListInstances, WantedInstance
from rackwright.cloud.logs import log_to_stderr
from rackwright.cloud.reconcile import Reconciler, split_by_address
from rackwright.cloud.roots import Roots
from rackwright.cloud.services import Services, repository
from rackwright.cloud.settings import CloudSettings
from rackwright.cloud.status import CloudStatus, MachineStatus, write_status
from rackwright.cloud.toolkit import Toolkit
from rackwright.design.boot import METADATA_PORT
from rackwright.diagnostics import ClusterError

log = logging.getLogger(__name__)

BUSY_S = 0.25
"""Time between two looks while machines boot or stop."""
IDLE_S = 2.0
"""Time between two looks otherwise; a change of instances wakes it at once."""


@dataclass(slots=True)
class Daemon:
    """Looks, acts and reports until told to stop."""

    settings: CloudSettings
    list_instances: ListInstances
    reconciler: Reconciler | None
    """None where machines cannot run."""
    endpoint: str
    reason: str | None
    services: Services
    wake: threading.Event
    """Set when instances may have changed."""
    stopping: bool = False
    problems: tuple[str, ...] = ()

    def run(self) -> None:
        """Work until `stop`."""
        while not self.stopping:
            self.wake.clear()
            busy = self.step()
            self.wake.wait(BUSY_S if busy else IDLE_S)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End `run` soon; a signal handler."""
        self.stopping = True
        self.wake.set()

    def step(self) -> bool:
        """One look at everything; True while something is under way."""
        busy = False
        wanted = self.list_instances()
        if self.reconciler is not None:
            try:
                wanted, strangers = split_by_address(self.settings.network, wanted)
                busy = self.reconciler.step(wanted)
                self.problems = (*strangers, *self.reconciler.complaints(), *self.services.keep_running())
            except (ClusterError, OSError) as problem:
                log.exception("a look failed")
                self.problems = (str(problem),)
        write_status(self.settings.status_file, self.status(wanted))
        return busy

    def status(self, wanted: Sequence[WantedInstance]) -> CloudStatus:
        """What a person is told now."""
        if self.reconciler is None:
            return CloudStatus(running=True, endpoint=self.endpoint, not_rehearsed_reason=self.reason)
        return CloudStatus(
            running=True,
            endpoint=self.endpoint,
            machines=machine_statuses(self.settings, self.reconciler),
            not_rehearsed_reason=cap_reason(self.settings, len(wanted), self.reconciler.not_rehearsed),
            not_rehearsed=self.reconciler.not_rehearsed,
            apt_proxy=self.settings.apt_proxy,
            apt_repo=self.settings.apt_repo,
            registry=self.settings.registry,
            preparing=() if builder.is_published(self.settings) else (Toolkit(self.settings.toolkit_version).title,),
            problems=self.problems,
        )


def machine_statuses(settings: CloudSettings, reconciler: Reconciler) -> tuple[MachineStatus, ...]:
    """Every machine that has been set up."""
    return tuple(
        MachineStatus(
            record.id,
            record.name,
            record.address,
            reconciler.state_of(record),
            record.boot_s,
            reconciler.errors.get(record.id, ""),
        )
        for record in machine.records(settings).values()
    )


def cap_reason(settings: CloudSettings, wanted: int, left_out: Sequence[str]) -> str | None:
    """Why some instances have no machine."""
    if not left_out:
        return None
    return f"{len(left_out)} of {wanted} instances run without a machine (cap {settings.machine_cap})"


def make_reconciler(settings: CloudSettings) -> Reconciler:
    """The reconciler of this cloud. Raises `StepFailed` when the base root cannot be built."""
    archives = mirror.host_mirror()
    roots = Roots(settings, archives, log.info)
    roots.of("")  # what most machines start from, before anything asks for one
    key = ssh.ssh_key(settings.root)
    guest = Guest(
        gateway=settings.gateway,
        apt_proxy=settings.apt_proxy,
        mirror=archives,
        release=settings.release,
        ssh_public_key=ssh.public_key(key),
        gpu_major=gpu_major(Path("/proc/devices").read_text()),
    )
    return Reconciler(settings, roots, guest, key)


def static_instances(path: Path) -> ListInstances:
    """Instances from a file instead of the AWS API."""

    def listing() -> Sequence[WantedInstance]:
        return tuple(WantedInstance(**fields) for fields in json.loads(path.read_text()))

    return listing


def main(arguments: Sequence[str]) -> int:
    """Run the background process; its output is the log."""
    log_to_stderr()
    settings = CloudSettings.load(Path(arguments[0]))
    os.environ[process.ROLE] = "step"  # of what we start for a moment; it must not be taken for another daemon
    try:
        serve(settings)
    except ClusterError as problem:
        settings.error_file.write_text(
            json.dumps({"summary": problem.summary, "where": problem.where, "hint": problem.hint})
        )
        log.info("cannot run", extra={"why": problem.summary})
        return problem.exit_code
    return 0


def serve(settings: CloudSettings) -> None:
    """Serve this cloud until SIGTERM."""
    reason = why_no_machines(settings)
    reconciler = None if reason else make_reconciler(settings)
    wake = threading.Event()
    machines = reconciler is not None
    with instances(settings, wake, machines=machines) as (endpoint, listing), repository(settings, enabled=machines):
        daemon = Daemon(settings, listing, reconciler, endpoint, reason, Services(settings), wake)
        signal.signal(signal.SIGTERM, daemon.stop)
        daemon.run()


@contextmanager
def instances(settings: CloudSettings, wake: threading.Event, *, machines: bool) -> Iterator[tuple[str, ListInstances]]:
    """The AWS API's endpoint and its instances while the block runs; or those of the static file, without endpoint.

    With `machines` the API answers on their bridge too, and beside it the metadata of each instance.
    """
    if settings.static_file.is_file():
        yield "", static_instances(settings.static_file)
        return
    api = server.serve("127.0.0.1", settings.aws_port, settings.root / "aws", settings.faults_file, wake.set)
    with ExitStack() as parts:
        parts.callback(api.stop)
        if machines:
            gateway = str(settings.gateway.ip)
            parts.enter_context(server.also_on(gateway, api))
            parts.enter_context(metadata.serving(gateway, METADATA_PORT, metadata.lookup_in(api.emulator)))
        yield f"http://127.0.0.1:{api.port}", lambda: list_instances(api.emulator)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
