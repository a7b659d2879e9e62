"""Rows of ``benchmarks/hosts.py`` with real machines: by push, by Ansible's defaults, by pull, from a baked image."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.hosts_rows import DEFAULTS, Measure, Row, Watch, cpu, measured, middle, middle_and_worst
from rackwright.cloud import machine
from rackwright.cloud.ssh import known_hosts, ssh_key
from rackwright.configure import ConfigureResult, site_inventory
from rackwright.configure.pull import Collector, collect
from rackwright.configure.runner import PLAYBOOKS, environment, with_access
from rackwright.inventory import Host
from tests.integration.node_lab import DESIGN, LOCK, MUNGE_KEY, Lab, lab_in, wait_until
from tests.unit.configure.sample import GPU_ROLES

LIGHT = ("base", "munge", "node_exporter")
GPU_NODE = tuple(role for role in GPU_ROLES if role not in {"slurm_node", "mfa"})
"""What a GPU node of the tests runs, but Slurm, which needs a controller, and one-time codes, which need a person."""
WATCHERS = Path("/proc/sys/fs/inotify/max_user_instances")
WATCHERS_EACH = 8
"""inotify instances of one machine: systemd, its journal, bus, logins, network and time; five were seen."""
RECAP = ("ok", "changed", "skipped")
"""Of the counts by which Ansible's output ends."""
BOOTS = 3
"""Machines that boot from a baked image, one after the other."""
AGAIN = 3
"""Pushes to hosts that are as they should be, of which the middle one counts: they are short."""


def label_of(count: int, roles: tuple[str, ...]) -> str:
    """``8 hosts``, ``1 GPU node``."""
    kind = "GPU node" if roles == GPU_NODE else "host"
    return f"{count} {kind}{'s' if count > 1 else ''}"


def push_rows(measure: Measure, count: int, roles: tuple[str, ...], *, bake: bool = False) -> Generator[Row]:
    """First and second push to `count` machines; with `bake` the first then becomes an image that others boot from."""
    with waiting(count, roles, spare=BOOTS if bake else 0) as (here, hosts):
        yield pushed(measure, here, hosts, "first")
        yield middle([pushed(measure, here, hosts, "second") for _ in range(AGAIN)])
        if bake:
            yield from _booted_rows(measure, here, hosts[0])


def default_rows(measure: Measure, count: int, roles: tuple[str, ...]) -> Generator[Row]:
    """The same with ``ansible-playbook`` as it comes: no settings of ours, the same inventory and playbooks."""
    what = f"push{DEFAULTS}, {label_of(count, roles)}"
    with waiting(count, roles) as (here, _):
        yield plain(measure, here, f"first {what}", count)
        yield middle([plain(measure, here, f"second {what}", count) for _ in range(AGAIN)])


def pull_rows(measure: Measure, count: int, roles: tuple[str, ...]) -> Generator[Row]:
    """`count` machines configure themselves; the controller packs, publishes and collects."""
    with lab(count, roles) as here:
        hosts = [here.launch(20 + number, pulls=True) for number in range(count)]
        here.wait_for(*hosts)
        yield pulled(measure, here, f"pull, {label_of(count, roles)}", lambda: hosts)


@contextmanager
def watchers_for(count: int) -> Iterator[None]:
    """As many inotify instances as `count` machines need, while they run: all share the 128 of a usual kernel."""
    before = int(WATCHERS.read_text())
    WATCHERS.write_text(str(max(before, 128 + WATCHERS_EACH * count)))
    try:
        yield
    finally:
        WATCHERS.write_text(str(before))


@contextmanager
def lab(count: int, roles: tuple[str, ...]) -> Iterator[Lab]:
    """A cloud for at most `count` machines."""
    with (
        watchers_for(count),
        tempfile.TemporaryDirectory(prefix="rw-bench-") as folder,
        lab_in(Path(folder), cap=count + 1) as made,
    ):
        made.roles = roles
        if "ngc" in roles:
            made.cloud.serve_images(sorted(LOCK.images))
        yield made


@contextmanager
def waiting(count: int, roles: tuple[str, ...], spare: int = 0) -> Iterator[tuple[Lab, list[Host]]]:
    """Fresh machines that answer and wait to be pushed to."""
    with lab(count + spare, roles) as here:
        hosts = [here.launch(20 + number, pulls=False) for number in range(count)]
        here.wait_for(*hosts)
        yield here, hosts


def pushed(measure: Measure, here: Lab, hosts: Sequence[Host], turn: str) -> Row:
    """One push to `hosts`."""
    watch = Watch(measure)
    what = f"{turn} push, {label_of(len(hosts), here.roles)}"
    row = measured(what, len(hosts), lambda: here.push(hosts, watch.event))
    row.phase_tasks = {phase: watch.tasks[phase] for phase in row.phases}
    row.slowest = watch.slowest()
    return row


def pulled(measure: Measure, here: Lab, what: str, launched: Callable[[], Sequence[Host]]) -> Row:
    """The hosts that `launched` gives configure themselves; packing is part of the controller's work."""
    collectors = []

    def work() -> ConfigureResult:
        hosts = launched()
        bundle = here.pack()
        collector = Collector(here.store, bundle.digest, {str(host.instance_id): host.name for host in hosts})
        collectors.append(collector)
        measure.where = lambda: still_waiting(collector)
        collector.begin()
        here.store.publish(bundle.digest, bundle.data)
        return collect(collector, lambda _: None, timeout_s=3000, log=here.folder / "pull.log")

    row = measured(what, 1, work)
    reports = collectors[0].reports.values()
    row.hosts = len(reports)
    row.phase_tasks = {phase: sum(one.phase_tasks.get(phase, 0) for one in reports) for phase in row.phases}
    return row


def still_waiting(collector: Collector) -> str:
    """The nodes that have not come to an end, each with the phase that it last told."""
    told = {id_: collector.reports[id_].phase if id_ in collector.reports else "no report" for id_ in collector.waiting}
    return ", ".join(sorted(f"{collector.hosts[id_]}: {phase or 'its end'}" for id_, phase in told.items()))


def _booted_rows(measure: Measure, here: Lab, host: Host) -> list[Row]:
    """`host` becomes an image, and others boot from it; the time from launch to ready."""
    what = f"boot from a baked image to ready, {label_of(1, here.roles)}"
    with here.baked_from(host) as (image, _):
        return middle_and_worst([_booted(measure, here, 21 + number, image, what) for number in range(BOOTS)])


def _booted(measure: Measure, here: Lab, offset: int, image: str, what: str) -> Row:
    launched: list[Host] = []

    def launch() -> list[Host]:
        launched.append(here.launch(offset, pulls=True, image=image))
        return launched

    row = pulled(measure, here, what, launch)
    gone = launched[0]
    here.hosts.remove(gone)
    here.client("ec2").terminate_instances(InstanceIds=[gone.instance_id])
    wait_until("the end of a machine", lambda: str(gone.instance_id) not in machine.running(here.cloud.settings))
    return row


def plain(measure: Measure, here: Lab, what: str, count: int) -> Row:
    """One run of ``ansible-playbook`` with no settings of ours."""
    folder = here.folder / "plain"
    folder.mkdir(exist_ok=True)
    settings = here.cloud.settings
    site = site_inventory(here.inventory, DESIGN, LOCK, here.services)
    inventory = with_access(site, ssh_key(settings.root), known_hosts(settings))
    (folder / "hosts.json").write_text(json.dumps(inventory))
    (folder / "extra.json").write_text(json.dumps({"munge_key": MUNGE_KEY}))
    (folder / "empty.cfg").write_text("[defaults]\n")
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [program, "-i", folder / "hosts.json", "-e", f"@{folder / 'extra.json'}", PLAYBOOKS / "site.yml"]
    variables = environment(folder) | {"ANSIBLE_CONFIG": str(folder / "empty.cfg"), "HOME": str(folder)}
    del variables["ANSIBLE_FORKS"]
    said = folder / "said"
    measure.where = lambda: last_task(said)
    before, began = cpu(), time.monotonic()
    _run_whole([str(one) for one in command], os.environ | variables, said)
    row = Row(what, time.monotonic() - began, cpu() - before, count)
    recap = Counter({name: sum(map(int, re.findall(rf"{name}=(\d+)", said.read_text()))) for name in RECAP})
    row.tasks, row.changed = recap["ok"] + recap["skipped"], recap["changed"]
    return row


def last_task(said: Path) -> str:
    """The task that Ansible's output ends in."""
    titles = [line.strip("* \n") for line in said.read_text().splitlines() if line.startswith(("PLAY", "TASK"))]
    return titles[-1] if titles else "its start"


def _run_whole(command: Sequence[str], variables: dict[str, str], said: Path) -> None:
    """Run `command`, output to `said`; whatever it started ends with it when the wait is cut short."""
    with (
        said.open("w") as out,
        subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if code:
        raise subprocess.CalledProcessError(code, command[0], stderr=last_task(said))
