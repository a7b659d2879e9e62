"""KMS keys and aliases, and encryption of new volumes by default."""

from __future__ import annotations

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import MARK_TAG, Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, tag_list, tag_map

_GOING = {"PendingDeletion", "PendingReplicaDeletion"}


class Key(Resource):
    """Customer-managed key. Deleting it schedules the deletion; a key that waits for it counts as gone."""

    type_ = "aws:kms/key:Key"
    service = "kms"
    replaces = frozenset({"customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"})
    defaults = fixed(
        {
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "keyUsage": "ENCRYPT_DECRYPT",
            "isEnabled": True,
            "multiRegion": False,
            "bypassPolicyLockoutSafetyCheck": False,
        }
    )
    computed = ("arn", "keyId", "policy", "rotationPeriodInDays", "tagsAll")
    days_until_deletion = 30

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it, then rotation and state."""
        tags = {**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark}
        answer = cloud.call(
            *("kms", "CreateKey"),
            Policy=wanted.get("policy"),
            Description=wanted.get("description"),
            KeyUsage=wanted.get("keyUsage"),
            KeySpec=wanted.get("customerMasterKeySpec"),
            MultiRegion=wanted.get("multiRegion"),
            BypassPolicyLockoutSafetyCheck=wanted.get("bypassPolicyLockoutSafetyCheck"),
            Tags=tag_list(tags, "TagKey", "TagValue"),
        )
        id_ = str(answer["KeyMetadata"]["KeyId"])
        self._arrange(cloud, id_, wanted, {"enableKeyRotation"} & set(wanted.props))
        if not wanted.get("isEnabled", True):
            cloud.call("kms", "DisableKey", KeyId=id_)
        return id_

    @staticmethod
    def _arrange(cloud: Cloud, id_: str, wanted: Wanted, changed: set[str]) -> None:
        if not changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            return
        if wanted.get("enableKeyRotation"):
            days = wanted.get("rotationPeriodInDays")
            cloud.call("kms", "EnableKeyRotation", KeyId=id_, RotationPeriodInDays=None if days is None else int(days))
        else:
            cloud.call("kms", "DisableKeyRotation", KeyId=id_)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it with policy, rotation and tags."""
        answer = cloud.find("kms", "DescribeKey", KeyId=id_)
        if answer is None or answer["KeyMetadata"]["KeyState"] in _GOING:
            return None
        meta = answer["KeyMetadata"]
        rotation = cloud.call("kms", "GetKeyRotationStatus", KeyId=id_)
        live_tags = cloud.call("kms", "ListResourceTags", KeyId=id_).get("Tags")
        return {
            "arn": meta["Arn"],
            "keyId": id_,
            "description": meta.get("Description", ""),
            "isEnabled": meta.get("Enabled", True),
            "keyUsage": meta.get("KeyUsage"),
            "customerMasterKeySpec": meta.get("KeySpec"),
            "multiRegion": meta.get("MultiRegion", False),
            "policy": cloud.call("kms", "GetKeyPolicy", KeyId=id_, PolicyName="default")["Policy"],
            "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
            **({"rotationPeriodInDays": d} if (d := rotation.get("RotationPeriodInDays")) else {}),
            **tag_outputs(cloud, tag_map(live_tags, "TagKey", "TagValue")),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Each in its own call."""
        if "description" in changed:
            cloud.call("kms", "UpdateKeyDescription", KeyId=id_, Description=wanted.get("description", ""))
        if "policy" in changed:
            cloud.call("kms", "PutKeyPolicy", KeyId=id_, PolicyName="default", Policy=wanted.get("policy"))
        if "isEnabled" in changed:
            cloud.call("kms", "EnableKey" if wanted.get("isEnabled", True) else "DisableKey", KeyId=id_)
        self._arrange(cloud, id_, wanted, set(changed))
        if "tags" in changed:
            self._retag(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))

    @staticmethod
    def _retag(cloud: Cloud, id_: str, old: Props, new: Props) -> None:
        if gone := [key for key in old if key not in new]:
            cloud.call("kms", "UntagResource", KeyId=id_, TagKeys=gone)
        if new:
            cloud.call("kms", "TagResource", KeyId=id_, Tags=tag_list(new, "TagKey", "TagValue"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Schedule the deletion, unless it is scheduled."""
        if self.read(cloud, id_, known) is not None:
            days = int(known.get("deletionWindowInDays") or self.days_until_deletion)
            cloud.call("kms", "ScheduleKeyDeletion", KeyId=id_, PendingWindowInDays=days)

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the token among all keys."""
        keys = cloud.client("kms").get_paginator("list_keys").paginate().search("Keys[].KeyId")
        return next((str(key) for key in keys if self._is_mine(cloud, key, wanted)), None)

    def _is_mine(self, cloud: Cloud, key: str, wanted: Wanted) -> bool:
        live = tag_map((cloud.find("kms", "ListResourceTags", KeyId=key) or {}).get("Tags"), "TagKey", "TagValue")
        return live.get(MARK_TAG) == wanted.mark and self.read(cloud, key, {}) is not None


class Alias(Resource):
    """Name of a key."""

    type_ = "aws:kms/alias:Alias"
    service = "kms"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    computed = ("arn", "targetKeyArn")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; the name is the id."""
        name = str(wanted.get("name"))
        cloud.call("kms", "CreateAlias", AliasName=name, TargetKeyId=wanted.get("targetKeyId"))
        return name

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Look through the aliases."""
        found = cloud.client("kms").get_paginator("list_aliases").paginate().search(f"Aliases[?AliasName=='{id_}']")
        item = next((one for one in found if one), None)
        if item is None or not item.get("TargetKeyId"):
            return None
        key = str(item["TargetKeyId"]).rpartition("/")[2]
        asked = str(known.get("targetKeyId", ""))
        return {
            "name": id_,
            "arn": item["AliasArn"],
            "targetKeyId": asked if asked.rpartition("/")[2] == key else key,
            "targetKeyArn": cloud.arn("kms", f"key/{key}"),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Point it at another key."""
        cloud.call("kms", "UpdateAlias", AliasName=id_, TargetKeyId=wanted.get("targetKeyId"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("kms", "DeleteAlias", AliasName=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("name"))
        return name if self.read(cloud, name, wanted.props) else None

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """AWS's prefix."""
        name = str(props.get("name", "alias/"))
        return [] if name.startswith("alias/") else [("name", f"an alias starts with 'alias/', got {name!r}")]


class EncryptionByDefault(Resource):
    """Encryption of every new volume in the region; deleting it switches it off, as in pulumi-aws."""

    type_ = "aws:ebs/encryptionByDefault:EncryptionByDefault"
    service = "ec2"
    defaults = fixed({"enabled": True})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Switch it."""
        self._switch(cloud, on=bool(wanted.get("enabled", True)))
        return f"ebs-encryption-by-default-{cloud.region}"

    @staticmethod
    def _switch(cloud: Cloud, *, on: bool) -> None:
        cloud.call("ec2", "EnableEbsEncryptionByDefault" if on else "DisableEbsEncryptionByDefault")

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props:
        """Ask."""
        return {"enabled": bool(pick("EbsEncryptionByDefault", cloud.call("ec2", "GetEbsEncryptionByDefault")))}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Switch it."""
        self._switch(cloud, on=bool(wanted.get("enabled", True)))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Switch it off."""
        self._switch(cloud, on=False)

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """A setting, so it is always there."""
        return f"ebs-encryption-by-default-{cloud.region}"
