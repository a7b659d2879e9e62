"""Only root changes how the control plane runs.

Requirement: manifests, keys and the data of the control plane belong to root and are closed to others.
Why it matters: who writes a manifest in this directory starts a pod as root on the control plane.
What it looks at: owner and mode of the files that the collector reports of each process.
Known limits: only of the files that the processes name.
Fix: chown root:root, chmod 600.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.filemodes import loose
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(process, "files")
    yield from loose(process, "files", most=0o644, private=("/pki/", ".key", ".conf", "/etcd"))


RULE = Rule(
    id="RW-PCTL-017",
    title="Only root changes how the control plane runs",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "kubernetes:component:ApiServer",
            "kubernetes:component:ControllerManager",
            "kubernetes:component:Scheduler",
            "kubernetes:component:Etcd",
        }
    ),
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
    code="chmod 600 /etc/kubernetes/manifests/*.yaml",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
