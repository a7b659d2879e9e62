"""Kubelets serve TLS with strong ciphers and certificates that are renewed.

Requirement: the kubelet has a serving certificate of the cluster's authority, renews its certificates, and offers
strong cipher suites only.
Why it matters: logs and commands of every pod pass here; a certificate that nobody renews ends on a holiday.
What it looks at: `serverTLSBootstrap` or certificate files, `rotateCertificates`, `tlsCipherSuites`.
Known limits: the effective configuration (`configz`) counts; a file that was changed since the start does not show.
Fix: set them.
Sources: Kubernetes documentation, "Kubelet Configuration (v1beta1)"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.ciphers import weak_suites
from policies.controls import cite
from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(kubelet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(kubelet, "config")
    if not is_true(kubelet.value("config.rotateCertificates")):
        yield "rotateCertificates is not on"
    if not is_true(kubelet.value("config.serverTLSBootstrap")) and not kubelet.value("config.tlsCertFile"):
        yield "it has no serving certificate of the cluster's authority"
    suites = texts(kubelet.value("config.tlsCipherSuites"))
    if not suites and kubelet.value("config.tlsMinVersion") != "VersionTLS13":
        yield "tlsCipherSuites is not set"
    if weak := weak_suites(suites):
        yield f"weak cipher suites: {', '.join(weak)}"


RULE = Rule(
    id="RW-PKBL-002",
    title="Kubelets serve TLS with strong ciphers and certificates that are renewed",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:Kubelet"}),
    controls=cite(
        "encryption-in-transit",
        "credential-rotation",
        "CIS-K8S-2.0.1:4.2.9",
        "CIS-K8S-2.0.1:4.2.10",
        "CIS-K8S-2.0.1:4.2.11",
    ),
    fix="renew certificates and name strong suites",
    code="rotateCertificates: true\nserverTLSBootstrap: true",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
