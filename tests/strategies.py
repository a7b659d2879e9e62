"""One strategy per noun of the model; every drawn value is valid."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.spec.cluster import ClusterSpec

GPU_MACHINES = sorted(m.name for m in load_catalog().machines.values() if m.kind == "aws" and m.gpus and m.efa)
CONTROL_MACHINES = ["m7i.xlarge", "m7i.4xlarge", "c7i.4xlarge", "m8g.4xlarge"]
ZONES = ["use1-az1", "use1-az2", "use1-az4", "use1-az6"]

names = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@st.composite
def gpu_pools(draw: st.DrawFn, most: int = 4096) -> dict[str, Any]:
    """A GPU pool on AWS."""
    high = draw(st.integers(1, most))
    elastic = draw(st.booleans())
    pool: dict[str, Any] = {"role": "gpu", "machine": draw(st.sampled_from(GPU_MACHINES))}
    pool["nodes"] = {"min": draw(st.integers(0, high)), "max": high} if elastic else high
    if load_catalog().machines[pool["machine"]].extra_ena_cards:
        pool["nic_layout"] = draw(st.sampled_from(["ip-optimised", "bandwidth-optimised"]))
    return pool


@st.composite
def storages(draw: st.DrawFn) -> dict[str, Any]:
    """Some storages, at different mounts."""
    chosen: dict[str, Any] = {}
    if draw(st.booleans()):
        steps = draw(st.integers(1, 40))
        chosen["scratch"] = {"kind": "fsx-lustre", "capacity": f"{steps * 2400} GiB", "mount": "/fsx"}
    if draw(st.booleans()):
        chosen["home"] = {"kind": "efs", "mount": "/home"}
    if draw(st.booleans()):
        chosen["data"] = {"kind": "s3", "retention": f"{draw(st.integers(1, 3000))} days"}
    return chosen


@st.composite
def specs(draw: st.DrawFn, most: int = 4096, prefix: int = 16) -> ClusterSpec:
    """A cluster on AWS with one or more GPU pools."""
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
    pools: dict[str, Any] = {
        "head": {
            "role": "control",
            "machine": draw(st.sampled_from(CONTROL_MACHINES)),
            "nodes": draw(st.integers(1, 2)),
        }
    }
    for name in draw(st.lists(names.filter(lambda name: name != "head"), min_size=1, max_size=3, unique=True)):
        pools[name] = draw(gpu_pools(most))
    return ClusterSpec.model_validate(
        {
            "name": draw(names),
            "target": {"kind": "aws", "region": "us-east-1", "zone_ids": zones},
            "data": {"classification": draw(st.sampled_from(["public", "internal", "pii", "phi", "financial"]))},
            "compliance": draw(st.lists(st.sampled_from(["hipaa", "sox", "cis", "gdpr"]), unique=True)),
            "network": {"cidr": f"10.0.0.0/{prefix}"},
            "pools": pools,
            "storage": draw(storages()),
            "scheduler": {"kind": draw(st.sampled_from(["slurm", "kubernetes", "none"]))},
        }
    )
