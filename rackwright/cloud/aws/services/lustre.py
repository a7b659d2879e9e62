"""FSx for Lustre: life cycle, mount name, network interfaces and updates.

Sources: Amazon FSx API Reference, "LustreFileSystemConfiguration" and "UpdateFileSystem"
(docs.aws.amazon.com/fsx/latest/APIReference, 2026-11).
"""

from __future__ import annotations

import json
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import FILE_SYSTEM, begin, change, end, over, state_of

_UPDATABLE = frozenset(
    (
        *("WeeklyMaintenanceStartTime", "DailyAutomaticBackupStartTime", "AutomaticBackupRetentionDays"),
        *("AutoImportPolicy", "DataCompressionType", "LogConfiguration", "RootSquashConfiguration"),
        *("PerUnitStorageThroughput", "MetadataConfiguration", "ThroughputCapacity"),
    )
)


def create(call: Call) -> Reply:
    """Create it once per client token, with an interface in its subnet."""
    tokens: dict[str, str] = vars(call.state()).setdefault("rackwright_tokens", {})
    token = call.params.get("ClientRequestToken")
    if token in tokens and tokens[token] in call.state().file_systems:
        return call.answer({"FileSystem": described(call, tokens[token])})
    _check(call.params)
    reply = call.forward()
    if not reply.ok:
        return reply
    id_ = json.loads(reply.body)["FileSystem"]["FileSystemId"]
    _complete(call, call.state().file_systems[id_])
    begin(call.state().file_systems[id_], FILE_SYSTEM)
    if token:
        tokens[token] = id_
    return call.answer({"FileSystem": described(call, id_)})


def _check(asked: dict[str, Any]) -> None:
    lustre = asked.get("LustreConfiguration") or {}
    persistent = str(lustre.get("DeploymentType", "")).startswith("PERSISTENT")
    if asked.get("FileSystemType") == "LUSTRE" and persistent and not lustre.get("PerUnitStorageThroughput"):
        raise ApiError("BadRequest", "PerUnitStorageThroughput is required for persistent deployment types.")
    if len(asked.get("SubnetIds") or []) != 1 and asked.get("FileSystemType") == "LUSTRE":
        raise ApiError("BadRequest", "Lustre file systems need exactly one subnet.")


def _complete(call: Call, system: Any) -> None:
    system.rackwright_mount_name = mock_random.get_random_hex(8)
    system.rackwright_version = call.params.get("FileSystemTypeVersion", "2.10")
    ec2 = call.state("ec2")
    groups = system.security_group_ids or []
    eni = ec2.create_network_interface(ec2.get_subnet(system.subnet_ids[0]), None, group_ids=groups)
    eni.description, eni.status = f"Created by Amazon FSx {system.file_system_id}", "in-use"
    system.rackwright_interface = eni.id


def described(call: Call, id_: str) -> dict[str, Any]:
    """The file system as the API shows it."""
    system = call.state().file_systems[id_]
    found: dict[str, Any] = system.to_dict()
    lustre = {
        "DeploymentType": "SCRATCH_1",
        "DataCompressionType": "NONE",
        **(found.get("LustreConfiguration") or {}),
        "MountName": system.rackwright_mount_name,
    }
    state = call.state("ec2")
    return {
        **found,
        "Lifecycle": state_of(system, FILE_SYSTEM),
        "OwnerId": call.account,
        "VpcId": state.get_subnet(system.subnet_ids[0]).vpc_id,
        "NetworkInterfaceIds": [system.rackwright_interface],
        "FileSystemTypeVersion": system.rackwright_version,
        **({"LustreConfiguration": lustre} if system.file_system_type == "LUSTRE" else {}),
    }


def describe(call: Call) -> Reply:
    """Describe all or some, after what was on its way out has gone; an unknown id is an error."""
    systems = call.state().file_systems
    for id_ in over(systems):
        call.changed = True
        _remove(call, id_)
    ids = call.params.get("FileSystemIds") or list(systems)
    _require(systems, ids)
    return call.answer({"FileSystems": [described(call, id_) for id_ in ids]})


def _require(systems: Any, ids: list[str]) -> None:
    if unknown := [id_ for id_ in ids if id_ not in systems]:
        raise ApiError("FileSystemNotFound", f"File system '{unknown[0]}' does not exist.")


def update(call: Call) -> Reply:
    """Change what the API can change; capacity only grows."""
    asked, systems = call.params, call.state().file_systems
    _require(systems, [asked["FileSystemId"]])
    system = systems[asked["FileSystemId"]]
    changes = asked.get("LustreConfiguration") or {}
    if foreign := sorted(set(changes) - _UPDATABLE):
        raise ApiError("BadRequest", f"{foreign[0]} cannot be updated.")
    system.lustre_configuration = {**(system.lustre_configuration or {}), **changes}
    if (capacity := asked.get("StorageCapacity")) is not None:
        if capacity < system.storage_capacity:
            raise ApiError("BadRequest", "Storage capacity cannot be decreased.")
        system.storage_capacity = capacity
    system.rackwright_version = asked.get("FileSystemTypeVersion", system.rackwright_version)
    change(system, FILE_SYSTEM)
    return call.answer({"FileSystem": described(call, system.file_system_id)})


def delete(call: Call) -> Reply:
    """Its interface goes with it, once it is gone."""
    systems, id_ = call.state().file_systems, call.params["FileSystemId"]
    _require(systems, [id_])
    if end(systems[id_], FILE_SYSTEM):
        _remove(call, id_)
    return call.answer({"FileSystemId": id_, "Lifecycle": FILE_SYSTEM.deleting})


def _remove(call: Call, id_: str) -> None:
    system = call.state().file_systems[id_]
    call.state().delete_file_system(id_, "", None, None, None)
    call.state("ec2").delete_network_interface(system.rackwright_interface)


BEHAVIOURS: Behaviours = {
    ("fsx", "CreateFileSystem"): create,
    ("fsx", "DescribeFileSystems"): describe,
    ("fsx", "UpdateFileSystem"): update,
    ("fsx", "DeleteFileSystem"): delete,
}
