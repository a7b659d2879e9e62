"""What a cluster has promised: the frameworks it names, and those that its data implies."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import Framework

IMPLIED: Mapping[str, frozenset[Framework]] = {
    "public": frozenset(),
    "internal": frozenset(),
    "pii": frozenset({"gdpr"}),
    "phi": frozenset({"hipaa"}),
    "financial": frozenset({"sox"}),
}
"""Class of the data -> what holds even where nobody wrote it down."""

SENSITIVE = frozenset({"pii", "phi", "financial"})

SECURITY_MONITORED: frozenset[Framework] = frozenset(
    {"hipaa", "sox", "nist-800-53", "nist-800-171", "cis", "iso-27001", "soc2", "pci-dss", "fedramp-moderate"}
)
"""Frameworks that ask for continuous monitoring of the configuration and of vulnerabilities (NIST SP 800-53 CA-7, RA-5;
PCI DSS 11.3; ISO 27001 A.8.8; SOC 2 CC7.1)."""

RECORDS_LOCKED: frozenset[Framework] = frozenset({"sox", "pci-dss", "fedramp-moderate"})
"""Frameworks whose records nobody may change while they are kept (SOX section 802, 17 CFR 210.2-06; PCI DSS 10.3.2;
NIST SP 800-53 AU-9)."""


def promised(spec: ClusterSpec) -> frozenset[Framework]:
    """Frameworks that the cluster answers to."""
    return frozenset(spec.compliance) | IMPLIED[spec.data.classification]


def is_sensitive(spec: ClusterSpec) -> bool:
    """Whether the cluster holds data about people, health or money."""
    return spec.data.classification in SENSITIVE


def asks_for(spec: ClusterSpec, frameworks: frozenset[Framework], written: bool | None) -> bool:
    """What the spec says itself, else whether one of `frameworks` is promised. Only AWS and its stand-in have these."""
    if spec.target.kind == "on-prem":
        return False
    return bool(promised(spec) & frameworks) if written is None else written
