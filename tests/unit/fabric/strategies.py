"""Fabric requests that can be built; every drawn one is valid and small enough to spell out."""

from hypothesis import strategies as st

from rackwright.fabric import FabricRequest

TELLING = [31, 32, 33, 73, 100, 101, 127, 140, 160]
"""Sizes around full units and around the step to three tiers."""
SYSTEMS = ["dgx-1", "dgx-2", "dgx-a100", "dgx-h100", "dgx-b200", "dgx-b300", "gh200", "gb200-nvl72", "gb300-nvl72"]


@st.composite
def requests(draw, most_nodes=160, ratios=(1.0, 1.0, 1.5, 2.0, 3.0)):
    nodes = draw(st.integers(1, most_nodes) | st.sampled_from([n for n in TELLING if n <= most_nodes]))
    rail_only = draw(st.booleans())
    system = draw(st.sampled_from(SYSTEMS))
    switch = draw(st.sampled_from([None, "sn5600"])) if system == "dgx-b300" else None
    return FabricRequest(
        nodes=nodes,
        system=system,
        switch=switch,
        oversubscription=draw(st.sampled_from(ratios)),
        ufm_ports=0 if switch == "sn5600" else draw(st.integers(0, 4)),
        grow_to=draw(st.none() | st.integers(nodes, 2 * most_nodes)),
        rail_only=rail_only,
    )
