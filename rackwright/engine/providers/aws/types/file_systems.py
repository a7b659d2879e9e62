"""FSx for Lustre and EFS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud, code_of
from rackwright.engine.providers.aws.resource import MARK_TAG, Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, tag_list, tag_map
from rackwright.engine.providers.aws.waiting import wait_for

POLL_S, READY_S = 0.5, 1800
_TOP = ("storageCapacity", "storageType", "subnetIds", "securityGroupIds", "kmsKeyId", "fileSystemTypeVersion")


class LustreFileSystem(Resource):
    """FSx for Lustre."""

    type_ = "aws:fsx/lustreFileSystem:LustreFileSystem"
    service = "fsx"
    replaces = frozenset(
        (
            *("deploymentType", "storageType", "subnetIds", "securityGroupIds", "kmsKeyId", "copyTagsToBackups"),
            *("exportPath", "importPath", "importedFileChunkSize", "driveCacheType", "efaEnabled", "backupId"),
            *("fileSystemTypeVersion",),
        )
    )
    defaults = fixed({"storageType": "SSD", "copyTagsToBackups": False, "skipFinalBackup": True})
    computed = (
        *("arn", "dnsName", "mountName", "networkInterfaceIds", "ownerId", "vpcId", "tagsAll", "kmsKeyId"),
        "weeklyMaintenanceStartTime",
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it and wait until it is available."""
        tags = {**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark}
        top = cloud.params("fsx", "CreateFileSystem", {key: wanted.get(key) for key in _TOP})
        answer = cloud.call(
            *("fsx", "CreateFileSystem"),
            **top,
            FileSystemType="LUSTRE",
            LustreConfiguration=self._configuration(cloud, "CreateFileSystem", wanted.props),
            Tags=tag_list(tags),
        )
        id_ = str(answer["FileSystem"]["FileSystemId"])
        self._wait(cloud, id_)
        return id_

    @staticmethod
    def _configuration(cloud: Cloud, operation: str, props: Props) -> dict[str, Any]:
        inner = {key: value for key, value in props.items() if key not in _TOP}
        params = cloud.params("fsx", operation, {"lustreConfiguration": inner})
        found: dict[str, Any] = params["LustreConfiguration"]
        return found

    def _wait(self, cloud: Cloud, id_: str) -> None:
        deadline = time.monotonic() + READY_S
        while (state := (self._item(cloud, id_) or {}).get("Lifecycle")) in {"CREATING", "UPDATING"}:
            if time.monotonic() >= deadline:
                raise StepFailed(f"file system {id_} is still {state} after {READY_S} s", where=id_)
            time.sleep(POLL_S)
        if state not in {"AVAILABLE", None}:
            raise StepFailed(f"file system {id_} became {state}", where=id_)

    @staticmethod
    def _item(cloud: Cloud, id_: str) -> dict[str, Any] | None:
        item: dict[str, Any] | None = pick(
            "FileSystems[0]", cloud.find("fsx", "DescribeFileSystems", FileSystemIds=[id_])
        )
        return item

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = self._item(cloud, id_)
        if item is None or item.get("Lifecycle") == "DELETING":
            return None
        tags = tag_map(item.pop("Tags", []))
        lustre = from_api(item.pop("LustreConfiguration", {}))
        groups = {key: known[key] for key in ("securityGroupIds",) if known.get(key) is not None}
        return {
            **from_api(item, {"ResourceARN": "arn", "DNSName": "dnsName"}),
            **lustre,
            **groups,
            "subnetIds": item["SubnetIds"][0],
            **tag_outputs(cloud, tags),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags, and what FSx can change while it runs."""
        if "tags" in changed:
            retag_by_arn(cloud, "fsx", {"ResourceARN": cloud.arn("fsx", f"file-system/{id_}")}, old, wanted)
        rest = {key: wanted.get(key) for key in changed - {"tags", "skipFinalBackup"}}
        if rest:
            inner = self._configuration(cloud, "UpdateFileSystem", rest)
            cloud.call(
                *("fsx", "UpdateFileSystem"),
                FileSystemId=id_,
                LustreConfiguration=inner or None,
                StorageCapacity=rest.get("storageCapacity"),
            )
            self._wait(cloud, id_)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; a final backup is kept unless `skipFinalBackup`."""
        skip = bool(known.get("skipFinalBackup", True))
        persistent = str(known.get("deploymentType", "")).startswith("PERSISTENT")
        lustre = {"SkipFinalBackup": skip} if persistent else None
        when_free(lambda: cloud.call("fsx", "DeleteFileSystem", FileSystemId=id_, LustreConfiguration=lustre))
        deadline = time.monotonic() + READY_S
        while self._item(cloud, id_) is not None and time.monotonic() < deadline:
            time.sleep(POLL_S)

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the mark."""
        systems = cloud.client("fsx").get_paginator("describe_file_systems").paginate().search("FileSystems[]")
        mine = (one for one in systems if tag_map(one.get("Tags")).get(MARK_TAG) == wanted.mark)
        return next((str(one["FileSystemId"]) for one in mine), None)

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Persistent types need a throughput."""
        persistent = str(props.get("deploymentType", "")).startswith("PERSISTENT")
        if persistent and props.get("perUnitStorageThroughput") is None:
            return [("perUnitStorageThroughput", "persistent deployment types need it (MB/s per TiB)")]
        return []


def retag_by_arn(cloud: Cloud, service: str, where: Mapping[str, str], old: Props, wanted: Wanted) -> None:
    """Make the tags the wanted ones, for services with TagResource and UntagResource."""
    before, after = old.get("tags") or {}, wanted.get("tags", {})
    if gone := [key for key in before if key not in after]:
        cloud.call(service, "UntagResource", **where, TagKeys=gone)
    if after:
        cloud.call(service, "TagResource", **where, Tags=tag_list(after))


class FileSystem(Resource):
    """EFS. The creation token is the name by which an interrupted creation is found."""

    type_ = "aws:efs/fileSystem:FileSystem"
    service = "efs"
    autoname = "creationToken"
    replaces = frozenset({"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"})
    computed = (
        *("arn", "dnsName", "ownerId", "numberOfMountTargets", "sizeInBytes", "performanceMode", "kmsKeyId"),
        *("availabilityZoneId", "name", "tagsAll"),
    )
    names = fixed({"FileSystemArn": "arn", "SizeInBytes": "sizeInBytes"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; policies of its life cycle have a call of their own."""
        params = cloud.params("efs", "CreateFileSystem", {**wanted.props, "tags": None})
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        id_ = str(cloud.call("efs", "CreateFileSystem", **params, Tags=tags or None)["FileSystemId"])
        wait_for(lambda: _state(cloud, "FileSystems", FileSystemId=id_), "available", f"file system {id_}")
        if wanted.get("lifecyclePolicies"):
            self._keep_moving(cloud, id_, wanted)
        return id_

    @staticmethod
    def _keep_moving(cloud: Cloud, id_: str, wanted: Wanted) -> None:
        policies = cloud.params("efs", "PutLifecycleConfiguration", wanted.props, _LIFECYCLE_NAMES)
        moving = policies.get("LifecyclePolicies", [])
        cloud.call("efs", "PutLifecycleConfiguration", FileSystemId=id_, LifecyclePolicies=moving)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = pick("FileSystems[0]", cloud.find("efs", "DescribeFileSystems", FileSystemId=id_))
        if item is None or item.get("LifeCycleState") in {"deleting", "deleted"}:
            return None
        tags = tag_map(item.pop("Tags", []))
        policies = cloud.call("efs", "DescribeLifecycleConfiguration", FileSystemId=id_).get("LifecyclePolicies")
        found: Props = from_api(item, self.names)
        return {
            **{key: value for key, value in found.items() if key != "sizeInBytes"},
            "dnsName": f"{id_}.efs.{cloud.region}.amazonaws.com",
            "lifecyclePolicies": from_api(policies or [], _LIFECYCLE_NAMES),
            **tag_outputs(cloud, tags),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags, throughput, life cycle."""
        if "tags" in changed:
            retag_by_arn(cloud, "efs", {"ResourceId": id_}, old, wanted)
        if changed & {"throughputMode", "provisionedThroughputInMibps"}:
            params = cloud.params("efs", "UpdateFileSystem", wanted.props)
            cloud.call("efs", "UpdateFileSystem", **{**params, "FileSystemId": id_})
        if "lifecyclePolicies" in changed:
            self._keep_moving(cloud, id_, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it, again while mount targets go."""
        retry_while(lambda: cloud.call("efs", "DeleteFileSystem", FileSystemId=id_), "FileSystemInUse")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the creation token."""
        answer = cloud.find("efs", "DescribeFileSystems", CreationToken=wanted.get("creationToken"))
        id_ = pick("FileSystems[0].FileSystemId", answer)
        return str(id_) if id_ else None


_LIFECYCLE_NAMES = fixed({"TransitionToIA": "transitionToIa"})


def retry_while(action: Any, code: str, wait_s: float = 60) -> None:
    """Like `when_free`, for services with a code of their own."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return when_free(action)
        except ClientError as error:
            if code_of(error) != code or time.monotonic() >= deadline:
                raise
        time.sleep(POLL_S)


STILL_CREATING = "IncorrectFileSystemLifeCycleState"


def _state(cloud: Cloud, kind: str, **which: str) -> str | None:
    """State of a thing of EFS; None once it is gone."""
    answer = cloud.find("efs", f"Describe{kind}", **which)
    item = pick(f"{kind}[0]", answer)
    return None if item is None else str(item["LifeCycleState"])


class MountTarget(Resource):
    """Way into an EFS from one subnet."""

    type_ = "aws:efs/mountTarget:MountTarget"
    service = "efs"
    replaces = frozenset({"fileSystemId", "subnetId", "ipAddress", "ipv6Address", "ipAddressType"})
    delete_first = True
    computed = (
        *("availabilityZoneId", "availabilityZoneName", "dnsName", "fileSystemArn", "ipAddress", "mountTargetDnsName"),
        *("networkInterfaceId", "ownerId", "securityGroups"),
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it, once the file system is there, and wait until it can be mounted."""
        params = cloud.params("efs", "CreateMountTarget", wanted.props)
        found: dict[str, Any] = {}
        retry_while(lambda: found.update(cloud.call("efs", "CreateMountTarget", **params)), STILL_CREATING)
        id_ = str(found["MountTargetId"])
        wait_for(lambda: _state(cloud, "MountTargets", MountTargetId=id_), "available", f"mount target {id_}")
        return id_

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it with its groups."""
        item = pick("MountTargets[0]", cloud.find("efs", "DescribeMountTargets", MountTargetId=id_))
        if item is None or item.get("LifeCycleState") in {"deleting", "deleted"}:
            return None
        groups = cloud.call("efs", "DescribeMountTargetSecurityGroups", MountTargetId=id_)
        system = item["FileSystemId"]
        dns = f"{system}.efs.{cloud.region}.amazonaws.com"
        return {
            **from_api(item),
            "securityGroups": groups.get("SecurityGroups") or [],
            "dnsName": dns,
            "mountTargetDnsName": f"{item.get('AvailabilityZoneName')}.{dns}",
            "fileSystemArn": cloud.arn("elasticfilesystem", f"file-system/{system}"),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Its security groups."""
        groups = wanted.get("securityGroups")
        cloud.call("efs", "ModifyMountTargetSecurityGroups", MountTargetId=id_, SecurityGroups=groups)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; its interface is free only some time after."""
        when_free(lambda: cloud.call("efs", "DeleteMountTarget", MountTargetId=id_))
        wait_for(lambda: _state(cloud, "MountTargets", MountTargetId=id_), None, f"mount target {id_}")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By file system and subnet: there is at most one."""
        answer = cloud.find("efs", "DescribeMountTargets", FileSystemId=wanted.get("fileSystemId"))
        found = pick(f"MountTargets[?SubnetId=='{wanted.get('subnetId')}'].MountTargetId | [0]", answer)
        return str(found) if found else None


class AccessPoint(Resource):
    """Entry into a directory of an EFS as a fixed user."""

    type_ = "aws:efs/accessPoint:AccessPoint"
    service = "efs"
    replaces = frozenset({"fileSystemId", "posixUser", "rootDirectory"})
    computed = ("arn", "fileSystemArn", "ownerId", "tagsAll")
    names = fixed({"AccessPointArn": "arn"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; the client token is the mark."""
        params = cloud.params("efs", "CreateAccessPoint", {**wanted.props, "tags": None})
        tags = tag_list({**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark})
        params.update(ClientToken=wanted.mark, Tags=tags)
        return str(cloud.call("efs", "CreateAccessPoint", **params)["AccessPointId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = pick("AccessPoints[0]", cloud.find("efs", "DescribeAccessPoints", AccessPointId=id_))
        if item is None:
            return None
        tags = tag_map(item.pop("Tags", []))
        arn = cloud.arn("elasticfilesystem", f"file-system/{item['FileSystemId']}")
        return {**from_api(item, self.names), "fileSystemArn": arn, **tag_outputs(cloud, tags)}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags."""
        retag_by_arn(cloud, "efs", {"ResourceId": id_}, old, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("efs", "DeleteAccessPoint", AccessPointId=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the mark."""
        answer = cloud.find("efs", "DescribeAccessPoints", FileSystemId=wanted.get("fileSystemId")) or {}
        mine = (one for one in answer.get("AccessPoints", []) if tag_map(one.get("Tags")).get(MARK_TAG) == wanted.mark)
        return next((str(one["AccessPointId"]) for one in mine), None)


class FileSystemSetting(Resource):
    """A setting of an EFS; its id is the file system's."""

    service = "efs"
    replaces = frozenset({"fileSystemId"})
    delete_first = True
    put: ClassVar[str]
    get: ClassVar[str]

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Put it."""
        params = cloud.params("efs", self.put, wanted.props)
        cloud.call("efs", self.put, **params)
        return str(wanted.get("fileSystemId"))

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Get it."""
        answer = cloud.find("efs", self.get, FileSystemId=id_)
        return None if answer is None else {"fileSystemId": id_, **self.setting(answer)}

    def setting(self, answer: dict[str, Any]) -> Props:
        """Properties from an answer."""
        found: Props = from_api({key: value for key, value in answer.items() if key != "ResponseMetadata"})
        return found

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put it again."""
        self.create(cloud, wanted)

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the file system."""
        id_ = str(wanted.get("fileSystemId"))
        return id_ if self.read(cloud, id_, wanted.props) else None


class FileSystemPolicy(FileSystemSetting):
    """Who may do what with the file system."""

    type_ = "aws:efs/fileSystemPolicy:FileSystemPolicy"
    put, get = "PutFileSystemPolicy", "DescribeFileSystemPolicy"

    def setting(self, answer: dict[str, Any]) -> Props:
        """The document."""
        return {"policy": answer["Policy"]}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("efs", "DeleteFileSystemPolicy", FileSystemId=id_))


class BackupPolicy(FileSystemSetting):
    """Daily backups."""

    type_ = "aws:efs/backupPolicy:BackupPolicy"
    put, get = "PutBackupPolicy", "DescribeBackupPolicy"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Backups that are off are no policy."""
        found = super().read(cloud, id_, known)
        return None if not found or found["backupPolicy"]["status"] in {"DISABLED", "DISABLING"} else found

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Switch backups off."""
        off = {"Status": "DISABLED"}
        when_free(lambda: cloud.call("efs", "PutBackupPolicy", FileSystemId=id_, BackupPolicy=off))
