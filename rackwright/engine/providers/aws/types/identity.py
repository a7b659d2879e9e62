"""IAM: roles, policies, instance profiles. Names are ids, so an interrupted creation is found by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Names, Props, fixed, from_api, tag_list, tag_map


def document(value: Any) -> str:
    """A policy document as text; IAM answers with a percent-encoded one, botocore with a dict."""
    return json.dumps(value) if isinstance(value, dict) else unquote(str(value))


class IamResource(Resource):
    """A named and tagged thing of IAM."""

    service = "iam"
    autoname = "name"
    noun: ClassVar[str]
    key: ClassVar[str]
    """Parameter that takes the id."""
    names: ClassVar[Names] = {}

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its tags."""
        params = cloud.params("iam", f"Create{self.noun}", {**wanted.props, "tags": None}, self.names)
        if tags := all_tags(cloud, wanted.get("tags")):
            params["Tags"] = tag_list(tags)
        answer = cloud.call("iam", f"Create{self.noun}", **params)
        id_ = self.id_of(answer[self.noun])
        self.arrange(cloud, id_, {}, wanted, frozenset(wanted.props))
        return id_

    def id_of(self, item: dict[str, Any]) -> str:
        """Id of a described thing."""
        return str(item[self.key])

    def arrange(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """What the creation does not set; also called on updates."""

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Get it."""
        answer = cloud.find("iam", f"Get{self.noun}", **{self.key: id_})
        if answer is None:
            return None
        item = answer[self.noun]
        outputs: Props = from_api({k: v for k, v in item.items() if k != "Tags"}, self.names)
        return {**outputs, **tag_outputs(cloud, tag_map(item.get("Tags"))), **self.outputs(cloud, id_, item, known)}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Outputs that names alone do not give."""
        return {}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags, then the rest."""
        if "tags" in changed:
            self._retag(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))
        self.arrange(cloud, id_, old, wanted, changed - {"tags"})

    def _retag(self, cloud: Cloud, id_: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        if gone := [key for key in old if key not in new]:
            cloud.call("iam", f"Untag{self.noun}", **{self.key: id_}, TagKeys=gone)
        if new:
            cloud.call("iam", f"Tag{self.noun}", **{self.key: id_}, Tags=tag_list(new))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it, again while something is attached."""
        when_free(lambda: cloud.call("iam", f"Delete{self.noun}", **{self.key: id_}))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("name"))
        return name if self.read(cloud, name, wanted.props) else None


class Role(IamResource):
    """Role."""

    type_ = "aws:iam/role:Role"
    noun, key = "Role", "RoleName"
    replaces = frozenset({"name", "namePrefix", "path"})
    defaults = fixed({"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False})
    computed = ("arn", "createDate", "uniqueId", "tagsAll")
    names = fixed({"RoleName": "name", "AssumeRolePolicyDocument": "assumeRolePolicy", "RoleId": "uniqueId"})

    def arrange(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Trust, description and session length have calls of their own."""
        if not old:
            return
        if "assumeRolePolicy" in changed:
            cloud.call("iam", "UpdateAssumeRolePolicy", RoleName=id_, PolicyDocument=wanted.get("assumeRolePolicy"))
        if changed & {"description", "maxSessionDuration"}:
            cloud.call(
                *("iam", "UpdateRole"),
                RoleName=id_,
                Description=wanted.get("description", ""),
                MaxSessionDuration=wanted.get("maxSessionDuration"),
            )
        if "permissionsBoundary" in changed:
            self._bound(cloud, id_, wanted.get("permissionsBoundary"))

    @staticmethod
    def _bound(cloud: Cloud, id_: str, boundary: str | None) -> None:
        if boundary:
            cloud.call("iam", "PutRolePermissionsBoundary", RoleName=id_, PermissionsBoundary=boundary)
        else:
            cloud.call("iam", "DeleteRolePermissionsBoundary", RoleName=id_)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Trust as text."""
        boundary = pick("PermissionsBoundary.PermissionsBoundaryArn", item)
        return {
            "assumeRolePolicy": document(item["AssumeRolePolicyDocument"]),
            **({"permissionsBoundary": boundary} if boundary else {}),
        }

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """With `forceDetachPolicies`, policies go first."""
        if known.get("forceDetachPolicies"):
            attached = cloud.find("iam", "ListAttachedRolePolicies", RoleName=id_) or {}
            for arn in pick("AttachedPolicies[].PolicyArn", attached) or []:
                cloud.call("iam", "DetachRolePolicy", RoleName=id_, PolicyArn=arn)
        super().delete(cloud, id_, known)


class Policy(IamResource):
    """Managed policy. Its id is its ARN; a change is a new default version, the oldest version makes room."""

    type_ = "aws:iam/policy:Policy"
    noun, key = "Policy", "PolicyArn"
    replaces = frozenset({"name", "namePrefix", "path", "description"})
    defaults = fixed({"path": "/"})
    computed = ("arn", "policyId", "attachmentCount", "tagsAll")
    names = fixed({"PolicyName": "name", "PolicyDocument": "policy"})
    most_versions = 5

    def id_of(self, item: dict[str, Any]) -> str:
        """The ARN."""
        return str(item["Arn"])

    def arrange(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """A new default version."""
        if not old or "policy" not in changed:
            return
        versions = cloud.call("iam", "ListPolicyVersions", PolicyArn=id_)["Versions"]
        if len(versions) >= self.most_versions:
            oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: int(v["VersionId"][1:]))
            cloud.call("iam", "DeletePolicyVersion", PolicyArn=id_, VersionId=oldest["VersionId"])
        cloud.call("iam", "CreatePolicyVersion", PolicyArn=id_, PolicyDocument=wanted.get("policy"), SetAsDefault=True)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The default version's document."""
        version = cloud.call("iam", "GetPolicyVersion", PolicyArn=id_, VersionId=item["DefaultVersionId"])
        return {"policy": document(version["PolicyVersion"]["Document"])}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Other versions first."""
        versions = (cloud.find("iam", "ListPolicyVersions", PolicyArn=id_) or {}).get("Versions", [])
        for version in versions:
            if not version["IsDefaultVersion"]:
                cloud.find("iam", "DeletePolicyVersion", PolicyArn=id_, VersionId=version["VersionId"])
        super().delete(cloud, id_, known)

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the ARN that name and path give."""
        arn = cloud.arn("iam", f"policy{wanted.get('path', '/')}{wanted.get('name')}", regional=False)
        return arn if self.read(cloud, arn, wanted.props) else None


class InstanceProfile(IamResource):
    """Instance profile with at most one role."""

    type_ = "aws:iam/instanceProfile:InstanceProfile"
    noun, key = "InstanceProfile", "InstanceProfileName"
    replaces = frozenset({"name", "namePrefix", "path"})
    defaults = fixed({"path": "/"})
    computed = ("arn", "createDate", "uniqueId", "tagsAll")
    names = fixed({"InstanceProfileName": "name", "InstanceProfileId": "uniqueId"})

    def arrange(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put the role in; an old one goes first."""
        if "role" not in changed:
            return
        self._empty(cloud, id_)
        if role := wanted.get("role"):
            cloud.call("iam", "AddRoleToInstanceProfile", InstanceProfileName=id_, RoleName=role)

    @staticmethod
    def _empty(cloud: Cloud, id_: str) -> None:
        answer = cloud.find("iam", "GetInstanceProfile", InstanceProfileName=id_)
        for role in pick("InstanceProfile.Roles[].RoleName", answer) or []:
            cloud.call("iam", "RemoveRoleFromInstanceProfile", InstanceProfileName=id_, RoleName=role)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The role's name."""
        return {"role": pick("Roles[0].RoleName", item) or "", "roles": []}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The role goes first."""
        self._empty(cloud, id_)
        super().delete(cloud, id_, known)


class RolePolicy(Resource):
    """Policy written into a role; the id is ``role:name``, as in pulumi-aws."""

    type_ = "aws:iam/rolePolicy:RolePolicy"
    service = "iam"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "role"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Put it."""
        role, name = wanted.get("role"), wanted.get("name")
        cloud.call("iam", "PutRolePolicy", RoleName=role, PolicyName=name, PolicyDocument=wanted.get("policy"))
        return f"{role}:{name}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Get it."""
        role, _, name = id_.partition(":")
        answer = cloud.find("iam", "GetRolePolicy", RoleName=role, PolicyName=name)
        return answer and {"role": role, "name": name, "policy": document(answer["PolicyDocument"])}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put it again."""
        self.create(cloud, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        role, _, name = id_.partition(":")
        when_free(lambda: cloud.call("iam", "DeleteRolePolicy", RoleName=role, PolicyName=name))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By role and name."""
        id_ = f"{wanted.get('role')}:{wanted.get('name')}"
        return id_ if self.read(cloud, id_, wanted.props) else None


class RolePolicyAttachment(Resource):
    """A managed policy on a role."""

    type_ = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    service = "iam"
    replaces = frozenset({"role", "policyArn"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Attach it."""
        role, arn = wanted.get("role"), wanted.get("policyArn")
        cloud.call("iam", "AttachRolePolicy", RoleName=role, PolicyArn=arn)
        return f"{role}/{arn}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Look through the role's policies."""
        role, _, arn = id_.partition("/")
        answer = cloud.find("iam", "ListAttachedRolePolicies", RoleName=role)
        return {"role": role, "policyArn": arn} if arn in (pick("AttachedPolicies[].PolicyArn", answer) or []) else None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Both properties force a replacement, so there is nothing to update."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Detach it."""
        role, _, arn = id_.partition("/")
        when_free(lambda: cloud.call("iam", "DetachRolePolicy", RoleName=role, PolicyArn=arn))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By role and policy."""
        id_ = f"{wanted.get('role')}/{wanted.get('policyArn')}"
        return id_ if self.read(cloud, id_, wanted.props) else None


class Group(IamResource):
    """Group of users; IAM gives groups no tags."""

    type_ = "aws:iam/group:Group"
    noun, key = "Group", "GroupName"
    replaces = frozenset({"path", "name"})
    defaults = fixed({"path": "/"})
    computed = ("arn", "uniqueId")
    names = fixed({"GroupName": "name", "GroupId": "uniqueId"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Without tags."""
        cloud.call("iam", "CreateGroup", GroupName=wanted.get("name"), Path=wanted.get("path"))
        return str(wanted.get("name"))


class GroupPolicyAttachment(Resource):
    """A managed policy on a group."""

    type_ = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
    service = "iam"
    replaces = frozenset({"group", "policyArn"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Attach it."""
        group, arn = wanted.get("group"), wanted.get("policyArn")
        cloud.call("iam", "AttachGroupPolicy", GroupName=group, PolicyArn=arn)
        return f"{group}/{arn}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Look through the group's policies."""
        group, _, arn = id_.partition("/")
        answer = cloud.find("iam", "ListAttachedGroupPolicies", GroupName=group)
        found = pick("AttachedPolicies[].PolicyArn", answer) or []
        return {"group": group, "policyArn": arn} if arn in found else None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Both properties force a replacement, so there is nothing to update."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Detach it."""
        group, _, arn = id_.partition("/")
        when_free(lambda: cloud.call("iam", "DetachGroupPolicy", GroupName=group, PolicyArn=arn))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By group and policy."""
        id_ = f"{wanted.get('group')}/{wanted.get('policyArn')}"
        return id_ if self.read(cloud, id_, wanted.props) else None
