"""An instance that the AWS emulator says should run: the seam between the emulator and the machines behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WantedInstance:
    """One EC2 instance that is not terminated; nearly always pending or running (see `running`)."""

    id: str
    private_ip: str
    """The machine gets exactly this address on the private bridge."""
    name: str
    """Host name: the ``Name`` tag, or the private DNS name without its domain."""
    user_data: str = ""
    """Decoded; runs at first boot as a script when it starts with ``#!``."""
    ssh_public_keys: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    generation: int = 0
    """Counts RebootInstances calls and stop/start cycles."""
    image: str = ""
    """Name of its machine image, or its id; a baked one brings a layer of its own."""
    running: bool = True
    """False for a stopped instance: its machine is powered off and keeps its disk."""


ListInstances = Callable[[], Sequence[WantedInstance]]
"""What should run right now, oldest first."""
