"""What a healthy cluster must reach in acceptance: NCCL bandwidth by machine, number of nodes and message size.

Where nothing was measured and no pass line is published there is no floor, and the check is "not evaluated".
"""

from __future__ import annotations

import functools
from typing import Annotated

from pydantic import BeforeValidator, Field, PositiveInt

from rackwright.catalog.model import Record
from rackwright.catalog.software import Origin, read_origins, read_yaml, with_origins

_GIB = 1024**3


def _bytes(raw: object) -> object:
    """``16 GiB`` as a number of bytes."""
    number, _, unit = str(raw).partition(" ")
    if unit != "GiB" or not number.isdigit():
        raise ValueError(f"{raw!r} is no message size: write it as '<whole number> GiB'")
    return int(number) * _GIB


MessageSize = Annotated[int, BeforeValidator(_bytes)]
"""In bytes; written as ``16 GiB``."""


class NodeRange(Record):
    """From so many nodes to so many."""

    first: PositiveInt = Field(alias="from")
    last: PositiveInt | None = Field(default=None, alias="to")
    """None: any larger number."""

    def has(self, nodes: int) -> bool:
        """Whether `nodes` is inside."""
        return self.first <= nodes and (self.last is None or nodes <= self.last)


class Measurement(Record):
    """What someone reached on healthy machines."""

    nodes: PositiveInt
    message: MessageSize
    busbw_gbs: float
    origin: Origin


class Floor(Record):
    """Least bus bandwidth of all_reduce that is accepted."""

    machines: tuple[str, ...]
    nodes: NodeRange
    message: MessageSize
    """Smallest message that it applies to."""
    busbw_gbs: float
    """GB/s (10^9 byte), as nccl-tests prints it."""
    derived: bool = False
    """Worked out from a measurement or the line rate, not a published pass line."""
    why: str
    origin: Origin
    measured: tuple[Measurement, ...] = ()

    def applies(self, machine: str, nodes: int, message_bytes: int) -> bool:
        """Whether it says something about a run."""
        return machine in self.machines and self.nodes.has(nodes) and message_bytes >= self.message


@functools.cache
def load_acceptance_floors() -> tuple[Floor, ...]:
    """Floors that ship with the program; read once."""
    document = read_yaml("floors")
    items = with_origins(document["floors"], read_origins(document))
    return tuple(Floor.model_validate(item) for item in items)


def floor(machine: str, nodes: int, message_bytes: int) -> Floor | None:
    """Floor for all_reduce over `nodes` nodes of `machine` with messages of `message_bytes`.

    Of several the one for the largest message that is not larger; None ("not evaluated") where there is none.
    """
    fitting = [item for item in load_acceptance_floors() if item.applies(machine, nodes, message_bytes)]
    return max(fitting, key=lambda item: item.message, default=None)
