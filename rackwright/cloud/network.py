"""The private bridge that the machines are on. There is no route and no NAT from it to anywhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from rackwright.cloud import program
from rackwright.cloud.settings import CloudSettings
from rackwright.diagnostics import InputError, StepFailed


@dataclass(frozen=True, slots=True)
class Route:
    """One IPv4 route of this machine."""

    network: IPv4Network
    device: str


def collision(wanted: IPv4Network, own_bridge: str, routes: tuple[Route, ...]) -> str | None:
    """Why `wanted` cannot be a bridge's network here: it overlaps a route that is not our own bridge's."""
    for route in routes:
        if route.device != own_bridge and route.network.prefixlen > 0 and route.network.overlaps(wanted):
            return f"{wanted} overlaps {route.network}, which this machine reaches through {route.device}"
    return None


def host_routes() -> tuple[Route, ...]:
    """IPv4 routes of this machine, the default route left out."""
    said = json.loads(
        program.run(["ip", "-json", "-4", "route", "show", "table", "all"], what="list the routes") or "[]"
    )
    networks = [(entry, str(entry.get("dst", "default"))) for entry in said if entry.get("type") in (None, "unicast")]
    return tuple(Route(IPv4Network(dst), str(entry.get("dev", "?"))) for entry, dst in networks if dst != "default")


def check_addresses(settings: CloudSettings) -> None:
    """Raises `InputError` when the stack's block is in use on this machine."""
    problem = collision(settings.network, settings.bridge, host_routes())
    if problem:
        raise InputError(
            problem,
            where="network.cidr",
            hint="choose another private block for the stack, or take down the local cloud or network that has it",
        )


def bridge_exists(settings: CloudSettings) -> bool:
    """Whether the cloud's bridge is there."""
    return settings.bridge in links()


def links() -> frozenset[str]:
    """Names of this machine's network interfaces."""
    return frozenset(
        str(link["ifname"]) for link in json.loads(program.run(["ip", "-json", "link"], what="list interfaces"))
    )


def bring_up_bridge(settings: CloudSettings) -> None:
    """Make the bridge with its address, or put an existing one right."""
    check_addresses(settings)
    if not bridge_exists(settings):
        program.run(["ip", "link", "add", settings.bridge, "type", "bridge"], what="make the machines' bridge")
    _drop_other_addresses(settings)
    steps = (
        ["address", "replace", str(settings.gateway), "dev", settings.bridge],
        ["link", "set", settings.bridge, "up"],
    )
    for step in steps:
        program.run(["ip", *step], what=f"set up the bridge {settings.bridge}")
    # Even where this machine forwards packets for others, nothing that comes in by this bridge goes any further.
    (Path("/proc/sys/net/ipv4/conf") / settings.bridge / "forwarding").write_text("0")


def take_down_bridge(settings: CloudSettings) -> bool:
    """Remove the bridge; False when there was none."""
    if not bridge_exists(settings):
        return False
    program.run(["ip", "link", "delete", settings.bridge], what=f"remove the bridge {settings.bridge}")
    return True


def remove_link(name: str) -> None:
    """Remove an interface that a killed machine left behind, if it is still there."""
    if name in links():
        try:
            program.run(["ip", "link", "delete", name], what=f"remove the interface {name}")
        except StepFailed:
            if name in links():  # the kernel may have removed it meanwhile
                raise


def _drop_other_addresses(settings: CloudSettings) -> None:
    shown = json.loads(
        program.run(["ip", "-json", "-4", "address", "show", "dev", settings.bridge], what="read addresses")
    )
    present = {f"{entry['local']}/{entry['prefixlen']}" for link in shown for entry in link.get("addr_info", [])}
    for address in sorted(present - {str(settings.gateway)}):
        program.run(["ip", "address", "delete", address, "dev", settings.bridge], what=f"remove the address {address}")
