"""Regulated data is encrypted with the customer's own key.

Requirement: where the stack holds personal, health or financial data, every store of it names a KMS key.
Why it matters: AWS's own keys cannot be revoked, their policy cannot be narrowed, and their use by others in the
account is not visible; with a key of your own, destroying the key destroys the data.
What it looks at: key settings of volumes, file systems, bucket encryption, log groups, trails, topics and secrets, in
stacks whose resources are tagged ``rackwright:classification`` pii, phi or financial.
Known limits: buckets that S3 writes its access logs into can only use S3's own key and are left out; a key id is
taken as given; whether the key is the customer's own is judged only where it is in the stack.
Fix: set the key (`kms_key_id`, `kms_master_key_id`) to the cluster's key.
Sources: NIST SP 800-53 r5 SC-12 and SC-28(3); HHS guidance on unsecured PHI (45 CFR 164.402).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import KEY, is_of_access_logs, is_regulated, is_set, maps
from policies.rule import Enforcement, Resource, Rule, Severity, Unknown

ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

DIRECT = {
    "aws:ebs/volume:Volume": "kmsKeyId",
    "aws:efs/fileSystem:FileSystem": "kmsKeyId",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "kmsKeyId",
    "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
    "aws:cloudtrail/trail:Trail": "kmsKeyId",
    "aws:sns/topic:Topic": "kmsMasterKeyId",
    "aws:secretsmanager/secret:Secret": "kmsKeyId",
}
"""Type -> property that names the key."""

NESTED = {
    "aws:ec2/instance:Instance": ("rootBlockDevice", "kmsKeyId"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("blockDeviceMappings", "ebs.kmsKeyId"),
    ENCRYPTION: (
        "rules",
        "applyServerSideEncryptionByDefault.kmsMasterKeyId",
    ),
}
"""Type -> list property, and the key within each element."""


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if not is_regulated(resources):
        return
    if (name := DIRECT.get(resource.type)) is not None:
        if not is_set(resource, name, source=KEY):
            yield f"{name} is not set"
        return
    if resource.type == ENCRYPTION and is_of_access_logs(resource, resources):
        return
    outer, inner = NESTED[resource.type]
    elements = maps(resource, outer)
    if not elements:
        yield f"{outer} is not set, so no key is"
    for element in elements:
        if not _names_key(resource, outer, element, inner):
            yield f"{element.name}.{inner} is not set"


def _names_key(resource: Resource, outer: str, element: Resource, inner: str) -> bool:
    try:
        return bool(element.value(inner))
    except Unknown:
        if resource.comes_from(outer, KEY):
            return True
        raise


RULE = Rule(
    id="RW-PSTO-005",
    title="Regulated data is encrypted with the customer's own key",
    severity=Severity.HIGH,
    applies_to=frozenset({*DIRECT, *NESTED}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA:1798.150(a)(1)",
        "SOX-ITGC:ITGC-APD",
        "NIST-800-53r5:SC-12",
        "NIST-800-53r5:SC-28(3)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="name the cluster's KMS key",
    code="kms_key_id=key.arn",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
