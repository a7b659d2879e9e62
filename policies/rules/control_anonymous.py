"""The API server knows its callers.

Requirement: the API server refuses anonymous requests, static tokens, basic authentication and its old insecure port.
Why it matters: what an anonymous caller may do, everybody on the network may do; static tokens and passwords never
end and stand in clear in a file.
What it looks at: flags of the API server.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set `--anonymous-auth=false`, and remove the others.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import flag
from policies.rule import Enforcement, Resource, Rule, Severity

STATIC = ("basic-auth-file", "token-auth-file", "insecure-bind-address")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    anonymous = flag(server, "anonymous-auth", "true")
    if anonymous != "false" and not flag(server, "authentication-config"):
        yield f"--anonymous-auth is {anonymous!r}, expected 'false'"
    for name in STATIC:
        if flag(server, name):
            yield f"--{name} is set"
    if flag(server, "insecure-port", "0") != "0" or flag(server, "secure-port", "6443") == "0":
        yield "--insecure-port serves without TLS, or --secure-port is off"


RULE = Rule(
    id="RW-PCTL-001",
    title="The API server knows its callers",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("unique-identity", "CIS-K8S-2.0.1:1.2.1", "CIS-K8S-2.0.1:3.1.1"),
    fix="refuse anonymous requests and static tokens",
    code="--anonymous-auth=false",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
