"""Secrets are encrypted before they are stored.

Requirement: the API server encrypts secrets with a KMS, AES-GCM or secretbox provider, and with that one first.
Why it matters: whoever copies the disk of etcd, or its backup, has every credential of the cluster.
What it looks at: `--encryption-provider-config` and the order of its providers.
Known limits: keys are never read; on EKS RW-PEKS-002 judges the cluster's own key.
Fix: write an encryption configuration with `kms` first and `identity` last.
Sources: Kubernetes documentation, "Encrypting Confidential Data at Rest"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import flag
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

STRONG = frozenset({"kms", "aesgcm", "secretbox"})


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not flag(server, "encryption-provider-config"):
        yield "--encryption-provider-config is not set"
        return
    providers = texts(known(server, "encryption"))
    first = providers[0] if providers else "none"
    if first not in STRONG:
        yield f"the first provider is {first}, expected one of {', '.join(sorted(STRONG))}"


RULE = Rule(
    id="RW-PCTL-013",
    title="Secrets are encrypted before they are stored",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite(
        "encrypted-data-and-keys",
        "NIST-800-53r5:SC-12",
        "PCI-DSS-4.0.1:3.6.1",
        "CIS-K8S-2.0.1:1.2.27",
        "CIS-K8S-2.0.1:1.2.28",
    ),
    fix="encrypt secrets with a KMS provider",
    code=(
        "resources: [{resources: [secrets], providers: [{kms: {apiVersion: v2, name: rackwright, "
        "endpoint: unix:///run/kms.sock}}, {identity: {}}]}]"
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
