"""How rules read rights in Kubernetes: what a role allows, and to whom a binding gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policies.reading import maps, texts
from policies.rule import Find, Resource

GROUP = "kubernetes:rbac.authorization.k8s.io/v1"
ROLES = frozenset({f"{GROUP}:Role", f"{GROUP}:ClusterRole"})
BINDINGS = frozenset({f"{GROUP}:RoleBinding", f"{GROUP}:ClusterRoleBinding"})
BUILT_IN = "kubernetes.io/bootstrapping"
"""Label of the roles that Kubernetes itself makes and keeps."""


def is_built_in(role: Resource) -> bool:
    """Whether Kubernetes itself made it; such roles are judged where they are bound."""
    labels = role.value("metadata.labels")
    return isinstance(labels, dict) and BUILT_IN in labels


def grants(role: Resource) -> Iterator[Resource]:
    """The rules of a role that people wrote, each readable like a resource."""
    if not is_built_in(role):
        yield from maps(role, "rules")


def allows(rule: Resource, resource: str, verbs: Iterable[str], group: str = "") -> list[str]:
    """Those of `verbs` that `rule` allows on `resource` of API group `group`; a wildcard allows everything."""
    if not {resource, "*", f"{resource.partition('/')[0]}/*"} & set(texts(rule.value("resources"))):
        return []
    if not {group, "*"} & set(texts(rule.value("apiGroups"))):
        return []
    granted = set(texts(rule.value("verbs")))
    return [verb for verb in verbs if verb in granted or "*" in granted]


def allowing(resources: Sequence[str], verbs: Sequence[str], group: str = "") -> Find:
    """A finding for each of `resources` of API group `group` on which a rule of the role allows any of `verbs`."""

    def find(role: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for rule in grants(role):
            for resource in resources:
                if found := allows(rule, resource, verbs, group):
                    yield f"{rule.name} allows {', '.join(found)} on {resource}"

    return find


def subjects(binding: Resource) -> list[tuple[str, str, str]]:
    """Kind, name and namespace of each whom the binding gives its role."""
    return [
        (str(each.value("kind", "")), str(each.value("name", "")), str(each.value("namespace", "")))
        for each in maps(binding, "subjects")
    ]
