"""The API server proves itself to the nodes, and they to it.

Requirement: the API server has a client certificate for kubelets and checks theirs.
Why it matters: without it whoever sits between reads every log and command of every pod.
What it looks at: `--kubelet-client-certificate`, `--kubelet-client-key`, `--kubelet-certificate-authority`.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set the three flags.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.flags import flag
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("kubelet-client-certificate", "kubelet-client-key", "kubelet-certificate-authority")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name in WANTED:
        if not flag(server, name):
            yield f"--{name} is not set"
    if flag(server, "kubelet-https", "true") == "false":
        yield "kubelets are asked over plain HTTP"


RULE = Rule(
    id="RW-PCTL-010",
    title="The API server proves itself to the nodes, and they to it",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=(
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-8(1)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
        "HIPAA:164.312(a)(2)(i)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-2",
        "ISO-27001:A.5.16",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.2.1",
    ),
    fix="set the kubelet client certificate and authority",
    code="--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
