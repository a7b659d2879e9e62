"""IAM Identity Center: permission sets, what they allow, and who has them; groups of its identity store."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class PermissionSet(Declared):
    """What somebody may do in the accounts that it is assigned in. Its id is ``arn,instance``, as in pulumi-aws."""

    type_ = "aws:ssoadmin/permissionSet:PermissionSet"
    service = "sso-admin"
    autoname = "name"
    replaces = frozenset({"name", "instanceArn"})
    defaults = fixed({"sessionDuration": "PT1H"})
    computed = ("arn", "createdDate", "tagsAll")
    calls = Calls("CreatePermissionSet", "DescribePermissionSet", "DeletePermissionSet", "UpdatePermissionSet")
    keys = ("PermissionSetArn", "InstanceArn")
    found = "PermissionSet"
    names = fixed({"PermissionSetArn": "arn"})
    tagging = Tagging()

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; the id names the instance too."""
        params = self.params(cloud, self.calls.create, wanted)
        tags = Tagging().sent(dict(wanted.get("tags", {})))
        answer = cloud.call("sso-admin", "CreatePermissionSet", **{**params, "Tags": tags or None})
        return f"{answer['PermissionSet']['PermissionSetArn']},{wanted.get('instanceArn')}"

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Its instance."""
        del cloud, item
        return {"instanceArn": id_.split(",")[1]}

    def tagged(self, arn: str) -> dict[str, Any]:
        """By the two parts of the id."""
        permission_set, instance = arn.split(",")
        return {"ResourceArn": permission_set, "InstanceArn": instance}

    def arn_of(self, cloud: Cloud, id_: str, known: Props) -> str:
        """The id has both ARNs."""
        del cloud, known
        return id_

    def tag_key(self, id_: str, outputs: Props) -> str:
        """The id has both ARNs."""
        del outputs
        return id_

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name among all of the instance; the list has ARNs only."""
        instance = wanted.get("instanceArn")
        pages = cloud.client("sso-admin").get_paginator("list_permission_sets").paginate(InstanceArn=instance)
        ids = [f"{arn},{instance}" for page in pages for arn in page["PermissionSets"]]
        named = ((id_, self.describe(cloud, id_, {})) for id_ in ids)
        return next((id_ for id_, item in named if item and item["Name"] == wanted.get("name")), None)


class PermissionSetInlinePolicy(Declared):
    """The policy of a permission set."""

    type_ = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    service = "sso-admin"
    replaces = frozenset({"permissionSetArn", "instanceArn"})
    delete_first = True
    calls = Calls(
        *("PutInlinePolicyToPermissionSet", "GetInlinePolicyForPermissionSet", "DeleteInlinePolicyFromPermissionSet"),
    )
    keys = ("PermissionSetArn", "InstanceArn")
    found = "InlinePolicy && @ || null"
    puts = True


class ManagedPolicyAttachment(Declared):
    """One of AWS's policies on a permission set."""

    type_ = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    service = "sso-admin"
    replaces = frozenset({"managedPolicyArn", "permissionSetArn", "instanceArn"})
    computed = ("managedPolicyName",)
    calls = Calls(
        *("AttachManagedPolicyToPermissionSet", "ListManagedPoliciesInPermissionSet"),
        "DetachManagedPolicyFromPermissionSet",
    )
    keys = ("ManagedPolicyArn", "PermissionSetArn", "InstanceArn")
    found = "AttachedManagedPolicies[?Arn=='$ManagedPolicyArn'] | [0]"
    names = fixed({"Arn": "managedPolicyArn", "Name": "managedPolicyName"})

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """All of the permission set."""
        where = self.where(id_, known)
        return {key: where[key] for key in ("PermissionSetArn", "InstanceArn")}


class AccountAssignment(Declared):
    """A permission set of a group or person in an account."""

    type_ = "aws:ssoadmin/accountAssignment:AccountAssignment"
    service = "sso-admin"
    replaces = frozenset({"instanceArn", "permissionSetArn", "principalId", "principalType", "targetId", "targetType"})
    calls = Calls("CreateAccountAssignment", "ListAccountAssignments", "DeleteAccountAssignment")
    keys = ("PrincipalId", "PrincipalType", "TargetId", "TargetType", "PermissionSetArn", "InstanceArn")
    found = "AccountAssignments[?PrincipalId=='$PrincipalId' && PrincipalType=='$PrincipalType'] | [0]"
    names = fixed({"AccountId": "targetId"})

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """All of the permission set in the account."""
        where = self.where(id_, known)
        return {
            "InstanceArn": where["InstanceArn"],
            "AccountId": where["TargetId"],
            "PermissionSetArn": where["PermissionSetArn"],
        }


class Group(Declared):
    """A group of the identity store."""

    type_ = "aws:identitystore/group:Group"
    service = "identitystore"
    replaces = frozenset({"identityStoreId"})
    computed = ("arn", "groupId", "externalIds")
    calls = Calls("CreateGroup", "DescribeGroup", "DeleteGroup", "UpdateGroup")
    keys = ("IdentityStoreId", "GroupId")
    separator = "/"
    names = fixed({"GroupArn": "arn"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; the id names the store too."""
        answer = cloud.call("identitystore", "CreateGroup", **self.params(cloud, "CreateGroup", wanted))
        return f"{answer['IdentityStoreId']}/{answer['GroupId']}"

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By its display name, which is unique in the store."""
        store = wanted.get("identityStoreId")
        unique = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": wanted.get("displayName")}}
        answer = cloud.find("identitystore", "GetGroupId", IdentityStoreId=store, AlternateIdentifier=unique)
        return f"{store}/{answer['GroupId']}" if answer else None

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """The API takes a list of changed attributes."""
        changes = [{"AttributePath": name, "AttributeValue": wanted.get(name)} for name in sorted(changed)]
        cloud.call("identitystore", "UpdateGroup", **self.where(id_, old), Operations=changes)
