"""Instance types as AWS describes them, from the copies that moto and botocore bring along: no network needed."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

from botocore.loaders import Loader

from rackwright.catalog import load_catalog
from rackwright.catalog.compare import Difference, differences


@cache
def moto_descriptions() -> dict[str, Any]:
    """DescribeInstanceTypes by instance type, as moto copied it."""
    packed = resources.files("moto.ec2").joinpath("resources", "instance_types.json.gz").read_bytes()
    described: dict[str, Any] = json.loads(gzip.decompress(packed))
    return described


@cache
def botocore_types() -> frozenset[str]:
    """Instance types that botocore's model of EC2 lists."""
    shapes = Loader().load_service_model("ec2", "service-2")["shapes"]
    return frozenset(shapes["InstanceType"]["enum"])


def catalog_differences() -> tuple[Difference, ...]:
    """Where the shipped catalog differs from both copies."""
    return differences(load_catalog().machines.values(), moto_descriptions(), botocore_types())
