"""The stage in which hosts are configured: pushed to by this machine, or by themselves from a bundle in the bucket.

Push reaches the hosts by ssh; a rehearsal's default. Pull needs no way to the hosts at all and is what nodes of a real
cloud do; the same playbooks, the same Ansible and the same lock give the same host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rackwright.configure import site_inventory
from rackwright.configure.bundle import Bundle, make_bundle
from rackwright.configure.pull import Collector
from rackwright.configure.slices import slices_of
from rackwright.configure.variables import LocalServices
from rackwright.design.hosts import elastic_hosts, joined
from rackwright.design.model import Design
from rackwright.diagnostics import InputError
from rackwright.evidence.keys import SigningKey, load_or_make_key
from rackwright.inventory import Inventory
from rackwright.lock.model import Lock
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.nodes.node_store import NodeStore
from rackwright.pipeline.workspace import Workspace

KEY = "bundle.pem"

PULL_TIMEOUT_S = 1800.0
"""Longest wait for the nodes of a stack: a GPU node downloads some gigabytes at its first boot."""


def bundle_key(workspace: Workspace) -> SigningKey:
    """The key that signs the stack's bundles, made at first use; nodes know its public half from their user data."""
    return load_or_make_key(workspace.secrets / KEY)


NO_KEY_YET = "(the public half of a key that the first ./rw up makes)"
"""Stands in a preview for the key of a stack that was never up: a preview leaves no secret behind."""


def public_bundle_key(workspace: Workspace, *, make: bool) -> str:
    """What nodes know the stack's bundles by, PEM; without `make`, `NO_KEY_YET` where there is no key."""
    if not make and not (workspace.secrets / KEY).exists():
        return NO_KEY_YET
    return bundle_key(workspace).public.pem.decode()


def pack(
    inventory: Inventory,
    design: Design,
    lock: Lock,
    services: LocalServices | None,
    secrets: Mapping[str, str],
    key: SigningKey,
) -> Bundle:
    """The signed bundle of a stack; `secrets` is variable -> name of the secret that holds it."""
    inventory = joined(inventory, elastic_hosts(design))  # they configure themselves long after this was packed
    site = site_inventory(inventory, design, lock, services)
    roles = {pool.name: pool.role for pool in design.pools}
    return make_bundle(slices_of(site, inventory, roles, secrets), lock, key.sign)


def store_of(outputs: Mapping[str, Any], design: Design, endpoint: str | None) -> NodeStore:
    """The bucket that the stack exports. `InputError` for a stack whose nodes are pushed to."""
    if "node_bucket" not in outputs:
        raise InputError(
            f"the nodes of stack {design.name!r} do not configure themselves: it has no bucket of bundles",
            hint="bring it up with ./rw up <stack> --configure pull",
        )
    return NodeStore(str(outputs["node_bucket"]), design.region or LOCAL_REGION, endpoint)


def follow(store: NodeStore, bundle: Bundle, inventory: Inventory) -> Collector:
    """Look at the reports that are there, then publish; what comes later is this bundle's doing."""
    hosts = {host.instance_id: host.name for host in inventory.hosts if host.instance_id}
    collector = Collector(store, bundle.digest, hosts)
    collector.begin()
    store.publish(bundle.digest, bundle.data)
    return collector
