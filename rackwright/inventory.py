"""Hosts: the one contract between provisioning (`infra/`) and configuration (`playbooks/`).

A stack exports an `Inventory`; ansible-runner, acceptance and the host audit read it. Nothing else passes between them.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, IPvAnyAddress, JsonValue


class Host(BaseModel):
    """One machine that configuration can reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """Host name, unique in the cluster; also the Slurm node name."""
    address: IPvAnyAddress
    pool: str
    """Pool of the spec that the host belongs to."""
    roles: frozenset[str]
    """Ansible groups the host is in; a group is named after the role it runs."""
    instance_id: str | None = None
    vars: dict[str, JsonValue] = {}


class Inventory(BaseModel):
    """Every host of a cluster and the variables that they share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster: str
    hosts: tuple[Host, ...] = ()
    vars: dict[str, JsonValue] = {}

    def as_ansible(self) -> dict[str, object]:
        """Group -> hosts in Ansible's YAML inventory form, sorted so that differences stay small."""
        groups = sorted({role for host in self.hosts for role in host.roles})
        children: dict[str, object] = {
            group: {"hosts": {host.name: {} for host in self._sorted() if group in host.roles}} for group in groups
        }
        hosts = {host.name: {"ansible_host": str(host.address), **host.vars} for host in self._sorted()}
        return {"all": {"hosts": hosts, "vars": dict(sorted(self.vars.items())), "children": children}}

    def in_role(self, role: str) -> tuple[Host, ...]:
        """Hosts that run `role`, by name."""
        return tuple(host for host in self._sorted() if role in host.roles)

    def _sorted(self) -> list[Host]:
        return sorted(self.hosts, key=lambda host: host.name)
