"""Who may do what: people by permission sets, nodes by roles, both within a boundary."""

from __future__ import annotations

from typing import Literal

from rackwright.design.governance import Access, PasswordPolicy, PermissionSet, Trail
from rackwright.design.promises import RECORDS_LOCKED, asks_for
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import AccessSpec

LONGEST_SET_NAME = 32
"""Source: IAM Identity Center API Reference, "CreatePermissionSet", `Name`, read 2026-11-21."""

PASSWORDS = PasswordPolicy(length=14, reuse=24, age_days=90)
"""Source: CIS AWS Foundations Benchmark 7.0.0, 2.7 and 2.8 (length, reuse); PCI DSS 4.0.1, 8.3.9 (age)."""

ADMINISTRATORS = frozenset({"admin", "admins", "administrators", "root"})
OPERATORS = frozenset({"operator", "operators", "ops", "oncall", "sre"})


def access_of(spec: ClusterSpec) -> Access:
    """People, roles and secrets of a cluster on AWS."""
    wanted = spec.access
    if spec.target.kind == "on-prem":
        return Access(mfa=wanted.mfa == "required")
    center = _identity_center(wanted)
    return Access(
        mfa=wanted.mfa == "required",
        boundary=wanted.permissions_boundary,
        identity_center=center,
        permission_sets=tuple(_permission_set(spec, group) for group in sorted(wanted.groups)) if center else (),
        passwords=PASSWORDS if spec.monitoring.account_wide == "manage" else None,
        node_policies=wanted.node_policies,
        node_buckets=wanted.node_buckets,
        secrets=_secrets(spec),
    )


def _identity_center(wanted: AccessSpec) -> bool:
    """As written; else wherever people come from an identity provider."""
    if wanted.identity_center is not None:
        return wanted.identity_center
    return wanted.sso is not None or wanted.users.kind == "sso"


def set_name(stack: str, group: str) -> str:
    """Name of a group's permission set, cut to what Identity Center takes."""
    return f"{stack}-{group}"[:LONGEST_SET_NAME].rstrip("-")


def _permission_set(spec: ClusterSpec, group: str) -> PermissionSet:
    return PermissionSet(
        name=set_name(spec.name, group),
        group=group,
        kind=_kind_of(group),
        session_hours=spec.access.session_hours,
    )


def _kind_of(group: str) -> Literal["administrators", "operators", "users"]:
    if group in ADMINISTRATORS:
        return "administrators"
    return "operators" if group in OPERATORS else "users"


def _secrets(spec: ClusterSpec) -> dict[str, str]:
    """Secrets that people put in and nodes read, by name within the cluster.

    What nobody needs to know is not among them: it is made by the tool, and has its place beside the nodes' bundle.
    """
    found = {"ngc": "Key for nvcr.io"} if spec.software.ngc else {}
    if spec.slurm is not None and spec.slurm.accounting:
        found["database"] = "Password of the accounting database"
    if spec.slurm is not None and spec.access.munge_secret is None:
        found["munge"] = "Munge key that all nodes share"
    return dict(sorted(found.items()))


def trail_of(spec: ClusterSpec) -> Trail:
    """Record of calls to the API."""
    return Trail(
        on=spec.monitoring.cloudtrail,
        organisation=spec.monitoring.organisation_trail,
        locked=asks_for(spec, RECORDS_LOCKED, None),
    )
