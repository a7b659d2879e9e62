"""``rw bake``: one image for each pool of a rehearsal, made on a machine of its own by the roles of the pool.

The machine belongs to a local cloud of its own for as long as the baking takes, so that a stack that is up is not
touched. Nothing secret goes into an image: secrets are made up for the baking, and removed with all that is one
machine's.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Network, ip_address
from pathlib import Path

from rackwright.cloud import machine, network, process
from rackwright.cloud.baked import CLEAN, PREFIX, BakedImage, image_id, keep
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.configure import LocalServices, configure, site_inventory
from rackwright.design.model import Pool
from rackwright.diagnostics import InputError, StepFailed
from rackwright.inventory import Host, Inventory
from rackwright.lock import lock_path
from rackwright.pipeline.run import MACHINES_TIMEOUT_S, Run
from rackwright.pipeline.upgrading.good_locks import digest_of

BLOCKS = tuple(IPv4Network(f"10.97.{number}.0/24") for number in range(256))
"""Where the baking machine may live: the first of these that no route of this machine overlaps."""
_OFFSET = 20


@dataclass(frozen=True, slots=True)
class Baked:
    """One image that was made."""

    pool: str
    name: str
    changed: int
    """Tasks that changed something: what a boot from the image need not do."""
    path: Path

    def as_json(self) -> dict[str, object]:
        """For programs."""
        told = {"pool": self.pool, "image": self.name, "id": image_id(self.name), "changed": self.changed}
        return {**told, "path": str(self.path)}


def bake(run: Run, pools: tuple[str, ...] = ()) -> tuple[Baked, ...]:
    """Bake the images of `pools` (all of the stack, where none is named). `InputError` for a pool that is not there."""
    wanted = [pool for pool in run.prepared.design.pools if not pools or pool.name in pools]
    if unknown := sorted({*pools} - {pool.name for pool in wanted}):
        raise InputError(f"stack {run.prepared.stack!r} has no pool {unknown[0]!r}", where="pools")
    if not run.is_local:
        raise InputError(
            f"stack {run.prepared.stack!r} targets {run.prepared.design.target}: its images are made by Packer",
            hint=f"./rw bake {run.prepared.stack} --packer FILE writes the template; packer build FILE runs it",
        )
    with run.workspace.only_run("bake"):
        return tuple(_bake_pool(run, pool) for pool in wanted)


def image_name(run: Run, pool: str) -> str:
    """Name of a pool's image: it changes with the lock."""
    return f"{PREFIX}{run.prepared.stack}-{pool}-{_lock_digest(run)[:12]}"


def _lock_digest(run: Run) -> str:
    return digest_of(lock_path(run.prepared.path).read_text())


def _bake_pool(run: Run, pool: Pool) -> Baked:
    with run.stage(f"bake {pool.name}"), _machine(run, pool) as (cloud, host):
        inventory = Inventory(cluster=run.prepared.design.name, hosts=(host,))
        settings = cloud.settings
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        if run.lock.images:
            cloud.serve_images(sorted(name for name, image in run.lock.images.items() if image.stand_in))
        result = configure(
            site_inventory(inventory, run.prepared.design, run.lock, services),
            private_dir=settings.root / "ansible",
            ssh_key=ssh_key(settings.root),
            known_hosts=known_hosts(settings),
            secrets={name: secrets.token_urlsafe(48) for name in run.secrets()},
            on_event=run.watch.task,
            playbook="bake.yml",
        )
        result.raise_if_failed()
        _clean(cloud, host)
        return Baked(pool.name, image_name(run, pool.name), result.changed, _keep(run, pool, cloud))


@contextmanager
def _machine(run: Run, pool: Pool) -> Iterator[tuple[LocalCloud, Host]]:
    """One machine as the pool's nodes are, in a local cloud of its own that goes away afterwards."""
    routes = network.host_routes()
    block = next((one for one in BLOCKS if network.collision(one, "", routes) is None), None)
    if block is None:
        raise StepFailed("no free address block for the baking machine", hint="see ip route: 10.97.0.0/16 is all taken")
    root = run.workspace.root / ".rw" / "bake" / pool.name
    cloud = LocalCloud(replace(run.cloud.settings, root=root, network_cidr=str(block), name="bake", machine_cap=1))
    name, address = f"{pool.name}-{_OFFSET}", str(block[_OFFSET])
    wanted = WantedInstance("i-bake", address, name, tags={GPU_TAG: str(pool.gpus)})
    host = Host(name=name, address=ip_address(address), pool=pool.name, roles=frozenset(pool.ansible_roles))
    try:
        root.mkdir(parents=True, exist_ok=True)
        cloud.settings.static_file.write_text(json.dumps([asdict(wanted)]))
        cloud.up(run.watch.note)
        cloud.wait_for_machines(1, MACHINES_TIMEOUT_S, run.watch.note)
        yield cloud, host
    finally:
        cloud.down(on_progress=run.watch.note)


def _clean(cloud: LocalCloud, host: Host) -> None:
    """Take away what is this machine's own. The way in goes with it, so the script runs apart from its connection."""
    command = [*ssh_command(cloud.settings, str(host.address), ssh_key(cloud.settings.root)), "sudo sh -s"]
    done = subprocess.run(command, input=CLEAN, text=True, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        raise StepFailed(f"could not clean the image of {host.name}: {done.stderr.strip()[-300:]}", where=host.name)


def _keep(run: Run, pool: Pool, cloud: LocalCloud) -> Path:
    settings = cloud.settings
    process.stop(settings.root, process.DAEMON)  # it would start a machine that goes off again
    machine.stop(settings, "i-bake")
    folder = machine.machine_folder(settings, "i-bake")
    base = (folder / "base").readlink().name
    record = BakedImage(image_name(run, pool.name), run.prepared.stack, pool.name, base, _lock_digest(run))
    return keep(settings.cache, record, folder / "up")
