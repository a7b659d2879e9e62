"""Variables of the scheduler roles."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.slurm import controller_variables, login_variables, node_variables
from rackwright.configure.slurm_power import power_variables
from rackwright.configure.variables.area import Area, Site, Variables


def _of_groups(site: Site) -> Mapping[str, Variables]:
    return {
        "slurm_controller": controller_variables(site.inventory, site.design, site.lock.software.get("slurm", "")),
        "slurm_node": node_variables(site.inventory, site.design),
        "slurm_power": power_variables(site.design),
        "slurm_login": login_variables(site.inventory),
    }


AREA = Area(frozenset({"munge", "slurm_controller", "slurm_login", "slurm_node", "slurm_power"}), _of_groups)
