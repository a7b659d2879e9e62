"""How long things take to come, to change and to go: AWS's times, scaled down, or no time at all.

A `Kind` names the states of a sort of thing and what they typically take on AWS. A thing that a behaviour calls
`begin`, `change` or `end` on then says its state by `state_of`; nothing sleeps and nothing ticks, a state is worked out
from the clock when somebody looks. The scale is 0 unless the fault plan says otherwise (``time_scale: 0.001`` makes
fifteen minutes 0.9 s), so that tests and rehearsals do not wait for what they do not look at.

What is on its way when the emulator is restarted has arrived afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Phase = Literal["create", "change", "delete"]

_KEPT = "rackwright_life"
"""Attribute that holds a thing's `_Life`; it goes into the snapshot with the thing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of thing: its states in the API's words, and the seconds that each change typically takes on AWS."""

    creating: str
    ready: str
    deleting: str
    changing: str = ""
    """Empty where a change leaves the thing `ready`."""
    create_s: float = 0.0
    change_s: float = 0.0
    delete_s: float = 0.0

    def word(self, phase: Phase) -> str:
        """The state while `phase` lasts."""
        return {"create": self.creating, "change": self.changing or self.ready, "delete": self.deleting}[phase]

    def lasts(self, phase: Phase) -> float:
        """Seconds of `phase` on AWS."""
        return {"create": self.create_s, "change": self.change_s, "delete": self.delete_s}[phase]


FILE_SYSTEM = Kind("CREATING", "AVAILABLE", "DELETING", "UPDATING", create_s=600, change_s=300, delete_s=300)
"""FSx. Source: Amazon FSx API Reference, "FileSystem", `Lifecycle`; times are ours, from use."""
EFS = Kind("creating", "available", "deleting", "updating", create_s=10, change_s=5, delete_s=10)
"""EFS file systems, mount targets and access points. Source: Amazon EFS API Reference, `LifeCycleState`."""
EKS_CLUSTER = Kind("CREATING", "ACTIVE", "DELETING", "UPDATING", create_s=600, change_s=600, delete_s=300)
"""Source: Amazon EKS API Reference, "Cluster", `status`; User Guide, "Create an Amazon EKS cluster"."""
EKS_NODE_GROUP = Kind("CREATING", "ACTIVE", "DELETING", "UPDATING", create_s=180, change_s=600, delete_s=300)
"""Source: Amazon EKS API Reference, "Nodegroup", `status`."""
EKS_ADDON = Kind("CREATING", "ACTIVE", "DELETING", "UPDATING", create_s=60, change_s=60, delete_s=30)
"""Source: Amazon EKS API Reference, "Addon", `status`."""
NAT_GATEWAY = Kind("pending", "available", "deleting", create_s=120, delete_s=60)
"""Source: Amazon EC2 API Reference, "NatGateway", `state`."""
VPN_CONNECTION = Kind("pending", "available", "deleting", create_s=300, delete_s=120)
"""Source: Amazon EC2 API Reference, "VpnConnection", `state`."""
TRANSIT_ATTACHMENT = Kind("pending", "available", "deleting", "modifying", create_s=90, change_s=60, delete_s=90)
"""Source: Amazon EC2 API Reference, "TransitGatewayVpcAttachment", `State`."""
ENDPOINT = Kind("pending", "available", "deleting", create_s=90, change_s=30, delete_s=60)
"""VPC endpoints. Source: Amazon EC2 API Reference, "VpcEndpoint", `state`."""


@dataclass(slots=True)
class Pace:
    """How fast the emulator's time goes by."""

    scale: float = 0.0
    """Seconds here for each second on AWS; 0 means that everything happens at once."""
    clock: Callable[[], float] = time.time
    """Seconds of any clock that survives a restart; a test puts its own here."""


pace = Pace()
"""The one pace of this process; the fault plan sets its scale."""


@dataclass(slots=True)
class _Life:
    kind: Kind
    phase: Phase
    over_at: float = field(default=0.0)


def begin(thing: Any, kind: Kind) -> None:
    """`thing` has just been created."""
    _enter(thing, kind, "create")


def change(thing: Any, kind: Kind) -> None:
    """`thing` has just been asked to change."""
    _enter(thing, kind, "change")


def end(thing: Any, kind: Kind) -> bool:
    """`thing` has just been asked to go. Returns whether it is gone at once; if not, `over` lists it later."""
    _enter(thing, kind, "delete")
    return has_gone(thing)


def _enter(thing: Any, kind: Kind, phase: Phase) -> None:
    vars(thing)[_KEPT] = _Life(kind, phase, pace.clock() + kind.lasts(phase) * pace.scale)


def _life(thing: Any) -> _Life | None:
    found: _Life | None = vars(thing).get(_KEPT)
    return found


def state_of(thing: Any, kind: Kind) -> str:
    """The thing's state now, in the API's words; `kind.ready` for one whose life nobody began."""
    life = _life(thing)
    if life is None or (life.phase != "delete" and _over(life)):
        return kind.ready
    return kind.word(life.phase)


def is_busy(thing: Any) -> bool:
    """Whether a creation, a change or a deletion is under way."""
    life = _life(thing)
    return life is not None and not _over(life)


def has_gone(thing: Any) -> bool:
    """Whether a deletion has come to its end, so that the behaviour must remove the thing."""
    life = _life(thing)
    return life is not None and life.phase == "delete" and _over(life)


def over(things: Mapping[str, Any]) -> list[str]:
    """Keys of the things whose deletion has come to its end: sweep them before answering anything about them."""
    return [key for key, thing in things.items() if has_gone(thing)]


def _over(life: _Life) -> bool:
    return pace.scale == 0 or pace.clock() >= life.over_at


@contextmanager
def at_once() -> Iterator[None]:
    """Everything inside happens at once: a replay must not wait for what the first run waited for."""
    scale, pace.scale = pace.scale, 0.0
    try:
        yield
    finally:
        pace.scale = scale
