"""How many switches a rail-optimised fat tree needs, and which is wired to which: arithmetic only.

One rule makes every size. A leaf serves one rail of one scalable unit. Every switch has the same number of links to
each switch above it that it reaches at all, so that traffic spreads evenly; the tier above has the fewest switches for
which this holds. Two tiers while every leaf can reach every spine, three tiers beyond: then the leaves of one rail
share a group of spines (traffic of a rail stays below the cores) and cores join the groups.
For fat trees in general see Al-Fares, Loukissas, Vahdat, SIGCOMM 2008, section 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from rackwright.diagnostics import InputError


@dataclass(frozen=True, slots=True)
class Leaf:
    """Ports of a leaf: the first `slots` for nodes, the last `up` for spines, the rest unused."""

    radix: int
    slots: int
    up: int


@dataclass(frozen=True, slots=True)
class Cores:
    """Top tier of a three-tier tree."""

    sets: int
    """The spines of a group are dealt over the sets in runs of equal length."""
    per_set: int
    links: int
    """Between one spine and one core of its set."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One fabric at the size it may grow to: `units` scalable units of `rails` leaves each."""

    leaf: Leaf
    units: int
    rails: int
    block_units: int
    """Units whose leaves of one rail share a spine group (three tiers); all units in two tiers."""
    spines_per_group: int
    """0 where a single leaf is the whole fabric."""
    leaf_links: int
    """Links between one leaf and one spine of its group."""
    cores: Cores | None = None

    @property
    def tiers(self) -> int:
        """Tiers of switches: 1, 2 or 3."""
        return 1 + (self.spines_per_group > 0) + (self.cores is not None)

    @property
    def spine_up(self) -> int:
        """Links from one spine to cores: as many as its leaves may bring, so that nothing blocks above a leaf."""
        return self.leaf_links * self.block_units if self.cores else 0

    @property
    def core_count(self) -> int:
        """Core switches, all of them there from the first unit on."""
        return self.cores.sets * self.cores.per_set if self.cores else 0

    def group_count(self, units: int) -> int:
        """Spine groups in use with `units` units built."""
        if not self.spines_per_group:
            return 0
        return ceil(units / self.block_units) * self.rails if self.cores else 1

    def place(self, unit: int, rail: int) -> tuple[int, int]:
        """Spine group of a leaf, and the position of the leaf in that group."""
        if self.cores:
            return unit // self.block_units * self.rails + rail, unit % self.block_units
        return 0, unit * self.rails + rail


def plan_tree(leaf: Leaf, units: int, rails: int) -> Tree:
    """Smallest tree of two tiers, or of three where two cannot reach; a single leaf stands alone.

    Raises `InputError` beyond three tiers.
    """
    if units * rails == 1:
        return Tree(leaf, units, rails, block_units=1, spines_per_group=0, leaf_links=0)
    if spines := _evenly(units * rails, leaf.up, leaf.radix):
        return Tree(leaf, units, rails, units, spines, leaf.up // spines)
    return _three_tiers(leaf, units, rails)


def _evenly(lower: int, uplinks: int, ports: int) -> int | None:
    """Fewest switches of `ports` ports that take `uplinks` links from each of `lower` switches, all the same number."""
    return next((n for n in _divisors(uplinks) if lower * (uplinks // n) <= ports), None)


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]


def _three_tiers(leaf: Leaf, units: int, rails: int) -> Tree:
    half = leaf.radix // 2
    blocks = ceil(units / half)
    block_units = ceil(units / blocks)
    spines = _evenly(block_units, leaf.up, half)
    if spines is None or blocks * rails > leaf.radix:
        raise _too_large(leaf, units, rails)
    links = leaf.up // spines
    cores = _plan_cores(blocks * rails, spines, links * block_units, leaf.radix)
    return Tree(leaf, units, rails, block_units, spines, links, cores)


def _plan_cores(groups: int, spines: int, uplinks: int, radix: int) -> Cores:
    """Fewest cores; of equals the one with most cores in a set, where the loss of one core costs least."""
    options = [
        Cores(spines // run, per_set, uplinks // per_set)
        for run in _divisors(spines)
        for per_set in _divisors(uplinks)
        if groups * run * (uplinks // per_set) <= radix
    ]
    return min(options, key=lambda cores: (cores.sets * cores.per_set, -cores.per_set))


def _too_large(leaf: Leaf, units: int, rails: int) -> InputError:
    most = leaf.radix // rails * (leaf.radix // 2) * leaf.slots
    return InputError(
        f"{units * leaf.slots} nodes of {rails} rails do not fit three tiers of {leaf.radix}-port switches "
        f"(at most {most} nodes)",
        where="fabric.nodes",
        hint="take switches with more ports, or oversubscribe, or build a fabric of its own for each rail (rail_only)",
    )
