"""The design in the form that ``ibnetdiscover`` prints, which the subnet simulator reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rackwright.diagnostics import InputError
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import Device, Link, Port, devices, links

VENDOR = 0x2C9
ADAPTER_MODEL = 0x1021
"""PCI device id of ConnectX-7."""
SWITCH_MODEL = 0xD2F2
"""Device id of Quantum-2."""


def ibnet_file(design: FabricDesign, subnet: int = 0, wires: Iterable[Link] | None = None) -> str:
    """Topology of one subnet as ibnetdiscover would print it; `wires` stands in for the designed links.

    Raises `InputError` for an Ethernet fabric, which has no subnet manager.
    """
    require_infiniband(design)
    peers = _peers(links(design, subnet) if wires is None else wires)
    known = {device.name: device for device in devices(design, subnet)}
    blocks = (_block(device, peers[device.name], known, design.facts.switch.link) for device in known.values())
    return "\n".join(blocks)


def require_infiniband(design: FabricDesign) -> None:
    """Raise `InputError` unless the fabric is InfiniBand."""
    switch = design.facts.switch
    if switch.protocol != "infiniband":
        raise InputError(
            f"{switch.name} is an Ethernet switch: there is no subnet manager and there are no partition keys",
            where="fabric.switch",
            hint="take an InfiniBand switch (qm9700, q3400-ra), or separate tenants by VRF on the switches",
        )


def _peers(wires: Iterable[Link]) -> dict[str, dict[int, Port]]:
    """Device -> own port -> port at the other end."""
    peers: dict[str, dict[int, Port]] = defaultdict(dict)
    for wire in wires:
        peers[wire.lower.device][wire.lower.number] = wire.upper
        peers[wire.upper.device][wire.upper.number] = wire.lower
    return peers


def node_id(device: Device) -> str:
    """What ibnetdiscover calls a device: ``S-<guid>`` or ``H-<guid>``."""
    return f"{'S' if device.is_switch else 'H'}-{device.guid:016x}"


def _block(device: Device, peers: dict[int, Port], known: dict[str, Device], speed: str) -> str:
    return "".join(f"{line}\n" for line in (*_head(device), *_ports(device, peers, known, speed)))


def _head(device: Device) -> Iterator[str]:
    kind, model = ("switch", SWITCH_MODEL) if device.is_switch else ("ca", ADAPTER_MODEL)
    yield f"vendid={VENDOR:#x}"
    yield f"devid={model:#x}"
    yield f"sysimgguid={device.guid:#x}"
    yield f"{kind}guid={device.guid:#x}"
    if device.is_switch:
        yield f'Switch\t{device.ports} "{node_id(device)}"\t\t# "{device.name}" enhanced port 0 lid 0 lmc 0'
    else:
        yield f'Ca\t{device.ports} "{node_id(device)}"\t\t# "{device.name}"'


def _ports(device: Device, peers: dict[int, Port], known: dict[str, Device], speed: str) -> Iterator[str]:
    for number, peer in sorted(peers.items()):
        other = known[peer.device]
        lid = "lid 0" if device.is_switch else f'lid 0 lmc 0 "{other.name}" lid 0'
        name = f'"{other.name}" ' if device.is_switch else ""
        yield f'[{number}]\t"{node_id(other)}"[{peer.number}] \t\t# {name}{lid} {speed}'
