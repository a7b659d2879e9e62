"""The fabric design: figures of a whole fabric in constant space; `rackwright.fabric.wiring` spells its links out."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from rackwright.diagnostics import InputError
from rackwright.fabric.request import FabricRequest, Facts, resolve
from rackwright.fabric.tree import Leaf, Tree, plan_tree


@dataclass(frozen=True, slots=True)
class FabricDesign:
    """A complete fabric; equal trees stand side by side where ports are split over planes or rails kept apart."""

    facts: Facts
    tree: Tree
    units: int
    """Scalable units built now; the tree may be planned for more."""
    reserved: int
    """Node slots of the first unit given to UFM ports."""

    @property
    def nodes(self) -> int:
        """Nodes on the fabric."""
        return self.facts.request.nodes

    @property
    def rails(self) -> int:
        """Fabric ports of one node."""
        return self.facts.rails

    @property
    def planes(self) -> int:
        """Fabrics that one adapter port is split over."""
        return self.facts.planes

    @property
    def copies(self) -> int:
        """Trees that stand side by side and share no switch."""
        return self.planes * (self.rails if self.facts.request.rail_only else 1)

    @property
    def gpus(self) -> int | None:
        """GPUs on the fabric; None where the system is not known."""
        return self.nodes * self.facts.system.gpus if self.facts.system else None

    @property
    def tiers(self) -> int:
        """Tiers of switches."""
        return self.tree.tiers

    @property
    def leaves(self) -> int:
        """Leaf switches."""
        return self.copies * self.units * self.tree.rails

    @property
    def groups(self) -> int:
        """Spine groups of one tree."""
        return self.tree.group_count(self.units)

    @property
    def spines(self) -> int:
        """Spine switches."""
        return self.copies * self.groups * self.tree.spines_per_group

    @property
    def cores(self) -> int:
        """Core switches."""
        return self.copies * self.tree.core_count

    @property
    def switches(self) -> int:
        """Switches of all tiers."""
        return self.leaves + self.spines + self.cores

    @property
    def endpoints(self) -> int:
        """Adapter ports on the fabric, UFM ports included; a port split over planes counts once."""
        return self.nodes * self.rails + self.facts.request.ufm_ports

    @property
    def links(self) -> dict[str, int]:
        """Links (port to port) by tier."""
        up = self.tree.leaf.up if self.tree.spines_per_group else 0
        return {
            "node_leaf": self.endpoints * self.planes,
            "leaf_spine": self.leaves * up,
            "spine_core": self.spines * self.tree.spine_up,
        }

    @property
    def cables(self) -> dict[str, int]:
        """Cables by tier, as one buys them: a cable may carry several links (`Switch.links_per_cable`)."""
        share = self.facts.switch.links_per_cable
        up = ceil(self.tree.leaf.up / share) if self.tree.spines_per_group else 0
        return {
            "node_leaf": self.endpoints,
            "leaf_spine": self.leaves * up,
            "spine_core": self.spines * ceil(self.tree.spine_up / share),
        }

    @property
    def oversubscription(self) -> float:
        """Node ports for one uplink at a full leaf; 1 or less does not block."""
        return self.tree.leaf.slots / self.tree.leaf.up

    @property
    def bisection_tbps(self) -> float:
        """Bandwidth between any two halves of the nodes in the worst case, one direction, in Tb/s."""
        carried = self.links["node_leaf"] - self.facts.request.ufm_ports * self.planes
        if self.tree.spines_per_group:
            carried = min(carried, self.links["leaf_spine"])
        return carried * self.link_gbps / 2 / 1000

    @property
    def link_gbps(self) -> float:
        """Speed of one link: the slower of switch port and adapter port."""
        machine = self.facts.system
        return min(
            self.facts.switch.port_gbps, machine.compute.gbps / self.planes if machine else self.facts.switch.port_gbps
        )


def design_fabric(request: FabricRequest) -> FabricDesign:
    """Smallest fabric that serves `request`, by the rule of `rackwright.fabric.tree`.

    Units are built whole (leaves with all their uplinks) even if the last one has fewer nodes, as the published
    reference architectures ask: traffic then behaves the same everywhere, and the unit can be filled later.
    Raises `InputError` with every mistake, or when three tiers cannot carry that many nodes.
    """
    facts = resolve(request)
    leaf = _leaf(facts)
    reserved = ceil(request.ufm_ports / facts.rails)
    if reserved > leaf.slots:
        raise InputError(
            f"{request.ufm_ports} UFM ports take {reserved} node slots, the first unit has {leaf.slots}",
            where="fabric.ufm_ports",
        )
    rails = 1 if request.rail_only else facts.rails
    final = ceil((facts.grow_to + reserved) / leaf.slots)
    return FabricDesign(facts, plan_tree(leaf, final, rails), ceil((request.nodes + reserved) / leaf.slots), reserved)


def _leaf(facts: Facts) -> Leaf:
    """Divide a leaf's ports: nodes get as many as the oversubscription allows, in whole racks where sold so."""
    ratio, radix = facts.request.oversubscription, facts.switch.radix
    most = radix - ceil(radix / (1 + ratio))
    slots = min(facts.request.unit_nodes or _whole_racks(most, facts), most)
    if slots < 1:
        raise InputError(
            f"a switch of {radix} ports leaves none for nodes", where="fabric.switch", hint="take a larger switch"
        )
    return Leaf(radix, slots, ceil(slots / ratio))


def _whole_racks(most: int, facts: Facts) -> int:
    chassis = facts.system.chassis if facts.system else None
    if chassis is None or most < chassis.nodes:
        return most
    return most // chassis.nodes * chassis.nodes
