"""EFS: update, backup policy, deletion of the policy.

Source: Amazon EFS API Reference, "UpdateFileSystem", "PutBackupPolicy" and "DeleteFileSystemPolicy"
(docs.aws.amazon.com/efs/latest/ug/API_Operations.html, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply


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
}
