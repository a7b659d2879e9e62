"""What it takes to get from one size of a fabric to another."""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import links


@dataclass(frozen=True, slots=True)
class Growth:
    """Work of a change, in links and switches."""

    kept: int
    added: int
    moved: tuple[str, ...]
    """Labels of cables that exist and must be plugged in elsewhere, or taken out."""
    switches_added: int

    @property
    def moves_nothing(self) -> bool:
        """Whether every cable that exists stays as it is."""
        return not self.moved


def growth(before: FabricDesign, after: FabricDesign) -> Growth:
    """Compare two designs link by link; design both with the same `grow_to` and nothing moves."""
    old, new = set(links(before)), set(links(after))
    moved = tuple(sorted({link.cable for link in old - new}))
    return Growth(len(old & new), len(new - old), moved, after.switches - before.switches)
