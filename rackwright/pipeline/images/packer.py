"""Packer templates of a stack's pools, with the inventory and the playbooks that they need beside them."""

from __future__ import annotations

import json
import shutil
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from rackwright.cloud.baked import CLEAN
from rackwright.configure import site_inventory
from rackwright.configure.packer import HOST, ImageRequest, Site, packer_template
from rackwright.configure.runner import PLAYBOOKS
from rackwright.design.images import image_query, login_of, root_device_of
from rackwright.design.model import Pool
from rackwright.design.node_secrets import node_secrets
from rackwright.diagnostics import InputError
from rackwright.inventory import Host, Inventory
from rackwright.pipeline.images.bake import image_name
from rackwright.pipeline.nodes.given_secrets import wanted_secrets
from rackwright.pipeline.run import Run

WITH_AGENT = frozenset({"ubuntu"})
"""Distributions whose images have Session Manager's agent. Source: Systems Manager User Guide, "AMIs with agent"."""
MADE_UP = "{{ lookup('ansible.builtin.password', '/dev/null', length=48) }}"
"""Stands for a secret of the cluster while its image is baked; what is made of it goes before the snapshot."""


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
    design = run.prepared.design
    groups = _write_variables(run, pool, folder / f"{pool.name}.inventory")
    query = image_query(design, pool)
    request = ImageRequest(
        name=image_name(run, pool.name),
        region=design.region or "",
        machine=pool.machine,
        owner=query.owner,
        source=query.name,
        user=login_of(design),
        root_device=root_device_of(design),
        root_gib=pool.root_volume_gib,
        session_manager=run.lock.os.distribution in WITH_AGENT,
        tags={**design.tags, "rackwright:pool": pool.name},
    )
    path = folder / f"{pool.name}.pkr.json"
    site = Site("playbooks/bake.yml", f"{pool.name}.inventory", groups)
    path.write_text(packer_template(request, site, CLEAN))
    return path


def _write_variables(run: Run, pool: Pool, folder: Path) -> tuple[str, ...]:
    """Write the pool's variables where Ansible looks for them beside Packer's list of hosts; the machine's groups."""
    design = run.prepared.design
    host = Host(name=HOST, address=ip_address("127.0.0.1"), pool=pool.name, roles=frozenset(pool.ansible_roles))
    site = site_inventory(Inventory(cluster=design.name, hosts=(host,)), design, run.lock, None)
    everything = cast("dict[str, Any]", site["all"])
    children: dict[str, dict[str, Any]] = everything["children"]
    own = {name: value for name, value in everything["hosts"][HOST].items() if name != "ansible_host"}
    shared = {name: value for name, value in everything["vars"].items() if name != "ansible_user"}
    made_up = {
        name: MADE_UP for name in node_secrets(design) if name not in {one.variable for one in wanted_secrets(design)}
    }
    files = {"group_vars/all.json": shared, f"host_vars/{HOST}.json": {**own, **made_up}}
    files |= {f"group_vars/{name}.json": child.get("vars", {}) for name, child in children.items()}
    for name, variables in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(variables, indent=2, sort_keys=True) + "\n")
    return tuple(sorted(children))
