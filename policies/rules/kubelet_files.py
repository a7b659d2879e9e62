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

from policies.controls import cite
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
    controls=cite("privileged-access", "file-integrity"),
    fix="chown root:root and chmod 600",
    code="chmod 600 /var/lib/kubelet/config.yaml",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
