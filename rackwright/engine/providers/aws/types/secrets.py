"""Secrets Manager."""

from __future__ import annotations

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, tag_list, tag_map
from rackwright.engine.providers.aws.types.declared import Calls, Declared
from rackwright.engine.providers.aws.types.file_systems import retag_by_arn


class Secret(Resource):
    """A secret without its value; the ARN is the id. A deleted one waits for its recovery window and counts as gone."""

    type_ = "aws:secretsmanager/secret:Secret"
    service = "secretsmanager"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    defaults = fixed({"recoveryWindowInDays": 30, "forceOverwriteReplicaSecret": False})
    computed = ("arn", "policy", "replicas", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it empty."""
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        answer = cloud.call(
            *("secretsmanager", "CreateSecret"),
            Name=wanted.get("name"),
            Description=wanted.get("description"),
            KmsKeyId=wanted.get("kmsKeyId"),
            Tags=tags or None,
        )
        return str(answer["ARN"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it; its value is never read."""
        answer = cloud.find("secretsmanager", "DescribeSecret", SecretId=id_)
        if answer is None or answer.get("DeletedDate"):
            return None
        return {
            "arn": answer["ARN"],
            "name": answer["Name"],
            "description": answer.get("Description", ""),
            "kmsKeyId": answer.get("KmsKeyId", ""),
            **tag_outputs(cloud, tag_map(answer.get("Tags"))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Description, key, tags."""
        if changed & {"description", "kmsKeyId"}:
            cloud.call(
                *("secretsmanager", "UpdateSecret"),
                SecretId=id_,
                Description=wanted.get("description", ""),
                KmsKeyId=wanted.get("kmsKeyId"),
            )
        if "tags" in changed:
            retag_by_arn(cloud, "secretsmanager", {"SecretId": id_}, old, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """At once with a recovery window of 0, else after it."""
        if self.read(cloud, id_, known) is None:
            return
        days = int(known.get("recoveryWindowInDays", 30))
        how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        when_free(lambda: cloud.call("secretsmanager", "DeleteSecret", SecretId=id_, **how))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        found = self.read(cloud, str(wanted.get("name")), wanted.props)
        return str(found["arn"]) if found else None


class SecretPolicy(Declared):
    """Who may read a secret, whatever else they may; the id is the secret's ARN."""

    type_ = "aws:secretsmanager/secretPolicy:SecretPolicy"
    service = "secretsmanager"
    replaces = frozenset({"secretArn"})
    delete_first = True
    calls = Calls("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy")
    keys = ("SecretId",)
    id_from = ("secretArn",)
    names = fixed({"SecretId": "secretArn", "ResourcePolicy": "policy"})
    found = "ResourcePolicy && @ || null"
    puts = True
