"""Data, access, monitoring, power, money, patching, and exceptions from rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from rackwright.spec.base import Arn, Email, Name, SpecModel
from rackwright.units import Days, Kilowatts, Minutes, Percent

Framework = Literal[
    "hipaa",
    "gdpr",
    "ccpa",
    "sox",
    "nist-800-53",
    "nist-800-171",
    "cis",
    "iso-27001",
    "soc2",
    "pci-dss",
    "fedramp-moderate",
]
"""Rules that the cluster must answer to."""

Country = Annotated[str, Field(pattern=r"^([a-z]{2}|eu)$", examples=["us", "de", "eu"])]
"""Two-letter country, or ``eu`` for the union."""


class DataSpec(SpecModel):
    """What kind of data the cluster holds."""

    classification: Literal["public", "internal", "pii", "phi", "financial"]
    """The strictest class of data on the cluster."""
    residency: tuple[Country, ...] = ()
    """Countries that data may be kept in; empty means anywhere."""
    subjects: tuple[Country, ...] = ()
    """Countries whose people the data is about."""
    transfer_basis: Literal["none", "adequacy", "scc", "bcr"] = "none"
    """Legal basis of a transfer out of the European Union."""
    wipe_local: bool = True
    """Local drives are erased between tenants."""
    baa: bool = False
    """A business associate agreement with the provider is signed (HIPAA)."""


class Users(SpecModel):
    """Where users come from."""

    kind: Literal["local", "ldap", "sso"] = "local"
    """Where accounts live: on the nodes, in a directory, or with an identity provider."""
    address: str | None = None
    """``ldaps://directory.example.org`` or the address of the identity provider."""
    tls_verify: bool = True
    """Check the directory's certificate."""
    domain: str | None = None
    """``dc=example,dc=org``."""


PublicKey = Annotated[
    str,
    Field(
        pattern=r"^(ssh-|ecdsa-sha2-nistp|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n]*)?$",
        examples=["ssh-ed25519 AAAAC3Nza… ada@example.org"],
    ),
]
"""A public key of ssh, as ssh-keygen writes it."""


class PersonSpec(SpecModel):
    """One person's account on the nodes."""

    keys: tuple[PublicKey, ...] = ()
    """Public ssh keys; empty where the person comes with a certificate."""
    uid: Annotated[int, Field(ge=1000, le=65533)] | None = None
    """Numeric id; None takes one that is made from the name."""


class AccessSpec(SpecModel):
    """Who may do what."""

    users: Users = Users()
    """Where accounts come from."""
    groups: Mapping[Name, tuple[str, ...]] = {}
    """Group -> members (user names or e-mail addresses); `admins` may become root."""
    people: Mapping[str, PersonSpec] = {}
    """Keys and ids of members, by the name that the groups use (local accounts only)."""
    sudo: Mapping[Name, tuple[str, ...]] = {}
    """Group -> commands that its members may run as root; ``ALL`` for everything."""
    ssh_authorities: tuple[PublicKey, ...] = ()
    """Public keys whose certificates let people in; the principal is the account's name."""
    sso: str | None = None
    """Address of the identity provider (short for ``users``)."""
    identity_center: bool | None = None
    """Permission sets for the groups in IAM Identity Center; None makes them where people come by `sso`."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 4
    """Hours after which a person signs in to the account again."""
    mfa: Literal["required", "optional", "off"] = "required"
    """Second factor for administration."""
    ssh_keys: tuple[str, ...] = ()
    """Public keys that may log in as the administrator."""
    ssh_passwords: bool = False
    """Password log-in by ssh."""
    session_manager: bool = True
    """Log in through SSM instead of an open ssh port."""
    sudo_default_user: bool = False
    """The image's default user may become root without a password."""
    permissions_boundary: Arn | None = None
    """IAM boundary of every role."""
    node_policies: tuple[Arn, ...] = ()
    """Further IAM policies on the role of the nodes."""
    node_buckets: tuple[str, ...] = ()
    """Further buckets that nodes may read."""
    munge_secret: str | None = None
    """Name of the secret with the munge key; None makes one."""
    idle_logout: Annotated[int, Field(ge=1, le=1440)] = 15
    """Minutes after which an idle session ends."""
    key_rotation: Days = 365
    """Keys are renewed this often."""


class MonitoringSpec(SpecModel):
    """What is watched and how long records are kept."""

    prometheus: bool = True
    """Collect metrics."""
    grafana: bool = True
    """Dashboards."""
    grafana_public: bool = False
    """Dashboards reachable from the internet."""
    dcgm_exporter: bool = True
    """GPU metrics on every GPU node."""
    node_exporter: bool = True
    """Host metrics on every node."""
    alerts: tuple[Email, ...] = ()
    """Who hears of trouble."""
    logs: Literal["cloudwatch", "loki", "syslog", "none"] = "cloudwatch"
    """Where logs of the nodes go."""
    retention: Days = 365
    """How long logs and evidence are kept."""
    cloudtrail: bool = True
    """Record calls to the cloud's API."""
    guardduty: bool = False
    """Threat detection."""
    config_recorder: bool = False
    """Record configuration changes (AWS Config)."""
    security_hub: bool | None = None
    """Findings against published standards; None follows from `compliance`."""
    inspector: bool | None = None
    """Known vulnerabilities of nodes and images; None follows from `compliance`."""
    macie: bool | None = None
    """Personal data in the buckets; None follows from `data.classification`."""
    access_analyzer: bool | None = None
    """Things that strangers can reach; None follows from `compliance`."""
    account_wide: Literal["manage", "exists"] = "manage"
    """Whether this stack sets up the services that an account has once (GuardDuty, Security Hub, Inspector, Macie,
    Config, Access Analyzer, password policy, defaults), or the account has them already."""
    organisation_trail: bool = False
    """The trail covers every account of the organisation (from its management account only)."""
    idle_after: Minutes | None = 60
    """GPUs of a pool that idle this long raise an alarm; None never."""
    idle_action: Literal["alarm", "scale-down"] = "alarm"
    """What happens to idle nodes of an elastic pool above its least size."""
    detailed: bool = False
    """One-minute CloudWatch metrics on every instance."""
    scrape_seconds: Annotated[int, Field(ge=1, le=300)] = 15
    """Seconds between two measurements."""


class PowerSpec(SpecModel):
    """Power of the whole cluster."""

    pue: Annotated[float, Field(ge=1, le=3)] = 1.25
    """Facility power for each watt of equipment."""
    cap_kw: float | None = Field(None, gt=0)
    """Most equipment power, kW."""
    gpu_limit: Annotated[int, Field(ge=50, le=2000)] | None = None
    """Power limit of each GPU, W."""
    feed: Kilowatts | None = None
    """Power of one feed of the room."""


class BudgetSpec(SpecModel):
    """Money."""

    usd_per_month: Annotated[float, Field(gt=0)]
    """Budget for one month of 730 hours."""
    alert_at: tuple[Annotated[int, Field(ge=1, le=200)], ...] = (50, 80, 100)
    """Percent of the budget that are told."""
    notify: tuple[Email, ...] = ()
    """Who is told."""
    on_exceeded: Literal["notify", "stop-elastic"] = "notify"
    """What happens above the budget."""
    cost_centre: str | None = None
    """Goes on every resource as a tag."""


class PatchingSpec(SpecModel):
    """When and how nodes are changed."""

    window: Annotated[
        str,
        Field(
            pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun|daily) \d{2}:\d{2} [A-Za-z/_+-]+\d*$", examples=["Sun 02:00 UTC"]
        ),
    ] = "Sun 02:00 UTC"
    """When nodes may be changed: weekday or `daily`, time and time zone."""
    max_unavailable: Percent | PositiveInt = 10.0
    """Nodes of a pool that may be away at a time: ``10%`` or a number."""
    drain: bool = True
    """Running jobs end before a node is changed."""
    reboot: Literal["when-needed", "never"] = "when-needed"
    """Whether nodes restart for a fix."""
    critical_within: Days = 15
    """Critical fixes are installed this soon."""
    install: Literal["scheduler", "window"] = "scheduler"
    """Who installs fixes: `./rw upgrade` in drained batches, or Systems Manager in the window (which then only reports
    what is missing)."""


class BackupSpec(SpecModel):
    """Copies of the file systems and buckets in AWS Backup."""

    plan: bool | None = None
    """Make daily copies; None follows from `compliance`."""
    retention: Days = 35
    """Keep each copy this long."""
    cold_after: Days | None = None
    """Move copies to cold storage after this long (EFS only); None never."""
    locked: bool | None = None
    """Nobody deletes a copy early; None follows from `compliance`."""
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["05:00"])] = "05:00"
    """When copies are made, UTC."""


class Waiver(SpecModel):
    """A rule that is set aside, by someone, for a reason, for a time."""

    rule: Annotated[str, Field(pattern=r"^RW-[A-Z0-9]+-\d{3}$", examples=["RW-NET-012"])]
    """Id of the rule."""
    scope: str = "*"
    """Path in the spec that the waiver is for: ``pools.train``; ``*`` for all."""
    reason: Annotated[str, Field(min_length=10)]
    """Why the rule is set aside."""
    owner: Email
    """Who answers for it."""
    approver: Email | None = None
    """Who approved it, somebody other than the owner; without one a policy waiver does not hold."""
    expires: dt.date
    """Last day of the waiver."""
