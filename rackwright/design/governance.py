"""Who may do what, what is watched, kept, patched and paid: the part of a design that answers to people, as values.

The modules beside this one decide them (`keys`, `access`, `security`, `patching`, `backup`, `budget`); what carries a
design out only reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

KeyClass = Literal["data", "logs", "secrets", "alerts", "backups", "images", "kubernetes", "scratch"]
"""What a key encrypts; each class has a key and a key policy of its own."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataKey(_Part):
    """One customer-managed key."""

    name: KeyClass
    purpose: str
    """For people."""
    services: tuple[str, ...] = ()
    """Services that people and nodes of the account use the key through (``kms:ViaService``)."""
    of_nodes: bool = False
    """Whether nodes of the cluster call KMS with it themselves: to wrap keys that they make, and to unwrap them."""
    writers: tuple[Literal["logs", "cloudtrail", "config", "flow-logs", "access-logs", "alarms"], ...] = ()
    """Services that encrypt with the key by themselves."""
    rotation_days: int = 365


class PasswordPolicy(_Part):
    """Passwords of IAM users."""

    length: int
    reuse: int
    """Former passwords that may not come back."""
    age_days: int


class PermissionSet(_Part):
    """What a group of people may do in the account."""

    name: str
    """Unique in the organisation; at most 32 characters."""
    group: str
    """Group of `access.groups`, and its display name in the identity store."""
    kind: Literal["administrators", "operators", "users"]
    session_hours: int


class Access(_Part):
    """People and roles."""

    mfa: bool = True
    """Whether calls of people without a second factor are refused."""
    boundary: str | None = None
    """Permissions boundary of every role; None makes the cluster's own."""
    identity_center: bool = False
    """Whether people come in through IAM Identity Center."""
    permission_sets: tuple[PermissionSet, ...] = ()
    passwords: PasswordPolicy | None = None
    """None leaves the account's policy alone."""
    node_policies: tuple[str, ...] = ()
    """ARNs of further policies of the nodes."""
    node_buckets: tuple[str, ...] = ()
    """Further buckets that nodes may read."""
    secrets: Mapping[str, str] = {}
    """Name within the cluster -> what it is for."""


class Detection(_Part):
    """Account-wide services that look for trouble. Empty where the account has them already."""

    threats: bool = False
    """GuardDuty."""
    findings: bool = False
    """Security Hub."""
    standards: tuple[str, ...] = ()
    """Standards of Security Hub, by the end of their ARN."""
    vulnerabilities: bool = False
    """Inspector."""
    personal_data: tuple[str, ...] = ()
    """Storages that Macie reads."""
    configuration: bool = False
    """AWS Config: recorder, delivery channel and rules."""
    configuration_rules: tuple[str, ...] = ()
    """AWS's managed rules, by identifier."""
    external_access: bool = False
    """Access Analyzer."""
    account_defaults: bool = False
    """Encrypted volumes, IMDSv2, and no public images and snapshots, for whatever is made in the region."""


class Trail(_Part):
    """CloudTrail."""

    on: bool = True
    organisation: bool = False
    """Whether it covers every account of the organisation."""
    locked: bool = False
    """Whether its files, and those of AWS Config, cannot be changed or removed while they are kept."""


class Patching(_Part):
    """When and how the operating system's fixes are installed."""

    schedule: str
    """As Systems Manager takes it: ``cron(0 2 ? * SUN *)``."""
    timezone: str
    hours: int
    """Length of the window."""
    cutoff_hours: int
    """Nothing new starts this long before the end."""
    max_concurrency: str
    """Nodes at a time, a number or a percentage."""
    operating_system: str
    """Systems Manager's name (``UBUNTU``)."""
    approve_after_days: int
    """Fixes wait this long, so that others find their faults."""
    install: bool
    """False only reports what is missing: fixes go in by drained batches of the scheduler."""
    reboot: Literal["RebootIfNeeded", "NoReboot"]


class Backups(_Part):
    """AWS Backup of what carries the stack's tag."""

    storages: tuple[str, ...]
    keep_days: int
    cold_after_days: int | None = None
    locked: bool = False
    """Recovery points cannot be deleted early, except by who may lift the lock (governance mode)."""
    schedule: str = "cron(0 5 ? * * *)"


class Spending(_Part):
    """Budget, and what happens above it."""

    usd_per_month: float
    alert_at: tuple[int, ...]
    notify: tuple[str, ...] = ()
    """E-mail addresses."""
    stop_pools: tuple[str, ...] = ()
    """Elastic pools that get no further nodes above the budget."""
    tags: tuple[str, ...] = ()
    """Tags by which bills are split."""


class IdleWatch(_Part):
    """A pool whose GPUs are watched for idleness."""

    pool: str
    minutes: int
    percent: float
    """Utilisation below which a GPU idles."""
    scale_down: bool
    """Whether idle nodes go, one at a time; else only an alarm says so."""


class Link(_Part):
    """A directory of a Lustre file system that mirrors a prefix of S3."""

    path: str
    bucket: str
    """``s3://bucket/prefix``."""
    imports: bool
    """Changes in the bucket appear on the file system."""
    exports: bool
    """Changes on the file system are written to the bucket."""


class AccessPoint(_Part):
    """Way into one directory of an EFS, as one group."""

    name: str
    path: str
    gid: int


class StorageTerms(_Part):
    """How one storage on AWS is kept, beyond its size and kind."""

    key: str | None = None
    """ARN of the spec's own key; None takes the cluster's."""
    drives: Literal["SSD", "HDD"] = "SSD"
    metadata_iops: int | None = None
    """None lets AWS choose by the size."""
    root_squash: str | None = None
    """``uid:gid`` that root of a client becomes; None leaves it root."""
    compressed: bool = True
    links: tuple[Link, ...] = ()
    throughput_mode: Literal["elastic", "bursting"] = "elastic"
    one_zone: bool = False
    access_points: tuple[AccessPoint, ...] = ()
    expire_days: int | None = None
    """Objects are removed after this long; None never."""
    access_logs: bool = True
    lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    """Who may lift an object lock: whoever has that right, or nobody."""


class Governance(_Part):
    """Everything above, for one cluster."""

    keys: tuple[DataKey, ...] = ()
    storage: Mapping[str, StorageTerms] = {}
    """By name of the storage."""
    access: Access = Access()
    trail: Trail = Trail()
    detection: Detection = Detection()
    patching: Patching | None = None
    backups: Backups | None = None
    spending: Spending | None = None
    idle: tuple[IdleWatch, ...] = ()
    alarm_to: tuple[str, ...] = ()
    """E-mail addresses that alarms go to."""
