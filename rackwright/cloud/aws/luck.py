"""Faults that strike launches which a service makes by itself, and that strike them again in a replay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rackwright.cloud.aws.call import ApiError
from rackwright.cloud.aws.faults import Fault, FaultPlan


class Luck:
    """What strikes the launches that a service makes by itself while one call is answered, kept for a replay."""

    def __init__(self, plan: FaultPlan | None, struck: Sequence[str] = ()) -> None:
        self._plan, self._given, self.struck = plan, list(struck), [*struck]

    def ask(self, service: str, action: str) -> None:
        """Raises `ApiError` when the launch fails; a replay fails as the first run did."""
        if self._plan is None:
            told = self._given.pop(0) if self._given else ""
        else:
            fault = self._plan.next_for(service, action)
            told = fault.model_dump_json() if fault is not None and fault.error else ""
            self.struck.append(told)
        if told:
            raise refusal(Fault.model_validate_json(told), service)


def refusal(fault: Fault, service: str) -> ApiError:
    """The fault's error as `service` answers it."""
    worded = fault.worded(service)
    return ApiError(worded.code, worded.message, worded.status)


_in_force: list[Luck] = []


@contextmanager
def in_force(luck: Luck) -> Iterator[None]:
    """Launches inside are made with this luck; the emulator answers one call at a time."""
    _in_force.append(luck)
    try:
        yield
    finally:
        _in_force.pop()


def ask_luck(service: str, action: str) -> None:
    """Called by a service before it launches something by itself. Raises `ApiError` when the fault plan says so."""
    if _in_force:
        _in_force[-1].ask(service, action)
