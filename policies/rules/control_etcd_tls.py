"""etcd talks to those it knows, and in secret.

Requirement: etcd serves clients and peers with certificates, asks for theirs, signs none itself, and trusts an
authority of its own; the API server uses its client certificate.
Why it matters: etcd holds every secret of the cluster, and asks nothing else of whoever reaches its port.
What it looks at: certificate flags of etcd and of the API server.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set the flags.
Sources: etcd documentation, "Transport security model"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import API_SERVER, flag
from policies.rule import Enforcement, Resource, Rule, Severity

CLIENT = ("etcd-cafile", "etcd-certfile", "etcd-keyfile")
FILES = ("cert-file", "key-file", "trusted-ca-file", "peer-cert-file", "peer-key-file", "peer-trusted-ca-file")
ON = ("client-cert-auth", "peer-client-cert-auth")
OFF = ("auto-tls", "peer-auto-tls")


def _find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
    server = process.type != API_SERVER
    for name in FILES if server else CLIENT:
        if not flag(process, name):
            yield f"--{name} is not set"
    for name in ON if server else ():
        if flag(process, name) != "true":
            yield f"--{name} is not on"
    for name in OFF if server else ():
        if flag(process, name) == "true":
            yield f"--{name} is on"
    if not server and flag(process, "etcd-cafile") and flag(process, "etcd-cafile") == flag(process, "client-ca-file"):
        yield "etcd trusts the same authority as the API server: every client of the cluster is one of etcd"


RULE = Rule(
    id="RW-PCTL-012",
    title="etcd talks to those it knows, and in secret",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:component:Etcd", "kubernetes:component:ApiServer"}),
    controls=cite("encryption-in-transit", "secrets", "CIS-K8S-2.0.1:2.1", "CIS-K8S-2.0.1:2.4"),
    fix="use TLS and client certificates for etcd",
    code="--client-cert-auth=true --peer-client-cert-auth=true",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
