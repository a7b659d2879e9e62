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

from policies.controls import cite
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
    controls=cite("encryption-in-transit", "unique-identity"),
    fix="set the kubelet client certificate and authority",
    code="--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
