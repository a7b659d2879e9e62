"""Settings that a region or an account has once: what is made without thinking is made safely."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from rackwright.design.governance import PasswordPolicy


class AccountDefaults(pulumi.ComponentResource):
    """Encrypted volumes, metadata with session tokens, no public images or snapshots, and a password policy.

    They hold for everything that is made in the region, by whomever. With `keep` they stay on when the stack goes:
    removing them with one stack would switch them off for all others.
    Sources: AWS EC2 User Guide, "Amazon EBS encryption by default", "Set IMDSv2 as the default for the account",
    "Block public access for AMIs"; EBS User Guide, "Block public access for snapshots"; IAM User Guide, "Set an account
    password policy".
    """

    def __init__(
        self,
        name: str,
        *,
        passwords: PasswordPolicy | None,
        keep: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:AccountDefaults", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, retain_on_delete=keep)
        aws.ebs.EncryptionByDefault(f"{name}-volumes", enabled=True, opts=child)
        aws.ebs.SnapshotBlockPublicAccess(f"{name}-snapshots", state="block-all-sharing", opts=child)
        aws.ec2.ImageBlockPublicAccess(f"{name}-images", state="block-new-sharing", opts=child)
        aws.ec2.InstanceMetadataDefaults(
            f"{name}-metadata",
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=1,
            opts=child,
        )
        if passwords is not None:
            aws.iam.AccountPasswordPolicy(
                f"{name}-passwords",
                minimum_password_length=passwords.length,
                password_reuse_prevention=passwords.reuse,
                max_password_age=passwords.age_days,
                require_lowercase_characters=True,
                require_uppercase_characters=True,
                require_numbers=True,
                require_symbols=True,
                allow_users_to_change_password=True,
                opts=child,
            )
        self.register_outputs({})
