"""What every part of a cluster on AWS is told: one value, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from infra.aws.account import Account
from infra.settings import Settings
from rackwright.design.model import Design


@dataclass(frozen=True, slots=True)
class Keys:
    """Customer-managed keys of the cluster, by what they encrypt; ARNs."""

    data: pulumi.Output[str]
    """Volumes, file systems and data buckets."""
    logs: pulumi.Output[str]
    """Log groups, trails, flow logs and records of the configuration."""
    secrets: pulumi.Output[str]
    alerts: pulumi.Output[str]
    """Topics of alarms."""
    backups: pulumi.Output[str]
    """Recovery points."""
    images: pulumi.Output[str]
    """Container images."""
    scratch: pulumi.Output[str] | None = None
    """Keys of local drives; None where no drive's key is wrapped."""


@dataclass(frozen=True, slots=True)
class Context:
    """The design and where it is built; a part declares its resources with `child`."""

    design: Design
    settings: Settings
    region: str
    provider: aws.Provider
    account: Account
    tags: Mapping[str, str]
    """On every resource that can carry tags."""
    protect: bool
    """Whether what holds data is protected: on AWS, but not in a rehearsal on the local cloud."""
    child: pulumi.ResourceOptions
    """Options of a resource that belongs to the part that holds this context."""

    @property
    def prefix(self) -> str:
        """Beginning of every resource's name."""
        return self.design.name

    def within(self, parent: pulumi.Resource) -> Context:
        """The same context for a part whose resources belong to `parent`."""
        return replace(self, child=pulumi.ResourceOptions(parent=parent))

    @staticmethod
    def tags_of(design: Design) -> dict[str, str]:
        """Tags of every resource of `design`."""
        return {
            **design.tags,
            "rackwright:stack": design.name,
            "rackwright:classification": design.classification,
        }
