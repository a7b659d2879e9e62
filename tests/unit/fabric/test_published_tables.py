"""Every row of the published DGX SuperPOD tables comes out of the one rule in rackwright.fabric.tree."""

import pytest

from rackwright.fabric import FabricRequest, design_fabric

RA = "https://docs.nvidia.com/dgx-superpod/reference-architecture"
"""All pages read 2026-11-21."""
H100 = RA + "-scalable-infrastructure-h100/latest/network-fabrics.html (Table 4)"
B200_FABRIC = RA + "-scalable-infrastructure-b200/latest/network-fabrics.html (Table 4)"
B200 = RA + "-scalable-infrastructure-b200/latest/dgx-superpod-architecture.html"
XDR = RA + "/scalable-infrastructure-b300-xdr/latest/dgx-superpod-architecture.html (Table 3)"
SPECTRUM = RA + "/scalable-infrastructure-b300/latest/dgx-superpod-architecture.html (Table 3)"

# source, system, switch, UFM ports, units, nodes, GPUs, leaves, spines, cores, node-leaf, leaf-spine, spine-core
ROWS = [
    (H100, "dgx-h100", "qm9700", 4, 1, 31, 248, 8, 4, 0, 252, 256, 0),
    (H100, "dgx-h100", "qm9700", 4, 2, 63, 504, 16, 8, 0, 508, 512, 0),
    (H100, "dgx-h100", "qm9700", 4, 3, 95, 760, 24, 16, 0, 764, 768, 0),
    (H100, "dgx-h100", "qm9700", 4, 4, 127, 1016, 32, 16, 0, 1020, 1024, 0),
    (B200_FABRIC, "dgx-b200", "qm9700", 4, 1, 31, 248, 8, 4, 0, 252, 256, 0),
    (B200_FABRIC, "dgx-b200", "qm9700", 4, 2, 63, 504, 16, 8, 0, 508, 512, 0),
    (B200_FABRIC, "dgx-b200", "qm9700", 4, 3, 95, 760, 24, 16, 0, 764, 768, 0),
    (B200_FABRIC, "dgx-b200", "qm9700", 4, 4, 127, 1016, 32, 16, 0, 1020, 1024, 0),
    (B200, "dgx-b200", "qm9700", 0, 2, 64, 512, 16, 8, 0, 512, 512, 0),
    (B200, "dgx-b200", "qm9700", 0, 4, 128, 1024, 32, 16, 0, 1024, 1024, 0),
    (B200, "dgx-b200", "qm9700", 0, 8, 256, 2048, 64, 32, 0, 2048, 2048, 0),
    (B200, "dgx-b200", "qm9700", 0, 16, 512, 4096, 128, 128, 64, 4096, 4096, 4096),
    (B200, "dgx-b200", "qm9700", 0, 32, 1024, 8192, 256, 256, 128, 8192, 8192, 8192),
    (B200, "dgx-b200", "qm9700", 0, 64, 2048, 16384, 512, 512, 256, 16384, 16384, 16384),
    (XDR, "dgx-b300", "q3400-ra", 0, 1, 72, 576, 8, 4, 0, 576, 576, 0),
    (XDR, "dgx-b300", "q3400-ra", 0, 2, 144, 1152, 16, 8, 0, 1152, 1152, 0),
    (XDR, "dgx-b300", "q3400-ra", 0, 4, 288, 2304, 32, 18, 0, 2304, 2304, 0),
    (XDR, "dgx-b300", "q3400-ra", 0, 8, 576, 4608, 64, 36, 0, 4608, 4608, 0),
    # The page prints 9216 GPUs in this row; 1,296 nodes of eight have 10,368, which its own cable count confirms.
    (XDR, "dgx-b300", "q3400-ra", 0, 18, 1296, 10368, 144, 72, 0, 10368, 10368, 0),
    (SPECTRUM, "dgx-b300", "sn5600", 0, 1, 64, 512, 16, 8, 0, 512, 512, 0),
    (SPECTRUM, "dgx-b300", "sn5600", 0, 2, 128, 1024, 32, 16, 0, 1024, 1024, 0),
    (SPECTRUM, "dgx-b300", "sn5600", 0, 4, 256, 2048, 64, 32, 0, 2048, 2048, 0),
    (SPECTRUM, "dgx-b300", "sn5600", 0, 8, 512, 4096, 128, 64, 0, 4096, 4096, 0),
    (SPECTRUM, "dgx-b300", "sn5600", 0, 16, 1024, 8192, 256, 128, 0, 8192, 8192, 0),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]}-{row[2]}-{row[4]}su-{row[5]}nodes")
def test_a_published_row_comes_out_of_the_rule(row):
    source, system, switch, ufm, units, nodes, gpus, leaves, spines, cores, node_leaf, leaf_spine, spine_core = row
    design = design_fabric(FabricRequest(system=system, switch=switch, nodes=nodes, ufm_ports=ufm))
    assert (design.units, design.gpus, design.leaves, design.spines, design.cores) == (
        units,
        gpus,
        leaves,
        spines,
        cores,
    ), source
    assert design.cables == {"node_leaf": node_leaf, "leaf_spine": leaf_spine, "spine_core": spine_core}, source
