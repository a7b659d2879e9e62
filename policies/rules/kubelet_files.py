"""Only root changes how a node joins the cluster.

Requirement: the kubelet's configuration, unit and keys belong to root and are closed to others.
Why it matters: the kubelet's key is the node; its configuration decides who may run commands in every pod.
What it looks at: owner and mode of the files that the collector reports.
Known limits: only of files that exist.
Fix: chown root:root, chmod 600.
Sources: Kubernetes documentation, "Kubelet Configuration (v1beta1)"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.filemodes import loose
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(kubelet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(kubelet, "files")
    yield from loose(kubelet, "files", most=0o644, private=(".key", ".pem", "kubelet.conf"))


RULE = Rule(
    id="RW-PKBL-004",
    title="Only root changes how a node joins the cluster",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:component:Kubelet"}),
    controls=(
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:AC-6(5)",
        "ISO-27001:A.8.2",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:8.2.2",
        "HIPAA:164.312(c)(1)",
        "GDPR:Art.5(1)(f)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:BAI10.05",
        "NIST-800-53r5:SI-7",
        "ISO-27001:A.8.9",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:11.5.2",
    ),
    fix="chown root:root and chmod 600",
    code="chmod 600 /var/lib/kubelet/config.yaml",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
