"""Container images in the account's own registry."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from rackwright.design.registry import CACHED, repositories_of

KEPT_UNTAGGED = 5
"""Untagged images that a repository keeps (our choice): enough to go back."""


class ImageRegistry(pulumi.ComponentResource):
    """A repository for each image of the lock, caches for the registries that ECR can cache, and continuous scanning.

    ECR cannot cache nvcr.io, so the images of NGC are copied into repositories of their own by digest; tags there
    cannot be moved.
    Sources: Amazon ECR User Guide, "Sync an upstream registry", "Scan images for software vulnerabilities".
    """

    repositories: dict[str, pulumi.Output[str]]
    """Image without its tag -> address of its repository."""

    def __init__(
        self,
        context: Context,
        *,
        key_arn: pulumi.Input[str],
        account_wide: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ImageRegistry", f"{context.prefix}-images", None, opts)
        self._context, self._key_arn = context.within(self), key_arn
        images = repositories_of(context.design.images)
        self.repositories = {image: self._declare(image) for image in images}
        for label, upstream in CACHED.items():
            self._declare_cache(label, upstream)
        if account_wide:
            self._declare_scanning()
        self.register_outputs({"repositories": self.repositories})

    def _declare(self, image: str) -> pulumi.Output[str]:
        context, name = self._context, f"{self._context.prefix}-image-{image.replace('/', '-')}"
        repository = aws.ecr.Repository(
            name,
            name=f"{context.prefix}/{image.replace(':', '-')}",  # a port in a registry's name
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=self._key_arn)
            ],
            force_delete=not context.protect,
            tags=context.tags,
            opts=context.child,
        )
        aws.ecr.LifecyclePolicy(name, repository=repository.name, policy=lifecycle(), opts=context.child)
        return repository.repository_url

    def _declare_cache(self, label: str, upstream: str) -> None:
        context, name = self._context, f"{self._context.prefix}-cache-{label}"
        prefix = f"{context.prefix}/{label}"
        template = aws.ecr.RepositoryCreationTemplate(
            name,
            prefix=prefix,
            description=f"Repositories of the cache of {upstream}",
            applied_fors=["PULL_THROUGH_CACHE"],
            encryption_configurations=[
                aws.ecr.RepositoryCreationTemplateEncryptionConfigurationArgs(
                    encryption_type="KMS", kms_key=self._key_arn
                )
            ],
            lifecycle_policy=lifecycle(),
            opts=context.child,
        )
        aws.ecr.PullThroughCacheRule(
            name,
            ecr_repository_prefix=prefix,
            upstream_registry_url=upstream,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[template]),
        )

    def _declare_scanning(self) -> None:
        everything = aws.ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs(filter="*", filter_type="WILDCARD")
        aws.ecr.RegistryScanningConfiguration(
            f"{self._context.prefix}-scanning",
            scan_type="ENHANCED",
            rules=[
                aws.ecr.RegistryScanningConfigurationRuleArgs(
                    scan_frequency="CONTINUOUS_SCAN", repository_filters=[everything]
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._context.protect),
        )


def lifecycle() -> str:
    """Untagged images go, but for the newest few."""
    rule = {
        "rulePriority": 1,
        "description": "Untagged images go",
        "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": KEPT_UNTAGGED},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, sort_keys=True)
