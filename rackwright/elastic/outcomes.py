"""What came of starting a node, what Slurm is told about it, and when the pool is tried again. Pure.

Error codes: Amazon EC2 API Reference, "Error codes for the Amazon EC2 API" (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """Why EC2 did not start a node; decides who must act and when to try again."""

    CAPACITY = "capacity"
    """AWS has none right now; another time or another zone may help."""
    QUOTA = "quota"
    """The account may not have more; a person must ask AWS."""
    BUSY = "busy"
    """EC2 is asked too fast, or has trouble of its own."""
    ADDRESS = "address"
    """The node's address is still taken, as a rule by the instance that has just been stopped."""
    MISTAKE = "mistake"
    """A person must mend the template, the permissions or the network."""


CAPACITY_CODES = frozenset(
    (
        *("InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientReservedInstanceCapacity"),
        *("InsufficientCapacity", "InsufficientCapacityOnHost", "ReservationCapacityExceeded", "Unsupported"),
        *("SpotMaxPriceTooLow", "UnfulfillableCapacity", "CapacityReservationExpired"),
    )
)
QUOTA_CODES = frozenset(
    (
        *("VcpuLimitExceeded", "InstanceLimitExceeded", "MaxSpotInstanceCountExceeded", "VolumeLimitExceeded"),
        *("NetworkInterfaceLimitExceeded", "PendingInstanceLimitExceeded", "AttachmentLimitExceeded"),
    )
)
BUSY_CODES = frozenset(
    (
        *("RequestLimitExceeded", "Throttling", "ThrottlingException", "EC2ThrottledException", "InternalError"),
        *("InternalFailure", "ServiceUnavailable", "Unavailable", "ConnectionError", "RequestExpired"),
    )
)
ADDRESS_CODES = frozenset({"InvalidIPAddress.InUse", "InsufficientFreeAddressesInSubnet"})

FIRST_WAIT_S: Mapping[Kind, float] = {
    Kind.CAPACITY: 60,
    Kind.QUOTA: 600,
    Kind.BUSY: 15,
    Kind.MISTAKE: 600,
}
"""Wait after the first failure of a kind (our choice: capacity comes back within minutes or hours, mistakes do not)."""
LONGEST_WAIT_S = 3600.0
"""Nobody waits longer than an hour for something that may have come back (our choice)."""

MARK = "(Code:"
"""How a reason that this program gave begins; AWS ParallelCluster uses the same form, and so do its users' scripts."""


def kind_of(code: str) -> Kind:
    """What sort of failure an error code is."""
    for codes, kind in (
        (CAPACITY_CODES, Kind.CAPACITY),
        (QUOTA_CODES, Kind.QUOTA),
        (BUSY_CODES, Kind.BUSY),
        (ADDRESS_CODES, Kind.ADDRESS),
    ):
        if code in codes:
            return kind
    return Kind.MISTAKE


class Outcome(NamedTuple):
    """What EC2 said about one node."""

    node: str
    instance: str = ""
    """Empty where none was started."""
    code: str = ""
    """Error code; empty for a success."""
    message: str = ""


class Backoff(NamedTuple):
    """A pool's memory of failures in a row."""

    failures: int = 0
    not_before: float = 0.0
    """Seconds since the epoch before which EC2 is not asked again."""
    code: str = ""
    """Code of the last failure: what nodes are told that wait."""
    message: str = ""

    def holds(self, now: float) -> bool:
        """Whether it is too early to ask again."""
        return now < self.not_before


CALM = Backoff()


def after(backoff: Backoff, outcomes: Sequence[Outcome], now: float, chance: float) -> Backoff:
    """The pool's memory after one attempt; `chance`, from 0 to 1, spreads the tries of many controllers.

    The wait doubles with every failure in a row, up to an hour, and is at least half of that. A node that started ends
    the row only where no other node failed: three nodes of four say that there is no room for the fourth. A taken
    address is the trouble of one node, not of the pool.
    """
    failed = [outcome for outcome in outcomes if outcome.code and kind_of(outcome.code) is not Kind.ADDRESS]
    if not failed:
        return CALM if any(outcome.instance for outcome in outcomes) else backoff
    worst = max(failed, key=lambda outcome: FIRST_WAIT_S[kind_of(outcome.code)])
    whole = min(FIRST_WAIT_S[kind_of(worst.code)] * 2.0 ** min(backoff.failures, 16), LONGEST_WAIT_S)
    return Backoff(backoff.failures + 1, now + whole * (0.5 + 0.5 * chance), worst.code, worst.message)


def reason_of(code: str, message: str) -> str:
    """The node's reason in Slurm: EC2's code first, so that ``sinfo -R`` says what happened, then its own words.

    Quotes and line ends would break the command that sets it; Slurm keeps it whole up to a line.
    """
    words = " ".join(message.replace('"', "'").split())
    return f"{MARK}{code}){words}"[:200]


def is_ours(reason: str) -> bool:
    """Whether this program set the reason."""
    return reason.startswith(MARK)


def held_back(nodes: Sequence[str], there: Mapping[str, str], backoff: Backoff) -> list[Outcome]:
    """What nodes of a pool are told while it is too early to ask EC2 again: the failure that it waits for.

    Those that have an instance already, in `there`, are well.
    """
    waiting = Outcome("", code=backoff.code, message=backoff.message)
    return [Outcome(node, there[node]) if node in there else waiting._replace(node=node) for node in nodes]
