"""Variables of the scheduler roles."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.slurm import controller_variables, node_variables
from rackwright.configure.variables.area import Area, Site, Variables


def _of_groups(site: Site) -> Mapping[str, Variables]:
    return {
        "slurm_controller": controller_variables(site.inventory, site.design),
        "slurm_node": node_variables(site.inventory),
    }


AREA = Area(frozenset({"munge", "slurm_controller", "slurm_node"}), _of_groups)
