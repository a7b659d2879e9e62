"""What a stack exports beside its inventory: ids and addresses that people and later stages look up.

The program fills it, everything after the apply reads it. A stack has only what its design asks for, so every member
may be absent; nothing secret is ever among them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from rackwright.design.model import Cost


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_POINT = "access_point_"


class Mountable(_Part):
    """What a client needs to mount a file system; EFS adds an access point for each group of people."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    """``fs-…``"""
    dns_name: str
    """Name that AWS gives it; the cluster's own zone has a shorter one."""
    mount_name: str | None = None
    """Lustre's name of the file system; None for EFS."""

    @property
    def access_points(self) -> dict[str, str]:
        """Group of the spec -> access point through which its members see their own folder."""
        extra = self.model_extra or {}
        return {name.removeprefix(_POINT): str(id_) for name, id_ in extra.items() if name.startswith(_POINT)}


class ControlPlane(_Part):
    """What a client of Kubernetes needs."""

    name: str
    endpoint: str
    """URL of the API server, reachable from inside the VPC."""
    version: str
    certificate_authority: str
    """Certificates that sign the API server's, base64."""
    roles: Mapping[str, str] = {}
    """IAM roles that people take, by group; ARNs."""


class ClusterOutputs(_Part):
    """Exports of one stack, under the name ``outputs``."""

    vpc_id: str | None = None
    subnet_ids: Mapping[str, str] = {}
    """Subnet of the design (``gpu-use1-az6``) -> id."""
    traffic_bucket: str | None = None
    """Bucket with the flow logs."""
    dns_zone: str | None = None
    """Private zone with the names of head nodes, login nodes and file systems."""
    dns_zone_id: str | None = None
    site_vpn_id: str | None = None
    """Connection to another network; its pre-shared keys are in Secrets Manager."""
    client_vpn_id: str | None = None
    """Endpoint whose configuration people download."""
    public_addresses: Mapping[str, str] = {}
    """Login node -> fixed public address."""
    elastic_nodes: Mapping[str, str] = {}
    """Pool -> every node that Slurm may start and stop (``burst-[252-254]``); those that run carry its name as tag."""
    key_arn: str | None = None
    """KMS key of the data."""
    secrets: Mapping[str, str] = {}
    """Purpose (``munge``, ``ngc``) -> ARN of the secret; the values are not here."""
    image_repositories: Mapping[str, str] = {}
    """Repository -> URL."""
    buckets: Mapping[str, str] = {}
    """Storage of the design -> bucket."""
    file_systems: Mapping[str, Mountable] = {}
    """Storage of the design -> how to mount it."""
    node_bucket: str | None = None
    """Bucket from which nodes fetch their configuration."""
    node_secrets: Mapping[str, str] = {}
    """Secrets that nodes read while they configure themselves: purpose -> name."""
    kubernetes: ControlPlane | None = None
    cost: Cost | None = None
    """Price of the cluster as it was estimated for this apply."""
    alerts_topic: str | None = None
    """Topic that budgets, alarms and findings go to."""
    backup_vault: str | None = None
    """Vault with the recovery points."""
    file_servers: Mapping[str, str] = {}
    """Storage of the design -> address of its server (a site of one's own)."""
