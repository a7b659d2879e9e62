"""Service Quotas: figures that can be read, and that are enforced.

An account that builds GPU clusters has had its quotas raised, so the figures here are high; ``quotas`` of the fault
plan lowers one by its code.

Sources: Amazon EC2 User Guide, "Amazon EC2 service quotas" (vCPUs by family; instances of a capacity block count for
none); Amazon VPC User Guide, "Amazon VPC quotas"; AWS EC2 API Reference, "Error codes" (docs.aws.amazon.com, 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply

_PREFIX = re.compile(r"[a-z]+")
RUNNING = frozenset({"pending", "running"})


@dataclass(frozen=True, slots=True)
class Quota:
    """One figure."""

    service: str
    code: str
    name: str
    value: float
    """As this account has it, unless the fault plan says otherwise."""
    families: frozenset[str] = frozenset()
    """First letters of instance types whose vCPUs count for it."""
    spot: bool = False

    def counts(self, kind: str, *, spot: bool) -> bool:
        """Whether instances of type `kind` count for it."""
        prefix = _PREFIX.match(kind)
        return spot is self.spot and prefix is not None and prefix[0] in self.families


_STANDARD = frozenset(("a", "c", "d", "h", "i", "m", "r", "t", "z"))
_RAISED_VCPUS = 200_000
QUOTAS: tuple[Quota, ...] = (
    Quota(
        "ec2",
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        _RAISED_VCPUS,
        _STANDARD,
    ),
    Quota("ec2", "L-417A185B", "Running On-Demand P instances", _RAISED_VCPUS, frozenset({"p"})),
    Quota("ec2", "L-DB2E81BA", "Running On-Demand G and VT instances", _RAISED_VCPUS, frozenset({"g", "vt"})),
    Quota(
        "ec2",
        "L-34B43A08",
        "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
        _RAISED_VCPUS,
        _STANDARD,
        spot=True,
    ),
    Quota("ec2", "L-7212CCBC", "All P Spot Instance Requests", _RAISED_VCPUS, frozenset({"p"}), spot=True),
    Quota("ec2", "L-3819A6DF", "All G and VT Spot Instance Requests", _RAISED_VCPUS, frozenset({"g", "vt"}), spot=True),
    Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 100),
    Quota("vpc", "L-F678F1CE", "VPCs per Region", 100),
    Quota("vpc", "L-DF5E4CA3", "Network interfaces per Region", 100_000),
    Quota("eks", "L-1194D53C", "Clusters", 100),
)
"""Every figure that is known here."""


@dataclass(slots=True)
class Lowered:
    """Figures that the fault plan sets, by code."""

    values: Mapping[str, float] = field(default_factory=dict)


lowered = Lowered()
"""The one of this process; the emulator fills it from the fault plan."""


def value_of(quota: Quota) -> float:
    """The figure as it holds now."""
    return lowered.values.get(quota.code, quota.value)


def _by_name(name: str) -> Quota:
    return next(quota for quota in QUOTAS if quota.name == name)


def check_launch(state: Any, launch: Mapping[str, Any], kind: str, count: int) -> None:
    """Refuse a launch above the vCPUs of its family or the region's interfaces. Raises `ApiError`."""
    market = (launch.get("InstanceMarketOptions") or {}).get("MarketType")
    nics = max(1, len(launch.get("NetworkInterfaces") or []))
    if len(state.enis) + count * nics > value_of(_by_name("Network interfaces per Region")):
        raise ApiError("NetworkInterfaceLimitExceeded", "You have reached the maximum number of network interfaces.")
    if market == "capacity-block":
        return
    spot = market == "spot"
    for quota in (one for one in QUOTAS if one.counts(kind, spot=spot)):
        used = sum(_vcpus(type_) for type_ in _running(state, quota))
        asked = count * _vcpus(kind)
        if used + asked > value_of(quota):
            raise _too_many_vcpus(quota, used + asked)


def _too_many_vcpus(quota: Quota, total: int) -> ApiError:
    limit = f"your current vCPU limit of {value_of(quota):g} allows"
    if quota.spot:
        return ApiError("MaxSpotInstanceCountExceeded", f"You have requested {total} vCPUs, more than {limit}.")
    return ApiError("VcpuLimitExceeded", f"You have requested more vCPU capacity than {limit} ({quota.name}).")


def _running(state: Any, quota: Quota) -> Iterator[str]:
    for instance in state.all_instances():
        block = getattr(instance, "rackwright_market", None) == "capacity-block"
        spot = instance.lifecycle == "spot"
        if instance.state in RUNNING and not block and quota.counts(instance.instance_type, spot=spot):
            yield instance.instance_type


def _vcpus(kind: str) -> int:
    return int(INSTANCE_TYPES[kind]["VCpuInfo"]["DefaultVCpus"])


def create_vpc(call: Call) -> Reply:
    """One more than the region may have is refused."""
    if len(call.state().vpcs) >= value_of(_by_name("VPCs per Region")):
        raise ApiError("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
    return call.forward()


def allocate_address(call: Call) -> Reply:
    """One more than the region may have is refused."""
    if len(call.state().addresses) >= value_of(_by_name("EC2-VPC Elastic IPs")):
        raise ApiError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
    return call.forward()


def _described(call: Call, quota: Quota) -> dict[str, Any]:
    arn = f"arn:aws:servicequotas:{call.region}:{call.account}:{quota.service}/{quota.code}"
    return {
        "ServiceCode": quota.service,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "QuotaArn": arn,
        "Value": value_of(quota),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def get_quota(call: Call) -> Reply:
    """One figure."""
    service, code = call.params["ServiceCode"], call.params["QuotaCode"]
    quota = next((one for one in QUOTAS if (one.service, one.code) == (service, code)), None)
    if quota is None:
        raise ApiError("NoSuchResourceException", f"The request failed because the quota {code} is not known here.")
    return call.answer({"Quota": _described(call, quota)})


def list_quotas(call: Call) -> Reply:
    """Figures of a service."""
    found = [_described(call, one) for one in QUOTAS if one.service == call.params["ServiceCode"]]
    return call.answer({"Quotas": found})


BEHAVIOURS: Behaviours = {
    ("ec2", "AllocateAddress"): allocate_address,
    ("ec2", "CreateVpc"): create_vpc,
    ("servicequotas", "GetServiceQuota"): get_quota,
    ("servicequotas", "ListServiceQuotas"): list_quotas,
}
