"""Who is next, or why it stops here. Pure.

A failed host stays drained, so it takes a place of those that may be away: when a squad's places are all taken by
failed hosts, the circuit breaker is open and nobody else is touched. A canary that fails opens it at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.upgrade.fleet import Fleet, Squad
from rackwright.upgrade.journal import UNDER_WAY, Journal, Stage


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do next; neither hosts nor a reason to stop means that all is done."""

    hosts: tuple[str, ...] = ()
    """Hosts to change now, together."""
    canary: bool = False
    stop: str = ""
    """Why the breaker is open."""


def next_batch(fleet: Fleet, journal: Journal) -> Decision:
    """The next hosts. Those that a cut left under way come first, squad by squad; then a canary; then batches."""
    for squad in fleet.squads:
        if left := _in(squad, journal, *UNDER_WAY):
            return _within(squad, left, journal)
    failed = journal.in_stage(Stage.FAILED)
    if not journal.in_stage(Stage.DONE):
        if failed:
            return Decision(stop=f"the canary {failed[0]} failed; no other host was touched")
        return Decision(hosts=(fleet.canary,), canary=True) if fleet.canary else Decision()
    for squad in fleet.squads:
        if waiting := _in(squad, journal, Stage.WAITING):
            return _within(squad, waiting, journal)
    return Decision()


def _within(squad: Squad, hosts: tuple[str, ...], journal: Journal) -> Decision:
    """As many of `hosts` as may be away beside those that failed."""
    failed = len(_in(squad, journal, Stage.FAILED))
    room = squad.allowed - failed
    if room <= 0:
        untouched = len(_in(squad, journal, Stage.WAITING))
        return Decision(
            stop=f"{failed} of {len(squad.hosts)} hosts of pool {squad.pool} failed, {squad.allowed} may be away; "
            f"{untouched} were not touched"
        )
    return Decision(hosts=hosts[:room])


def _in(squad: Squad, journal: Journal, *stages: Stage) -> tuple[str, ...]:
    there = set(journal.in_stage(*stages))
    return tuple(host for host in squad.hosts if host in there)
