"""What fields are edited in: example stacks, some with parts that no example has, and values that fit patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rackwright.spec.places import Path

_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0000000000000000000000000000000000000000000 ada@example.org"
_OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC0000000000000000000000000000000000000000000 ben@example.org"
_PEOPLE = {"ada": {"keys": [_KEY], "uid": 30001}}
_PARTITIONS = {"all": {"pools": ["train"]}}


@dataclass(frozen=True, slots=True)
class Sample:
    """A stack that fields are edited in."""

    name: str
    stack: str
    """Example stack that it starts from."""
    edits: Mapping[Path, Any] = field(default_factory=dict)


SAMPLES = (
    Sample("h100-train", "h100-train"),
    Sample("inference", "inference"),
    Sample("mixed", "mixed"),
    Sample(
        "h100-train-more",
        "h100-train",
        {
            ("access", "people"): _PEOPLE,
            ("pools", "login"): {"role": "login", "machine": "m7i.4xlarge", "nodes": 1},
            ("scheduler",): {"kind": "slurm", "partitions": _PARTITIONS},
            ("software", "ngc_cli"): {"version": "4.13.0", "sha256": "0" * 64},
            ("storage", "site"): {"kind": "nfs", "mount": "/site", "server": "10.9.9.9", "export": "/export"},
            ("storage", "own"): {"kind": "nfs-server", "mount": "/own", "pool": "head"},
            ("storage", "objects"): {"kind": "object-store", "pool": "head"},
            ("storage", "far"): {"kind": "lustre", "mount": "/far", "server": "10.9.9.8@tcp", "filesystem": "far"},
        },
    ),
    Sample("h100-train-plain", "h100-train", {("scheduler",): {"kind": "slurm"}}),
    Sample("mixed-more", "mixed", {("scheduler", "slurm", "partitions"): _PARTITIONS}),
    Sample("local", "local"),
    Sample("g6e-dev", "g6e-dev", {("pools", "dev", "capacity"): {"kind": "spot"}}),
    Sample("a100-train", "a100-train", {("pools", "train", "placement"): "cluster"}),
    Sample("dgx-h100-4su", "dgx-h100-4su", {("fabric", "ufm"): False}),
)
"""In the order in which they are tried: the first that an edit fits counts."""

FIRST: Mapping[str, str] = {
    "pools.*.capacity.kind": "mixed",
    "pools.*.capacity.max_usd_per_hour": "g6e-dev",
    "pools.*.capacity.placement_group": "a100-train",
    "pools.*.capacity.reservation_group": "a100-train",
    "monitoring.idle_action": "mixed",
}
"""Field -> sample in which it has a meaning, tried before all others."""

NOT_ALONE: Mapping[str, str] = {
    "fabric.port_guids": "all ports of a site are named together; hosts and the subnet manager see it, no cloud does",
}
"""Field -> why no edit of it alone makes another valid stack."""

VALUES: Mapping[str, tuple[Any, ...]] = {
    "access.ssh_authorities": ([_OTHER_KEY],),
    "access.people.*.keys": ([_OTHER_KEY],),
    "fabric.tenants.*.pkey": ("0x8002",),
    "fabric.tenants.*.pools": (["train", "login"], []),
    "pools.*.nics": (
        [{"card": 0, "device": 0, "type": "interface"}, {"card": 0, "device": 1, "type": "efa-only"}],
        [{"card": 0, "device": 0, "type": "interface"}],
    ),
    "pools.*.security_groups": (["sg-0123456789abcdef0"],),
    "pools.*.key": ("arn:aws:kms:us-east-1:123456789012:key/other",),
    "pools.*.tags": ({"project": "other"},),
    "pools.*.capacity.reservation_group": ("arn:aws:resource-groups:us-east-1:123456789012:group/other",),
    "pools.*.capacity.placement_group": ("arn:aws:ec2:us-east-1:123456789012:placement-group/other",),
    "scheduler.addons": ({"coredns": "v1.13.2-eksbuild.24"},),
    "scheduler.kubernetes.addons": ({"coredns": "v1.13.2-eksbuild.24"},),
    "scheduler.kubernetes.version": ("1.34",),
    "scheduler.kubernetes_pools": (["system"],),
    "scheduler.slurm_pools": (["train", "system"],),
    "scheduler.partitions.*.pools": (["train", "head"],),
    "scheduler.slurm.partitions.*.pools": (["train", "system"],),
    "scheduler.partitions.*.max_time": ("1-00:00:00",),
    "scheduler.slurm.partitions.*.max_time": ("1-00:00:00",),
    "scheduler.settings": (["SchedulerParameters=defer"],),
    "scheduler.slurm.settings": (["SchedulerParameters=defer"],),
    "software.driver": ("r570-open", "r590-open"),
    "software.module_options": ({"NVreg_EnableGpuFirmware": 0},),
    "software.ngc_cli.sha256": ("1" * 64,),
    "software.ngc_cli.version": ("4.14.0",),
    "storage.*.client_version": ("2.16.1",),
    "storage.*.links": ([{"path": "/data", "bucket": "s3://other-bucket/data"}],),
    "storage.*.pool": ("login",),
    "storage.*.zone_id": ("use1-az4",),
    "target.country": ("fr",),
    "target.quotas": ({"P": 20000},),
    "target.racks.power": ("45 kW",),
    "target.racks.max_load": ("1600 kg",),
    "target.racks.pitch": ("0.7 m",),
    "target.bmc_cidr": ("10.98.0.0/22",),
    "waivers": (
        [{"rule": "RW-NET-012", "reason": "for the measurement", "owner": "ops@example.org", "expires": "2027-01-01"}],
    ),
}
"""Field -> values that fit where none of the common texts does."""
