"""EFS: update, backup policy, deletion of the policy; file systems and mount targets that take their time.

Source: Amazon EFS API Reference, "UpdateFileSystem", "PutBackupPolicy", "DeleteFileSystemPolicy", "CreateMountTarget"
(IncorrectFileSystemLifeCycleState) and "DeleteMountTarget" (docs.aws.amazon.com/efs/latest/ug/API_Operations.html,
2026-11).
"""

from __future__ import annotations

from typing import Any

from moto.efs.models import FileSystem, MountTarget

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import EFS, Kind, begin, end, has_gone, state_of

MOUNT_TARGET = Kind("creating", "available", "deleting", create_s=90, delete_s=30)
"""Source: Amazon EFS API Reference, "MountTargetDescription", `LifeCycleState`."""
_AGE = "_rackwright_age"
"""Attribute that holds how old a thing is; moto shows every attribute that does not begin with a line."""


class Age:
    """Holds the life of one thing."""


def _age(thing: Any) -> Any:
    return vars(thing).setdefault(_AGE, Age())


def _aged(kind: Any, life: Kind) -> None:
    """Give moto's `kind` a life, and show it."""
    plain_init, plain_info = kind.__init__, vars(kind)["info_json"]

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        plain_init(self, *args, **kwargs)
        begin(_age(self), life)

    def info(self: Any) -> dict[str, Any]:
        return {**plain_info(self), "LifeCycleState": state_of(_age(self), life)}

    type.__setattr__(kind, "__init__", init)
    type.__setattr__(kind, "info_json", info)


def create_target(call: Call) -> Reply:
    """Not before the file system is there."""
    system = _system(call)
    if state_of(_age(system), EFS) == EFS.creating:
        message = f"The file system '{system.file_system_id}' is still being created."
        raise ApiError("IncorrectFileSystemLifeCycleState", message, 409)
    return call.forward()


def delete_target(call: Call) -> Reply:
    """Its interface goes with it, once it is gone."""
    state, id_ = call.state(), call.params["MountTargetId"]
    _sweep(call)
    if id_ not in state.mount_targets_by_id:
        raise ApiError("MountTargetNotFound", f"Mount target '{id_}' does not exist.", 404)
    if end(_age(state.mount_targets_by_id[id_]), MOUNT_TARGET):
        state.delete_mount_target(id_)
    return call.answer(None)


def swept(call: Call) -> Reply:
    """After the mount targets that were on their way out have gone."""
    _sweep(call)
    return call.forward()


def _sweep(call: Call) -> None:
    state = call.state()
    for id_ in [id_ for id_, one in state.mount_targets_by_id.items() if has_gone(_age(one))]:
        call.changed = True
        state.delete_mount_target(id_)


def install() -> None:
    """Put these rules into moto, once."""
    for kind, life in ((FileSystem, EFS), (MountTarget, MOUNT_TARGET)):
        if vars(kind)["info_json"].__module__ != __name__:
            _aged(kind, life)


def _system(call: Call) -> Any:
    systems, id_ = call.state().file_systems_by_id, call.params["FileSystemId"]
    if id_ not in systems:
        raise ApiError("FileSystemNotFound", f"File system '{id_}' does not exist.", 404)
    return systems[id_]


def update(call: Call) -> Reply:
    """Throughput mode and provisioned throughput."""
    asked, system = call.params, _system(call)
    mode = asked.get("ThroughputMode", system.throughput_mode)
    if mode == "provisioned" and not asked.get("ProvisionedThroughputInMibps"):
        raise ApiError("BadRequest", "ProvisionedThroughputInMibps is required in provisioned mode.")
    system.throughput_mode = mode
    system.provisioned_throughput_in_mibps = asked.get("ProvisionedThroughputInMibps")
    return call.answer(system.info_json())


def put_backup_policy(call: Call) -> Reply:
    """Daily backups on or off."""
    system, status = _system(call), call.params["BackupPolicy"]["Status"]
    vars(system)["_backup"] = status == "ENABLED"
    return call.answer({"BackupPolicy": {"Status": status}})


def delete_policy(call: Call) -> Reply:
    """Back to the default policy."""
    _system(call).file_system_policy = None
    return call.answer(None)


BEHAVIOURS: Behaviours = {
    ("efs", "UpdateFileSystem"): update,
    ("efs", "PutBackupPolicy"): put_backup_policy,
    ("efs", "DeleteFileSystemPolicy"): delete_policy,
    ("efs", "CreateMountTarget"): create_target,
    ("efs", "DeleteMountTarget"): delete_target,
    ("efs", "DescribeMountTargets"): swept,
    ("efs", "DescribeFileSystems"): swept,
    ("efs", "DeleteFileSystem"): swept,
}
