"""What belongs to an EKS cluster: add-ons, access entries and their policies, pod identity associations.

Replacement rules and ids are pulumi-aws's (registry pages "aws.eks.Addon" and the others, version 7.51).
"""

from __future__ import annotations

from typing import Any

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.eks import Cluster, NodeGroup, retag
from rackwright.engine.providers.aws.waiting import wait_for


class Addon(Resource):
    """Add-on of a cluster; ``cluster:name`` is the id. Its creation returns when it runs."""

    type_ = "aws:eks/addon:Addon"
    service = "eks"
    replaces = frozenset({"addonName", "clusterName", "namespaceConfig"})
    computed = ("arn", "addonVersion", "createdAt", "modifiedAt", "tagsAll")
    moving = ("modifiedAt",)

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it and wait until it runs."""
        props = {**wanted.props, "resolveConflicts": wanted.get("resolveConflictsOnCreate"), "tags": None}
        params = cloud.params("eks", "CreateAddon", props)
        cloud.call("eks", "CreateAddon", **params, tags=all_tags(cloud, wanted.get("tags")) or None)
        id_ = self._id(wanted)
        self._wait(cloud, id_)
        return id_

    @staticmethod
    def _id(wanted: Wanted) -> str:
        return f"{wanted.get('clusterName')}:{wanted.get('addonName')}"

    @staticmethod
    def _where(id_: str) -> dict[str, str]:
        cluster, _, name = id_.partition(":")
        return {"clusterName": cluster, "addonName": name}

    def _item(self, cloud: Cloud, id_: str) -> dict[str, Any] | None:
        item: dict[str, Any] | None = pick("addon", cloud.find("eks", "DescribeAddon", **self._where(id_)))
        return item

    def _wait(self, cloud: Cloud, id_: str) -> None:
        wait_for(lambda: self._state(cloud, id_), "ACTIVE", f"add-on {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self._item(cloud, id_)
        state = pick("status", item)
        if state in {"CREATE_FAILED", "DEGRADED", "UPDATE_FAILED", "DELETE_FAILED"}:
            issues = "; ".join(pick("health.issues[].message", item) or []) or "no reason given"
            hint = "it needs a node without taints that keep it away, and a role for its service account"
            raise StepFailed(f"add-on {id_} is {state}: {issues}", where=id_, hint=hint)
        return state if state is None else str(state)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it, with the roles of its service accounts."""
        item = self._item(cloud, id_)
        if item is None or item["status"] == "DELETING":
            return None
        plain = {key: value for key, value in item.items() if key not in {"tags", "podIdentityAssociations", "health"}}
        return {
            **from_api(plain),
            "arn": item["addonArn"],
            "podIdentityAssociations": self._roles(cloud, id_, item.get("podIdentityAssociations") or []),
            **tag_outputs(cloud, item.get("tags") or {}),
        }

    def _roles(self, cloud: Cloud, id_: str, arns: list[str]) -> list[Props]:
        cluster = self._where(id_)["clusterName"]
        found = [
            cloud.find(
                "eks", "DescribePodIdentityAssociation", clusterName=cluster, associationId=arn.rpartition("/")[2]
            )
            for arn in arns
        ]
        shown = [one["association"] for one in found if one is not None]
        return [{"serviceAccount": one["serviceAccount"], "roleArn": one["roleArn"]} for one in shown]

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags in their own calls, the rest in one."""
        if "tags" in changed:
            retag(cloud, str(pick("addonArn", self._item(cloud, id_))), old, wanted)
        keys = changed & {"addonVersion", "configurationValues", "podIdentityAssociations", "serviceAccountRoleArn"}
        if keys:
            props = {key: wanted.get(key) for key in keys}
            conflicts = wanted.get("resolveConflictsOnUpdate")
            params = cloud.params("eks", "UpdateAddon", {**props, "resolveConflicts": conflicts})
            cloud.call("eks", "UpdateAddon", **self._where(id_), **params)
            self._wait(cloud, id_)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; with `preserve` its pods stay."""
        preserve = bool(known.get("preserve")) or None
        when_free(lambda: cloud.call("eks", "DeleteAddon", **self._where(id_), preserve=preserve))
        wait_for(lambda: pick("status", self._item(cloud, id_)), None, f"add-on {id_}")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name, once it runs."""
        id_ = self._id(wanted)
        if self._item(cloud, id_) is None:
            return None
        self._wait(cloud, id_)
        return id_


class AccessEntry(Resource):
    """Access of a principal; ``cluster:principal`` is the id."""

    type_ = "aws:eks/accessEntry:AccessEntry"
    service = "eks"
    replaces = frozenset({"clusterName", "principalArn", "type"})
    defaults = fixed({"type": "STANDARD"})
    computed = ("accessEntryArn", "createdAt", "modifiedAt", "kubernetesGroups", "userName", "tagsAll")
    names = fixed({"username": "userName"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it."""
        params = cloud.params("eks", "CreateAccessEntry", {**wanted.props, "tags": None}, self.names)
        cloud.call("eks", "CreateAccessEntry", **params, tags=all_tags(cloud, wanted.get("tags")) or None)
        return self._id(wanted)

    @staticmethod
    def _id(wanted: Wanted) -> str:
        return f"{wanted.get('clusterName')}:{wanted.get('principalArn')}"

    @staticmethod
    def _where(id_: str) -> dict[str, str]:
        cluster, _, principal = id_.partition(":")
        return {"clusterName": cluster, "principalArn": principal}

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = pick("accessEntry", cloud.find("eks", "DescribeAccessEntry", **self._where(id_)))
        if item is None:
            return None
        plain = {key: value for key, value in item.items() if key != "tags"}
        return {**from_api(plain, self.names), **tag_outputs(cloud, item.get("tags") or {})}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Groups and name, and tags."""
        if "tags" in changed:
            item = cloud.call("eks", "DescribeAccessEntry", **self._where(id_))
            retag(cloud, str(pick("accessEntry.accessEntryArn", item)), old, wanted)
        if keys := changed & {"kubernetesGroups", "userName"}:
            props = {key: wanted.get(key, []) for key in keys}
            params = cloud.params("eks", "UpdateAccessEntry", props, self.names)
            cloud.call("eks", "UpdateAccessEntry", **self._where(id_), **params)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Take the access away."""
        when_free(lambda: cloud.call("eks", "DeleteAccessEntry", **self._where(id_)))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By principal."""
        return self._id(wanted) if self.read(cloud, self._id(wanted), wanted.props) else None


class AccessPolicyAssociation(Resource):
    """One of AWS's access policies for a principal; ``cluster#principal#policy`` is the id."""

    type_ = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
    service = "eks"
    replaces = frozenset({"clusterName", "principalArn", "policyArn"})
    computed = ("associatedAt", "modifiedAt")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Associate it; a second time changes the scope."""
        cloud.call("eks", "AssociateAccessPolicy", **cloud.params("eks", "AssociateAccessPolicy", wanted.props))
        return "#".join(str(wanted.get(key)) for key in ("clusterName", "principalArn", "policyArn"))

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it among the principal's policies."""
        cluster, principal, policy = id_.split("#")
        where = {"clusterName": cluster, "principalArn": principal}
        answer = cloud.find("eks", "ListAssociatedAccessPolicies", **where)
        item = pick(f"associatedAccessPolicies[?policyArn=='{policy}'] | [0]", answer)
        return None if item is None else {**where, **from_api(item)}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Another scope is associated over the old one."""
        self.create(cloud, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Take it away."""
        cluster, principal, policy = id_.split("#")
        where = {"clusterName": cluster, "principalArn": principal, "policyArn": policy}
        when_free(lambda: cloud.call("eks", "DisassociateAccessPolicy", **where))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By what names it."""
        id_ = "#".join(str(wanted.get(key)) for key in ("clusterName", "principalArn", "policyArn"))
        return id_ if self.read(cloud, id_, wanted.props) else None


class PodIdentityAssociation(Resource):
    """Role of a service account; AWS's id of the association is the id."""

    type_ = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
    service = "eks"
    replaces = frozenset({"clusterName", "namespace", "serviceAccount"})
    computed = ("associationArn", "associationId", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it."""
        params = cloud.params("eks", "CreatePodIdentityAssociation", {**wanted.props, "tags": None})
        tags = all_tags(cloud, wanted.get("tags")) or None
        answer = cloud.call("eks", "CreatePodIdentityAssociation", **params, tags=tags)
        return str(answer["association"]["associationId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        where = {"clusterName": known.get("clusterName"), "associationId": id_}
        item = pick("association", cloud.find("eks", "DescribePodIdentityAssociation", **where))
        if item is None:
            return None
        plain = {key: value for key, value in item.items() if key != "tags"}
        return {**from_api(plain), **tag_outputs(cloud, item.get("tags") or {})}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Another role, and tags."""
        cluster = wanted.get("clusterName")
        if "tags" in changed:
            item = cloud.call("eks", "DescribePodIdentityAssociation", clusterName=cluster, associationId=id_)
            retag(cloud, str(pick("association.associationArn", item)), old, wanted)
        if "roleArn" in changed:
            where = {"clusterName": cluster, "associationId": id_}
            cloud.call("eks", "UpdatePodIdentityAssociation", **where, roleArn=wanted.get("roleArn"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Take the role away."""
        where = {"clusterName": known.get("clusterName"), "associationId": id_}
        when_free(lambda: cloud.call("eks", "DeletePodIdentityAssociation", **where))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By service account."""
        where = {key: wanted.get(key) for key in ("clusterName", "namespace", "serviceAccount")}
        found = pick("associations[0].associationId", cloud.find("eks", "ListPodIdentityAssociations", **where))
        return None if found is None else str(found)


EKS: tuple[type[Resource], ...] = (
    *(Cluster, NodeGroup, Addon, AccessEntry, AccessPolicyAssociation, PodIdentityAssociation),
)
"""Every type of EKS."""
