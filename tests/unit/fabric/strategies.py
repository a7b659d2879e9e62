"""Fabric requests that can be built; every drawn one is valid and small enough to spell out."""

from hypothesis import strategies as st

from rackwright.fabric import FabricRequest

TELLING = [31, 32, 33, 73, 100, 101, 127, 140, 160]
"""Sizes around full units and around the step to three tiers."""
INFINIBAND = ["dgx-1", "dgx-2", "dgx-a100", "dgx-h100", "dgx-b200", "dgx-b300", "gh200", "gb200-nvl72", "gb300-nvl72"]
ETHERNET = ["dgx-h100", "dgx-b300", "gb300-nvl72"]
"""On SN5600; the last two are split over two planes."""


@st.composite
def requests(draw, most_nodes=160, ratios=(1.0, 1.0, 1.5, 2.0, 3.0)):
    nodes = draw(st.integers(1, most_nodes) | st.sampled_from([n for n in TELLING if n <= most_nodes]))
    ethernet = draw(st.sampled_from([False, False, True]))
    return FabricRequest(
        nodes=nodes,
        system=draw(st.sampled_from(ETHERNET if ethernet else INFINIBAND)),
        switch="sn5600" if ethernet else None,
        oversubscription=draw(st.sampled_from(ratios)),
        ufm_ports=0 if ethernet else draw(st.integers(0, 4)),
        grow_to=draw(st.none() | st.integers(nodes, 2 * most_nodes)),
        rail_only=draw(st.booleans()),
    )
