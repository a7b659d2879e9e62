"""The smallest useful spec, for hints and for the schema."""

from __future__ import annotations

from typing import Any

EXAMPLE: dict[str, Any] = {
    "name": "h100-train",
    "target": {"kind": "aws", "region": "us-east-1", "zone_ids": ["use1-az6"]},
    "data": {"classification": "internal"},
    "network": {"cidr": "10.40.0.0/16"},
    "pools": {
        "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
        "train": {"role": "gpu", "machine": "p5.48xlarge", "nodes": 16, "capacity": {"block": "cr-0123456789abcdef0"}},
    },
    "storage": {"home": {"kind": "efs", "mount": "/home"}},
    "scheduler": {"kind": "slurm"},
}
