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

from policies.controls import cite
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
    controls=cite("privileged-access", "file-integrity"),
    fix="chown root:root and chmod 600",
    code="chmod 600 /etc/kubernetes/manifests/*.yaml",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
