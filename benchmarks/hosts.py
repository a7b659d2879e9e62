"""Configuration of real machines: by push, by pull and from a baked image; seconds, tasks, CPU of the controller.

    PYTHONPATH=. .venv/bin/python benchmarks/hosts.py [--counts 2,8,24] [--gpu-node] [--json FILE]

Needs root, like every machine of the local cloud. Without ``--gpu-node`` a light host (base system and a service) is
configured, so that many fit on two cores. The controller's CPU is that of this process and its children: the machines
and the emulated AWS are not in it. The slope of a straight line over the counts is the CPU of one more host.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from rackwright.cloud.ssh import known_hosts, ssh_key
from rackwright.configure import ConfigureResult, site_inventory
from rackwright.configure.events import ConfigureEvent
from rackwright.configure.pull import Collector, collect
from rackwright.configure.runner import PLAYBOOKS, environment, with_access
from rackwright.inventory import Host
from rackwright.pipeline.node_store import NodeStore
from tests.integration.node_lab import DESIGN, LOCK, MUNGE_KEY, Lab, lab_in
from tests.unit.configure.sample import GPU_ROLES

LIGHT = ("base", "munge", "node_exporter")
GPU_NODE = tuple(role for role in GPU_ROLES if role not in {"slurm_node", "mfa"})
"""What a GPU node of the tests runs, but Slurm, which needs a controller, and one-time codes, which need a person."""
TURNS = ("first", "second")
COMPARED = 2
"""Up to this many machines Ansible's own defaults are tried too; with more it takes too long."""
TARGETS = {
    "second push, 1 GPU node": 15.0,
    "pull: CPU of one more host": 0.2,
    "pull: CPU of one more played node": 0.2,
    "boot from a baked image to ready, 1 GPU node": 20.0,
}
"""Seconds. From the project's plan."""


@dataclass
class Row:
    what: str
    wall_s: float
    cpu_s: float
    tasks: int = 0
    changed: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds."""
    phase_tasks: dict[str, int] = field(default_factory=dict)
    """Tasks that ran, skipped ones left out, on all hosts together; known of a push."""


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(what: str, work: Callable[[], ConfigureResult]) -> Row:
    before, began = cpu(), time.monotonic()
    result = work()
    wall, used = time.monotonic() - began, cpu() - before
    result.raise_if_failed()
    tasks = sum(host.ok + host.skipped for host in result.hosts)
    phases = {phase.name: phase.seconds for phase in result.phases}
    say(f"{what}: {wall:.1f} s, CPU {used:.2f} s, {tasks} tasks, {result.changed} changed")
    return Row(what, wall, used, tasks, result.changed, phases)


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@contextmanager
def lab(count: int, roles: tuple[str, ...]) -> Iterator[Lab]:
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder, lab_in(Path(folder), cap=count + 1) as made:
        made.roles = roles
        if "ngc" in roles:
            made.cloud.serve_images(sorted(LOCK.images))
        yield made


def push_rows(count: int, roles: tuple[str, ...]) -> list[Row]:
    """First and second push to `count` machines, and the same with Ansible's own defaults on as many fresh ones."""
    with waiting(count, roles) as (here, hosts):
        rows = [pushed(here, hosts, turn) for turn in TURNS]
    if count <= COMPARED:
        with waiting(count, roles) as (here, _):
            rows += [
                plain_row(here, f"{turn} push with Ansible's defaults, {label_of(count, roles)}") for turn in TURNS
            ]
    return rows


@contextmanager
def waiting(count: int, roles: tuple[str, ...]) -> Iterator[tuple[Lab, list[Host]]]:
    """Fresh machines that answer and wait to be pushed to."""
    with lab(count, roles) as here:
        hosts = [here.launch(20 + number, pulls=False) for number in range(count)]
        here.wait_for(*hosts)
        yield here, hosts


def ratios(rows: Sequence[Row]) -> dict[str, float]:
    """How many times our wall time Ansible's defaults take for the same hosts."""
    ours = {row.what: row.wall_s for row in rows}
    plain = {row.what.replace(" with Ansible's defaults", ""): row.wall_s for row in rows if "defaults" in row.what}
    return {
        f"Ansible's defaults take so many times our time, {what}": wall / ours[what] for what, wall in plain.items()
    }


def label_of(count: int, roles: tuple[str, ...]) -> str:
    kind = "GPU node" if roles == GPU_NODE else "host"
    return f"{count} {kind}{'s' if count > 1 else ''}"


def pushed(here: Lab, hosts: Sequence[Host], turn: str) -> Row:
    tasks: Counter[str] = Counter()

    def on_event(event: ConfigureEvent) -> None:
        tasks[event.phase] += event.status in {"ok", "changed"}

    row = measured(f"{turn} push, {label_of(len(hosts), here.roles)}", lambda: here.push(hosts, on_event))
    row.phase_tasks = {phase: tasks[phase] for phase in row.phases}
    return row


def baked_rows(roles: tuple[str, ...]) -> list[Row]:
    """A machine is configured, becomes an image, and another one boots from it; the time from its launch to ready."""
    with lab(2, roles) as here:
        host = here.launch(20, pulls=False)
        here.wait_for(host)
        rows = [pushed(here, [host], "first")]
        with here.baked_from(host) as (image, _):
            bundle = here.pack()
            here.store.publish(bundle.digest, bundle.data)

            def work() -> ConfigureResult:
                fresh = here.launch(21, pulls=True, image=image)
                collector = Collector(here.store, bundle.digest, {str(fresh.instance_id): fresh.name})
                return collect(collector, lambda _: None, timeout_s=600, log=here.folder / "baked.log")

            rows.append(measured(f"boot from a baked image to ready, {label_of(1, roles)}", work))
        return rows


def plain_row(here: Lab, what: str) -> Row:
    """``ansible-playbook`` as it comes: no settings of ours, the same inventory and playbooks."""
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
    before, began = cpu(), time.monotonic()
    subprocess.run(command, env=os.environ | variables, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    wall, used = time.monotonic() - began, cpu() - before
    say(f"{what}: {wall:.1f} s, CPU {used:.2f} s")
    return Row(what, wall, used)


def pull_row(count: int, roles: tuple[str, ...]) -> Row:
    """`count` machines configure themselves; the controller packs, publishes and collects."""
    with lab(count, roles) as here:
        hosts = [here.launch(20 + number, pulls=True) for number in range(count)]
        here.wait_for(*hosts)

        def work() -> ConfigureResult:
            bundle = here.pack()
            names = {str(host.instance_id): host.name for host in hosts}
            collector = Collector(here.store, bundle.digest, names)
            collector.begin()
            here.store.publish(bundle.digest, bundle.data)
            return collect(collector, lambda _: None, timeout_s=3000, log=here.folder / "pull.log")

        return measured(f"pull, {label_of(count, roles)}", work)


PHASES = ("Validate", "Base", "Driver", "Runtime", "Scheduler", "Monitoring")
WRITER = """
import json, sys, time, boto3
client = boto3.client("s3", "us-east-1", endpoint_url=sys.argv[1], aws_access_key_id="x", aws_secret_access_key="y")
count, digest = int(sys.argv[2]), sys.argv[3]
for phase in sys.argv[4].split(","):
    for number in range(count):
        said = {"instance_id": f"i-{number}", "digest": digest, "status": "running", "phase": phase}
        client.put_object(Bucket="bench", Key=f"reports/i-{number}.json", Body=json.dumps(said).encode())
    time.sleep(1)
for number in range(count):
    said = {"instance_id": f"i-{number}", "digest": digest, "status": "configured", "ok": 100}
    client.put_object(Bucket="bench", Key=f"reports/i-{number}.json", Body=json.dumps(said).encode())
"""


def played_pull_row(count: int) -> Row:
    """The controller's part of a pull with `count` nodes that are played: their reports are written by a process."""
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder:
        command = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as cloud:
            endpoint = f"http://127.0.0.1:{(cloud.stdout.readline() if cloud.stdout else '').strip()}"
            store = NodeStore("bench", "us-east-1", endpoint)
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            boto3.client("s3", "us-east-1", endpoint_url=endpoint, **keys).create_bucket(Bucket="bench")
            names = {f"i-{number}": f"n-{number}" for number in range(count)}
            writer = [sys.executable, "-c", WRITER, endpoint, str(count), "d", ",".join(PHASES)]
            with subprocess.Popen(writer):

                def work() -> ConfigureResult:
                    collector = Collector(store, "d", names)
                    collector.begin()
                    return collect(collector, lambda _: None, timeout_s=600, log=Path(folder) / "log")

                row = measured(f"pull, {count} played nodes", work)
            cloud.kill()
        return row


def slope(points: Sequence[tuple[int, float]]) -> float:
    """CPU seconds of one more host: least squares over (hosts, CPU seconds)."""
    if not points:
        return float("nan")
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else float("nan")


def table(rows: Sequence[Row], fits: dict[str, float]) -> Table:
    shown = Table("What", "Wall s", "CPU s", "Tasks", "Changed", "CPU ms a task", "Target s")
    for row in rows:
        target = TARGETS.get(row.what)
        each = f"{1000 * row.cpu_s / row.tasks:.0f}" if row.tasks else ""
        figures = (f"{row.wall_s:.1f}", f"{row.cpu_s:.2f}", str(row.tasks or ""), str(row.changed), each)
        shown.add_row(row.what, *figures, f"{target or ''}")
    for what, value in fits.items():
        shown.add_row(what, "", f"{value:.3f}", "", "", "", f"{TARGETS.get(what, '')}")
    return shown


def phase_table(rows: Sequence[Row]) -> Table:
    """Seconds of each phase, and how many tasks ran in it where that is known."""
    phases = list(dict.fromkeys(phase for row in rows for phase in row.phases))
    shown = Table("Phase", *(row.what for row in rows))
    for phase in phases:
        cells = [f"{row.phases.get(phase, 0):.1f} s {row.phase_tasks.get(phase, '')}".strip() for row in rows]
        shown.add_row(phase, *cells)
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", default="2,8,24", help="how many machines, one after the other")
    parser.add_argument("--gpu-node", action="store_true", help="also one GPU node with everything that belongs on it")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--played", default="", help="pull with so many played nodes (no machines): 24,240,1000")
    asked = parser.parse_args()
    counts = [int(one) for one in asked.counts.split(",") if one]
    rows = [row for count in counts for row in push_rows(count, LIGHT)]
    pulls = [pull_row(count, LIGHT) for count in counts]
    rows += pulls
    if asked.gpu_node:
        rows += [*push_rows(1, GPU_NODE), pull_row(1, GPU_NODE), *baked_rows(GPU_NODE)[1:]]
    played = {int(one): played_pull_row(int(one)) for one in asked.played.split(",") if one}
    rows += played.values()
    pushes = [row for row in rows if row.what.startswith("second push, ")][: len(counts)]
    fits = {
        "pull: CPU of one more played node": slope([(count, row.cpu_s) for count, row in played.items()]),
        "pull: CPU of one more host": slope([(n, row.cpu_s) for n, row in zip(counts, pulls, strict=True)]),
        "second push: CPU of one more host": slope([(n, row.cpu_s) for n, row in zip(counts, pushes, strict=True)]),
    }
    fits = {what: value for what, value in fits.items() if not math.isnan(value)}
    console = Console(width=160)
    console.print(table(rows, fits))
    for what, ratio in ratios(rows).items():
        console.print(f"{what}: {ratio:.1f}")
    if nodes := [row for row in rows if "GPU node" in row.what and row.phases]:
        console.print(phase_table(nodes))
    if asked.json:
        told = {"rows": [asdict(row) for row in rows], "fits": fits, "ratios": ratios(rows)}
        asked.json.write_text(json.dumps(told, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
