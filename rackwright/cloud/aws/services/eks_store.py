"""What the local EKS remembers, and how it refuses.

Source: Amazon EKS API Reference, "Common errors" and the errors of each operation
(docs.aws.amazon.com/eks/latest/APIReference, 2026-11).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Call, Reply
from rackwright.cloud.aws.lifecycle import Kind, change, is_busy, over, pace


@dataclass
class Item:
    """A thing of EKS: what the API shows of it, without its status."""

    data: dict[str, Any]


@dataclass
class NodeGroup(Item):
    """A node group and what it stands on."""

    group: str
    """Name of its auto-scaling group."""
    template: str
    """Id of the launch template that EKS made from the given one."""
    profile: str
    """Instance profile that EKS made for the node role."""


@dataclass
class Cluster(Item):
    """A cluster with everything in it."""

    interfaces: list[str]
    """Network interfaces of the control plane."""
    node_groups: dict[str, NodeGroup] = field(default_factory=dict)
    addons: dict[str, Item] = field(default_factory=dict)
    entries: dict[str, Item] = field(default_factory=dict)
    """Access entries by the ARN of the principal; their policies are under ``policies``."""
    associations: dict[str, Item] = field(default_factory=dict)
    """Pod identity associations by id."""
    updates: dict[str, tuple[dict[str, Any], Item]] = field(default_factory=dict)
    """Updates by id, with the thing that they change."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.data["name"])


def clusters(call: Call) -> dict[str, Cluster]:
    """Every cluster of the account's region, by name."""
    found: dict[str, Cluster] = vars(call.state()).setdefault("rackwright_clusters", {})
    return found


def invalid(message: str) -> ApiError:
    """A parameter that cannot be."""
    return ApiError("InvalidParameterException", message)


def in_use(message: str) -> ApiError:
    """Something is in the way."""
    return ApiError("ResourceInUseException", message, 409)


def not_found(message: str) -> ApiError:
    """There is no such thing."""
    return ApiError("ResourceNotFoundException", message, 404)


def now() -> dt.datetime:
    """The emulator's time."""
    return dt.datetime.fromtimestamp(pace.clock(), dt.UTC)


def arn(call: Call, kind: str, *parts: str) -> str:
    """ARN of a thing of EKS; things below a cluster end in a random id, as AWS's do."""
    tail = "/".join(parts if kind == "cluster" else (*parts, str(mock_random.uuid4())))
    return f"arn:aws:eks:{call.region}:{call.account}:{kind}/{tail}"


def random_id(length: int) -> str:
    """Hexadecimal digits."""
    return str(mock_random.get_random_hex(length))


def ready_for_change(item: Item, what: str) -> None:
    """Raises `ApiError` while a change of `item` is under way: EKS makes one at a time."""
    if is_busy(item):
        raise in_use(f"{what} is being changed; wait until it is ACTIVE.")


def updated(call: Call, cluster: Cluster, item: Item, life: Kind, kind: str) -> Reply:
    """Begin the change of `item` and answer with its update."""
    change(item, life)
    id_ = str(mock_random.uuid4())
    update = {"id": id_, "type": kind, "createdAt": now(), "params": [], "errors": []}
    cluster.updates[id_] = update, item
    return call.answer({"update": {**update, "status": "InProgress" if is_busy(item) else "Successful"}})


def tagged(call: Call) -> Iterator[dict[str, Any]]:
    """What the API shows of everything that carries tags."""
    for cluster in clusters(call).values():
        yield cluster.data
        for items in (cluster.node_groups, cluster.addons, cluster.entries, cluster.associations):
            yield from (item.data for item in items.values())


def gone(items: dict[str, Any]) -> list[Any]:
    """Take out, and return, the things whose deletion has come to its end."""
    return [items.pop(key) for key in over(items)]
