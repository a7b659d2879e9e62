"""What became of each host, written down after every step, so that a cut upgrade goes on where it stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal, Self

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

Command = Literal["up", "upgrade", "rollback"]


class HostState(BaseModel):
    """One host."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage = Stage.WAITING
    error: str = ""
    """Why it failed, in one line; the stage in which it did is `failed_in`."""
    failed_in: Stage | None = None
    boot: str = ""
    """What told its boot from any other before the reboot; empty when none was asked for."""
    has: str = ""
    """What it was last proved with (`Journal.mark`); empty from the moment that something is changed on it."""
    kept: str = ""
    """Why somebody else had drained it before; such a host is not given back to Slurm."""
    changed: int = 0
    rebooted: bool = False
    seconds: float = 0.0


class Journal(BaseModel):
    """One upgrade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    """Digest of all that the hosts shall have: lock, design, playbooks."""
    hosts: dict[str, HostState]
    command: Command = "upgrade"
    lock: str = ""
    """Digest of the lock file alone."""

    @classmethod
    def begin(cls, target: str, hosts: Iterable[str], *, command: Command = "upgrade", lock: str = "") -> Self:
        """Nothing done yet."""
        return cls(target=target, hosts={host: HostState() for host in hosts}, command=command, lock=lock)

    def mark(self, machine: str) -> str:
        """What a host that is proved with the target has; `machine` tells it from a later one of its name."""
        return f"{self.target}@{machine}"

    def knowing(self, before: Self, machines: Mapping[str, str]) -> Self:
        """This journal with what `before` knows: hosts that have the target already, and nothing unfinished, are done.

        `machines` is host -> id of its machine.
        """
        known = {host: before.hosts[host] for host in self.hosts if host in before.hosts}
        return self.model_copy(
            update={
                "hosts": self.hosts
                | {
                    host: HostState(
                        has=state.has, stage=Stage.DONE if self._is_settled(state, machines[host]) else Stage.WAITING
                    )
                    for host, state in known.items()
                }
            }
        )

    def _is_settled(self, state: HostState, machine: str) -> bool:
        return state.has == self.mark(machine) and state.stage in {Stage.DONE, Stage.WAITING}

    def proved(self, machines: Mapping[str, str]) -> Self:
        """The journal with the mark of the target on every host that is done."""
        marked = {
            host: state.model_copy(update={"has": self.mark(machines.get(host, ""))})
            if state.stage is Stage.DONE
            else state
            for host, state in self.hosts.items()
        }
        return self.model_copy(update={"hosts": marked})

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
            host: HostState(boot=state.boot, has=state.has) if state.stage is Stage.FAILED else state
            for host, state in found.items()
        }
        return self.model_copy(update={"hosts": again})

    def in_stage(self, *stages: Stage) -> tuple[str, ...]:
        """Hosts in any of `stages`, in the journal's order."""
        return tuple(host for host, state in self.hosts.items() if state.stage in stages)

    @property
    def finished(self) -> bool:
        """Whether every host is done."""
        return all(state.stage is Stage.DONE for state in self.hosts.values())
