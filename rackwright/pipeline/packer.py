"""Packer templates of a stack's pools, with the inventory and the playbooks that they need beside them."""

from __future__ import annotations

import json
import shutil
from ipaddress import ip_address
from pathlib import Path

from rackwright.cloud.baked import CLEAN
from rackwright.configure import site_inventory
from rackwright.configure.packer import ImageRequest, packer_template
from rackwright.configure.runner import PLAYBOOKS
from rackwright.design.images import image_query, login_of, root_device_of
from rackwright.design.model import Pool
from rackwright.diagnostics import InputError
from rackwright.inventory import Host, Inventory
from rackwright.pipeline.bake import image_name
from rackwright.pipeline.run import Run


def write_templates(run: Run, folder: Path, pools: tuple[str, ...]) -> tuple[Path, ...]:
    """Write a template for each pool of an AWS stack into `folder`; return them. `InputError` for another target."""
    if run.prepared.design.target != "aws":
        raise InputError(
            f"stack {run.prepared.stack!r} targets {run.prepared.design.target}; Packer's templates are for AWS",
            hint=f"./rw bake {run.prepared.stack}",
        )
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(PLAYBOOKS, folder / "playbooks", dirs_exist_ok=True)
    wanted = [pool for pool in run.prepared.design.pools if not pools or pool.name in pools]
    return tuple(_write(run, folder, pool) for pool in wanted)


def _write(run: Run, folder: Path, pool: Pool) -> Path:
    host = Host(name="bake", address=ip_address("127.0.0.1"), pool=pool.name, roles=frozenset(pool.ansible_roles))
    inventory = Inventory(cluster=run.prepared.design.name, hosts=(host,))
    site = site_inventory(inventory, run.prepared.design, run.lock, None)
    (folder / f"{pool.name}.inventory.json").write_text(json.dumps(_without_address(site), indent=2, sort_keys=True))
    query = image_query(run.prepared.design, pool)
    request = ImageRequest(
        name=image_name(run, pool.name),
        region=run.prepared.design.region or "",
        machine=pool.machine,
        owner=query.owner,
        source=query.name,
        user=login_of(run.prepared.design),
        root_device=root_device_of(run.prepared.design),
        root_gib=pool.root_volume_gib,
        tags={**run.prepared.design.tags, "rackwright:pool": pool.name},
    )
    path = folder / f"{pool.name}.pkr.json"
    path.write_text(packer_template(request, "playbooks/bake.yml", f"{pool.name}.inventory.json", CLEAN))
    return path


def _without_address(site: dict[str, object]) -> dict[str, object]:
    """Packer itself says where the machine is."""
    text = json.dumps(site)
    tree: dict[str, object] = json.loads(text)
    everything = tree["all"]
    if isinstance(everything, dict):
        everything["hosts"]["bake"].pop("ansible_host", None)
        everything["vars"].pop("ansible_user", None)
    return tree
