"""Pods get secrets as files, not as variables.

Requirement: containers take no variable from a Secret, and no variable, argument or command holds what looks like a
secret (NGC keys included).
Why it matters: variables are inherited by every child, written into crash dumps and shown by whoever describes the
pod.
What it looks at: `env`, `envFrom`, `command` and `args` of every container.
Known limits: knows forms of well-known secrets and names that sound secret; the finding never quotes the value.
Fix: mount the Secret as a volume.
Sources: Kubernetes documentation, "Good practices for Kubernetes Secrets"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, environment
from policies.reading import maps, texts
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.secrecy import kinds_of_secret, sounds_secret


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        for entry in maps(container, "env"):
            if entry.value("valueFrom.secretKeyRef") is not None:
                yield f"{container.name} takes variable {entry.value('name', '')} from a Secret"
        if any(each.value("secretRef") is not None for each in maps(container, "envFrom")):
            yield f"{container.name} takes all of a Secret as variables"
        yield from _literals(container)


def _literals(container: Resource) -> Iterator[str]:
    for name, value in environment(container):
        if isinstance(value, str) and value and (sounds_secret(name) or any(kinds_of_secret(value))):
            yield f"{container.name} has a secret in variable {name}"
    words = "\n".join((*texts(container.value("command")), *texts(container.value("args"))))
    for what in kinds_of_secret(words):
        yield f"{container.name} has {what} on its command line"


RULE = Rule(
    id="RW-PPOD-013",
    title="Pods get secrets as files, not as variables",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("secrets", "CIS-K8S-2.0.1:5.4.1"),
    fix="mount secrets as files",
    code="volumes: [{name: ngc, secret: {secretName: ngc}}]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
