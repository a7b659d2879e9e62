"""The control plane speaks TLS with strong ciphers.

Requirement: the API server has a certificate of its own and an authority for clients, and it and etcd offer strong
cipher suites and TLS 1.2 or later only.
Why it matters: tokens and secrets pass this connection; a weak suite is broken by whoever records the traffic.
What it looks at: certificate, authority and cipher flags.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set the flags.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.ciphers import weak_suites
from policies.controls import cite
from policies.flags import flag
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("tls-cert-file", "tls-private-key-file", "client-ca-file")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name in WANTED:
        if not flag(server, name):
            yield f"--{name} is not set"
    if flag(server, "tls-min-version") == "VersionTLS13":
        return
    suites = flag(server, "tls-cipher-suites")
    if not suites:
        yield "--tls-cipher-suites is not set"
    elif weak := weak_suites(suites.split(",")):
        yield f"weak cipher suites: {', '.join(weak)}"


RULE = Rule(
    id="RW-PCTL-008",
    title="The control plane speaks TLS with strong ciphers",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("encryption-in-transit", "CIS-K8S-2.0.1:1.2.24", "CIS-K8S-2.0.1:1.2.29"),
    fix="set certificates and strong cipher suites",
    code=(
        "--tls-min-version=VersionTLS12 --tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_"
        "SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
