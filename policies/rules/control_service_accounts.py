"""Tokens of service accounts can be checked and taken back.

Requirement: the API server looks service accounts up and has a key for them; the controller manager signs with its
own key, uses a credential per controller, and gives pods the root certificate.
Why it matters: without the look-up a token works on after its account was deleted.
What it looks at: service account flags of both.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set the flags.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import API_SERVER, flag
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if process.type == API_SERVER:
        wanted: tuple[str, ...] = ("service-account-key-file",)
        if flag(process, "service-account-lookup", "true") != "true":
            yield "--service-account-lookup is off"
    else:
        wanted = ("service-account-private-key-file", "root-ca-file")
        if flag(process, "use-service-account-credentials") != "true":
            yield "--use-service-account-credentials is not on"
    for name in wanted:
        if not flag(process, name):
            yield f"--{name} is not set"


RULE = Rule(
    id="RW-PCTL-011",
    title="Tokens of service accounts can be checked and taken back",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ApiServer", "kubernetes:component:ControllerManager"}),
    controls=cite(
        "unique-identity",
        "HIPAA:164.308(a)(5)(ii)(D)",
        "CCPA-REGS:7123(c)(1)",
        "NIST-800-53r5:IA-5(1)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.2",
        "PCI-DSS-4.0.1:8.6.3",
    ),
    fix="set the service account flags",
    code="--service-account-key-file=/etc/kubernetes/pki/sa.pub",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
