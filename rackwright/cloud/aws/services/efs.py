"""EFS: update, replication protection and life cycle.

Source: Amazon EFS API Reference, "UpdateFileSystem" (docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html).
"""

from __future__ import annotations

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply


def update(call: Call) -> Reply:
    """Throughput mode and provisioned throughput."""
    asked, systems = call.params, call.state().file_systems_by_id
    if asked["FileSystemId"] not in systems:
        raise ApiError("FileSystemNotFound", f"File system '{asked['FileSystemId']}' does not exist.", 404)
    system = systems[asked["FileSystemId"]]
    mode = asked.get("ThroughputMode", system.throughput_mode)
    if mode == "provisioned" and not asked.get("ProvisionedThroughputInMibps"):
        raise ApiError("BadRequest", "ProvisionedThroughputInMibps is required in provisioned mode.")
    system.throughput_mode = mode
    system.provisioned_throughput_in_mibps = asked.get("ProvisionedThroughputInMibps")
    return call.answer(system.info_json())


BEHAVIOURS: Behaviours = {("efs", "UpdateFileSystem"): update}
