"""A fabric as ``ibnetdiscover`` found it, and what in it differs from the design."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rackwright.diagnostics import InputError
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import Link, Port, devices, links

_DEVICE = re.compile(r'(Ca|Switch|Rt)\s+(\d+)\s+"([^"]+)"\s*#\s*"([^"]*)"')
_LINK = re.compile(r'\[(\d+)\](?:\((?:0x)?([0-9a-fA-F]+)\))?\s+"([^"]+)"\[(\d+)\].*?(\d+x\w+)?\s*$')
_MANAGED = re.compile(r"[A-Z]+\d+;([^:;]+):")
"""A managed switch describes itself as ``MF0;<name>:<model>/U1``."""


class Wrong(StrEnum):
    """How a fabric differs from its design."""

    MISSING_DEVICE = "missing-device"
    UNKNOWN_DEVICE = "unknown-device"
    MISSING_CABLE = "missing-cable"
    WRONG_CABLE = "wrong-cable"
    EXTRA_CABLE = "extra-cable"
    SLOW_LINK = "slow-link"


@dataclass(frozen=True, slots=True)
class FabricFinding:
    """One difference, with both ends of the cable named."""

    kind: Wrong
    at: str
    """Port or device where a person should look."""
    expected: str
    found: str
    cable: str = ""
    """Label on the cable, where one is concerned."""

    def __str__(self) -> str:
        """One line that names both ends."""
        label = f"cable {self.cable}: " if self.cable else ""
        return f"{self.kind}: {label}{self.at} should have {self.expected}, has {self.found}"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What is there: devices by name, and for each connected port the other end."""

    devices: frozenset[str]
    peers: dict[Port, Port]
    speeds: dict[Port, str]
    guids: dict[str, int]
    """Port GUID of each adapter (port 1) by description, where the text states it."""


def read_ibnetdiscover(text: str) -> Discovered:
    """Parse the output of ``ibnetdiscover``; `InputError` when it has no device at all."""
    names = {match[3]: _plain(match[4]) or match[3] for match in map(_DEVICE.match, text.splitlines()) if match}
    if not names:
        raise InputError(
            "this is not the output of ibnetdiscover: it names no switch and no adapter", where="discovered"
        )
    found = Discovered(frozenset(names.values()), {}, {}, {})
    here = ""
    for line in text.splitlines():
        if head := _DEVICE.match(line):
            here = names[head[3]]
        elif (wire := _LINK.match(line)) and wire[3] in names:
            port = Port(here, int(wire[1]))
            found.peers[port] = Port(names[wire[3]], int(wire[4]))
            found.speeds[port] = wire[5] or ""
            if wire[2] and wire[1] == "1":
                found.guids[here] = int(wire[2], 16)
    return found


def _plain(description: str) -> str:
    managed = _MANAGED.match(description)
    return managed[1] if managed else description.strip()


def port_guids(text: str) -> dict[str, int]:
    """Port GUIDs of the adapters of a discovered fabric by description, for `partitions_conf`."""
    return read_ibnetdiscover(text).guids


def compare(design: FabricDesign, discovered: str, *, subnet: int = 0, speeds: bool = False) -> list[FabricFinding]:
    """Differences between the design and the ``ibnetdiscover`` text of one subnet; none means built as designed.

    A device that is missing altogether is one finding, not one for each of its cables. With `speeds`, links that run
    slower or narrower than the switch's are findings too. Adapters are known by description (``node0001 mlx5_0``).
    """
    there = read_ibnetdiscover(discovered)
    expected = {device.name for device in devices(design, subnet)}
    wires = list(links(design, subnet))
    findings = [*_device_findings(expected, there), *_cable_findings(wires, there), *_extra_findings(wires, there)]
    return [*findings, *(_slow_findings(wires, there, design.facts.switch.link) if speeds else ())]


def _device_findings(expected: set[str], there: Discovered) -> Iterator[FabricFinding]:
    for name in sorted(expected - there.devices):
        yield FabricFinding(Wrong.MISSING_DEVICE, name, "a device in this place", "none")
    for name in sorted(there.devices - expected):
        yield FabricFinding(Wrong.UNKNOWN_DEVICE, name, "no device of this name", "one")


def _cable_findings(wires: list[Link], there: Discovered) -> Iterator[FabricFinding]:
    for wire in wires:
        if wire.lower.device not in there.devices or wire.upper.device not in there.devices:
            continue
        below, above = there.peers.get(wire.upper), there.peers.get(wire.lower)
        if below is None and above is None:
            yield FabricFinding(Wrong.MISSING_CABLE, str(wire.upper), str(wire.lower), "no link", wire.cable)
        elif above is not None and above != wire.upper:
            yield FabricFinding(Wrong.WRONG_CABLE, str(wire.lower), str(wire.upper), str(above), wire.cable)
        elif below != wire.lower:
            yield FabricFinding(Wrong.WRONG_CABLE, str(wire.upper), str(wire.lower), str(below), wire.cable)


def _extra_findings(wires: list[Link], there: Discovered) -> Iterator[FabricFinding]:
    """Links between two ports that both should be empty; each is named once."""
    known = {port for wire in wires for port in (wire.lower, wire.upper)}
    for port, peer in sorted(there.peers.items()):
        if port not in known and peer not in known and port < peer:
            yield FabricFinding(Wrong.EXTRA_CABLE, str(port), "no link", str(peer))


def _slow_findings(wires: list[Link], there: Discovered, speed: str) -> Iterator[FabricFinding]:
    for wire in wires:
        actual = there.speeds.get(wire.upper, "")
        if actual and actual != speed:
            yield FabricFinding(Wrong.SLOW_LINK, str(wire.upper), speed, actual, wire.cable)
