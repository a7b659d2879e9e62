"""The environment of jobs: variables that switch the fabric off or harm it."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View


@rule("RW-EFA-020")
def fork_variables_are_absent(view: View) -> Iterator[Fault]:
    """Jobs are not given RDMAV_FORK_SAFE or RDMAV_HUGEPAGES_SAFE.

    They were for old kernels; with current libraries they slow registration down or break huge pages.

    Source: https://github.com/aws-samples/awsome-distributed-training/blob/main/1.architectures/efa-cheatsheet.md
    """
    for name, pool in view.spec.pools.items():
        for key in pool.environment:
            if key.startswith("RDMAV_"):
                yield Fault(("pools", name, "environment", key), f"{key} harms current EFA libraries", "remove it")


@rule("RW-EFA-021", Severity.WARNING)
def provider_is_not_pinned(view: View) -> Iterator[Fault]:
    """Jobs do not pin FI_PROVIDER or NCCL_PROTO.

    Both were work-arounds for the plug-in before 1.7; now they switch its own tuning off.

    Source: https://github.com/aws-samples/awsome-distributed-training/blob/main/1.architectures/efa-cheatsheet.md
    """
    for name, pool in view.spec.pools.items():
        for key in ("FI_PROVIDER", "NCCL_PROTO"):
            if key in pool.environment:
                yield Fault(
                    ("pools", name, "environment", key), f"{key} switches the plug-in's tuning off", "remove it"
                )


@rule("RW-EFA-022")
def socket_interface_exists(view: View) -> Iterator[Fault]:
    """NCCL_SOCKET_IFNAME does not choose interfaces that carry no IP.

    NCCL's bootstrap needs one interface with an address; `efa…` and `rdmap…` devices have none.

    Source: https://github.com/aws/aws-ofi-nccl/issues/67;
    https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html#nccl-socket-ifname
    """
    for name, pool in view.spec.pools.items():
        value = pool.environment.get("NCCL_SOCKET_IFNAME", "")
        if value.lstrip("=").startswith(("efa", "rdmap", "ib")):
            where = ("pools", name, "environment", "NCCL_SOCKET_IFNAME")
            yield Fault(where, f"'{value}' carries no IP address", "use '^lo,docker0', or leave it out")


@rule("RW-EFA-023")
def fabric_is_not_switched_off(view: View) -> Iterator[Fault]:
    """The environment of jobs does not switch the fabric off.

    NCCL_NET=Socket, NCCL_IB_DISABLE=1 on InfiniBand or FI_EFA_USE_DEVICE_RDMA=0 turn a 3,200 Gbps node into TCP.

    Source: https://github.com/skypilot-org/skypilot/issues/10055;
    https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html
    """
    off = {"NCCL_NET": "Socket", "FI_EFA_USE_DEVICE_RDMA": "0", "NCCL_IB_DISABLE": "1", "NCCL_P2P_DISABLE": "1"}
    for name, pool in view.spec.pools.items():
        for key, value in off.items():
            if pool.environment.get(key) == value:
                where = ("pools", name, "environment", key)
                yield Fault(where, f"{key}={value} switches the fast path off", "remove it")
