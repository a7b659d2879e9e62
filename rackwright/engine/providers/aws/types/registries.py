"""ECR: repositories, their clean-up, caches of other registries, and scanning."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Setting, Tagging


class Repository(Declared):
    """A repository of images."""

    type_ = "aws:ecr/repository:Repository"
    service = "ecr"
    autoname = "name"
    replaces = frozenset({"name", "encryptionConfigurations"})
    defaults = fixed({"imageTagMutability": "MUTABLE", "forceDelete": False})
    computed = ("arn", "registryId", "repositoryUrl", "tagsAll")
    calls = Calls("CreateRepository", "DescribeRepositories", "DeleteRepository")
    keys = ("repositoryName",)
    listed = "repositoryNames"
    found = "repositories[0]"
    names = fixed({"repositoryName": "name", "repositoryArn": "arn", "repositoryUri": "repositoryUrl"})
    tagging = Tagging("tags", where="resourceArn", added="tags", removed="tagKeys", found="tags")

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Pulumi has a list of one encryption configuration."""
        params = super().params(cloud, operation, wanted)
        if configurations := wanted.get("encryptionConfigurations"):
            params["encryptionConfiguration"] = dict(configurations[0])
        return params

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        del cloud, id_
        encryption = item.get("encryptionConfiguration")
        return {"encryptionConfigurations": [from_api(encryption)] if encryption else []}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags, mutability and scanning each have a call."""
        super().update(cloud, id_, old, wanted, changed)
        if "imageTagMutability" in changed:
            mutability = wanted.get("imageTagMutability")
            cloud.call("ecr", "PutImageTagMutability", repositoryName=id_, imageTagMutability=mutability)
        if "imageScanningConfiguration" in changed:
            scanning = wanted.get("imageScanningConfiguration", {"scanOnPush": False})
            cloud.call(
                "ecr", "PutImageScanningConfiguration", repositoryName=id_, imageScanningConfiguration=dict(scanning)
            )

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """With `forceDelete`, images and all."""
        force = bool(known.get("forceDelete"))
        when_free(lambda: cloud.call("ecr", "DeleteRepository", repositoryName=id_, force=force))


class LifecyclePolicy(Declared):
    """Which images of a repository go when."""

    type_ = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    service = "ecr"
    replaces = frozenset({"repository"})
    delete_first = True
    computed = ("registryId",)
    calls = Calls("PutLifecyclePolicy", "GetLifecyclePolicy", "DeleteLifecyclePolicy", "PutLifecyclePolicy")
    keys = ("repositoryName",)
    names = fixed({"repositoryName": "repository", "lifecyclePolicyText": "policy"})


class PullThroughCacheRule(Declared):
    """Images of another registry, fetched once and kept here."""

    type_ = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
    service = "ecr"
    replaces = frozenset({"ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"})
    delete_first = True
    computed = ("registryId", "upstreamRepositoryPrefix")
    calls = Calls(
        *("CreatePullThroughCacheRule", "DescribePullThroughCacheRules", "DeletePullThroughCacheRule"),
        "UpdatePullThroughCacheRule",
    )
    keys = ("ecrRepositoryPrefix",)
    listed = "ecrRepositoryPrefixes"
    found = "pullThroughCacheRules[0]"


class RegistryScanning(Setting):
    """Which images are scanned when; back to basic scanning when it is deleted."""

    type_ = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    service = "ecr"
    computed = ("registryId",)
    calls = Calls(
        *("PutRegistryScanningConfiguration", "GetRegistryScanningConfiguration", "PutRegistryScanningConfiguration")
    )
    found = "scanningConfiguration"

    def id_in(self, cloud: Cloud) -> str:
        """The registry is the account's."""
        return cloud.account

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Basic scanning without rules."""
        cloud.call("ecr", self.calls.delete, scanType="BASIC", rules=[])


class RepositoryCreationTemplate(Declared):
    """What repositories look like that a cache makes."""

    type_ = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
    service = "ecr"
    replaces = frozenset({"prefix"})
    delete_first = True
    computed = ("registryId",)
    calls = Calls(
        *("CreateRepositoryCreationTemplate", "DescribeRepositoryCreationTemplates"),
        *("DeleteRepositoryCreationTemplate", "UpdateRepositoryCreationTemplate"),
    )
    keys = ("prefix",)
    listed = "prefixes"
    found = "repositoryCreationTemplates[0]"
    names = fixed({"appliedFor": "appliedFors"})

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Pulumi has a list of one encryption configuration, and a map of tags."""
        params = super().params(cloud, operation, wanted)
        if configurations := wanted.get("encryptionConfigurations"):
            params["encryptionConfiguration"] = dict(configurations[0])
        return params

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        del cloud, id_
        encryption = item.get("encryptionConfiguration")
        return {"encryptionConfigurations": [from_api(encryption)] if encryption else []}
