"""What became of each host, written down after every step, so that a cut upgrade goes on where it stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Stage(StrEnum):
    """Where a host is. `UNDER_WAY` are those that a cut may leave behind."""

    WAITING = "waiting"
    DRAINING = "draining"
    APPLYING = "applying"
    REBOOTING = "rebooting"
    PROVING = "proving"
    RETURNING = "returning"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = frozenset({Stage.DRAINING, Stage.APPLYING, Stage.REBOOTING, Stage.PROVING, Stage.RETURNING})


class HostState(BaseModel):
    """One host."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage = Stage.WAITING
    error: str = ""
    """Why it failed, in one line; the stage in which it did is `failed_in`."""
    failed_in: Stage | None = None
    boot: str = ""
    """What told its boot from any other before the reboot; empty when none was asked for."""
    changed: int = 0
    rebooted: bool = False
    seconds: float = 0.0


class Journal(BaseModel):
    """One upgrade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    """Digest of the lock that the hosts shall have."""
    hosts: dict[str, HostState]

    @classmethod
    def begin(cls, target: str, hosts: Iterable[str]) -> Self:
        """Nothing done yet."""
        return cls(target=target, hosts={host: HostState() for host in hosts})

    def with_host(self, name: str, **changes: object) -> Self:
        """The journal after a step of one host."""
        state = self.hosts[name].model_copy(update=changes)
        return self.model_copy(update={"hosts": {**self.hosts, name: state}})

    def resumed(self, target: str, hosts: Iterable[str]) -> Self:
        """The journal for another run: the same target goes on, with failed hosts to be tried again.

        Another target begins anew. Hosts that came or went meanwhile are taken in or dropped.
        """
        if target != self.target:
            return type(self).begin(target, hosts)
        found = {host: self.hosts.get(host, HostState()) for host in hosts}
        again = {
            host: HostState(boot=state.boot) if state.stage is Stage.FAILED else state for host, state in found.items()
        }
        return type(self)(target=target, hosts=again)

    def in_stage(self, *stages: Stage) -> tuple[str, ...]:
        """Hosts in any of `stages`, in the journal's order."""
        return tuple(host for host, state in self.hosts.items() if state.stage in stages)

    @property
    def finished(self) -> bool:
        """Whether every host is done."""
        return all(state.stage is Stage.DONE for state in self.hosts.values())
