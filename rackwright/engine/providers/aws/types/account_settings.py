"""What a region or an account has once: defaults of EC2 and the password policy of IAM."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Setting


class ImageBlockPublicAccess(Setting):
    """Images of the region cannot be made public. It stays as it is when it is deleted, as in pulumi-aws."""

    type_ = "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess"
    service = "ec2"
    calls = Calls("EnableImageBlockPublicAccess", "GetImageBlockPublicAccessState", "DisableImageBlockPublicAccess")
    names = fixed({"ImageBlockPublicAccessState": "state"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """On, or off where the state says so."""
        if wanted.get("state") == "unblocked":
            cloud.call("ec2", self.calls.delete)
            return self.id_in(cloud)
        return super().create(cloud, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Nothing to call."""


class SnapshotBlockPublicAccess(Setting):
    """Snapshots of the region cannot be shared with everybody; deleting it lifts the block."""

    type_ = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
    service = "ec2"
    calls = Calls(
        "EnableSnapshotBlockPublicAccess", "GetSnapshotBlockPublicAccessState", "DisableSnapshotBlockPublicAccess"
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """On, or off where the state says so."""
        if wanted.get("state") == "unblocked":
            cloud.call("ec2", self.calls.delete)
            return self.id_in(cloud)
        return super().create(cloud, wanted)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """A lifted block is no block."""
        found = super().read(cloud, id_, known)
        return None if found is None or found["state"] == "unblocked" != known.get("state") else found


class InstanceMetadataDefaults(Setting):
    """What instances that say nothing about the metadata service get; deleting it gives the choice back."""

    type_ = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
    service = "ec2"
    calls = Calls("ModifyInstanceMetadataDefaults", "GetInstanceMetadataDefaults", "ModifyInstanceMetadataDefaults")
    found = "AccountLevel"
    no_preference = fixed(
        {
            "HttpTokens": "no-preference",
            "HttpPutResponseHopLimit": -1,
            "HttpEndpoint": "no-preference",
            "InstanceMetadataTags": "no-preference",
        }
    )

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """What is not asked for is no preference."""
        return {**self.no_preference, **super().params(cloud, operation, wanted)}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """No preference in anything."""
        cloud.call("ec2", self.calls.delete, **self.no_preference)


class AccountPasswordPolicy(Setting):
    """Passwords of IAM users."""

    type_ = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
    service = "iam"
    defaults = fixed({"allowUsersToChangePassword": True, "minimumPasswordLength": 6})
    computed = ("expirePasswords",)
    calls = Calls("UpdateAccountPasswordPolicy", "GetAccountPasswordPolicy", "DeleteAccountPasswordPolicy")
    found = "PasswordPolicy"

    def id_in(self, cloud: Cloud) -> str:
        """As in pulumi-aws."""
        del cloud
        return "iam-account-password-policy"
