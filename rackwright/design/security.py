"""Which account-wide services look for trouble: what the spec says, else what its promises ask for."""

from __future__ import annotations

from rackwright.design.governance import Detection
from rackwright.design.promises import SECURITY_MONITORED, asks_for, is_sensitive, promised
from rackwright.spec.cluster import ClusterSpec

BEST_PRACTICES = "standards/aws-foundational-security-best-practices/v/1.0.0"
STANDARDS = {
    "cis": "standards/cis-aws-foundations-benchmark/v/3.0.0",
    "nist-800-53": "standards/nist-800-53/v/5.0.0",
    "fedramp-moderate": "standards/nist-800-53/v/5.0.0",
    "nist-800-171": "standards/nist-800-171/v/2.0.0",
    "pci-dss": "standards/pci-dss/v/4.0.1",
}
"""Framework -> end of the ARN of Security Hub's standard.
Source: AWS Security Hub User Guide, "Standards reference for Security Hub CSPM", read 2026-11-21."""

RULES = (
    *("CLOUD_TRAIL_ENABLED", "CLOUD_TRAIL_ENCRYPTION_ENABLED", "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
    *("CMK_BACKING_KEY_ROTATION_ENABLED", "EC2_EBS_ENCRYPTION_BY_DEFAULT", "EC2_IMDSV2_CHECK"),
    *("EFS_ENCRYPTED_CHECK", "ENCRYPTED_VOLUMES", "IAM_PASSWORD_POLICY", "IAM_ROOT_ACCESS_KEY_CHECK"),
    *("IAM_USER_MFA_ENABLED", "INCOMING_SSH_DISABLED", "ROOT_ACCOUNT_MFA_ENABLED"),
    *("S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
    *("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "S3_BUCKET_SSL_REQUESTS_ONLY", "S3_BUCKET_VERSIONING_ENABLED"),
    *("VPC_DEFAULT_SECURITY_GROUP_CLOSED", "VPC_FLOW_LOGS_ENABLED"),
)
"""Managed rules of AWS Config that every cluster must pass.
Source: AWS Config Developer Guide, "List of AWS Config Managed Rules", read 2026-11-21."""

FILE_SYSTEM_RULES = {"fsx-lustre": "FSX_LUSTRE_COPY_TAGS_TO_BACKUPS", "efs": "EFS_IN_BACKUP_PLAN"}
"""Kind of a storage -> the managed rule that comes with it."""

INSTANCE_RULES = ("EC2_INSTANCE_MANAGED_BY_SSM", "EC2_MANAGEDINSTANCE_PATCH_COMPLIANCE_STATUS_CHECK")


def detection_of(spec: ClusterSpec) -> Detection:
    """Account-wide services that this stack sets up; none where the account has them already."""
    monitoring = spec.monitoring
    if spec.target.kind == "on-prem" or monitoring.account_wide == "exists":
        return Detection()
    hub = asks_for(spec, SECURITY_MONITORED, monitoring.security_hub)
    reads = monitoring.macie if monitoring.macie is not None else is_sensitive(spec)
    recorder = monitoring.config_recorder or hub
    return Detection(
        threats=monitoring.guardduty,
        findings=hub,
        standards=standards_of(spec) if hub else (),
        vulnerabilities=asks_for(spec, SECURITY_MONITORED, monitoring.inspector),
        personal_data=_buckets(spec) if reads else (),
        configuration=recorder,
        configuration_rules=_rules(spec) if recorder else (),
        external_access=asks_for(spec, SECURITY_MONITORED, monitoring.access_analyzer),
        account_defaults=True,
    )


def standards_of(spec: ClusterSpec) -> tuple[str, ...]:
    """AWS's best practices, and the standard of each promised framework that has one."""
    return (BEST_PRACTICES, *sorted({STANDARDS[one] for one in promised(spec) if one in STANDARDS}))


def _buckets(spec: ClusterSpec) -> tuple[str, ...]:
    return tuple(name for name, item in spec.storage.items() if item.kind == "s3")


def _rules(spec: ClusterSpec) -> tuple[str, ...]:
    kinds = {item.kind for item in spec.storage.values()}
    more = {rule for kind, rule in FILE_SYSTEM_RULES.items() if kind in kinds}
    threats = {"GUARDDUTY_ENABLED_CENTRALIZED"} if spec.monitoring.guardduty else set()
    return tuple(sorted({*RULES, *INSTANCE_RULES, *more, *threats}))
