"""A lack of capacity, told with the ways out that the catalog knows."""

from __future__ import annotations

import re

from rackwright.catalog import load_catalog
from rackwright.diagnostics import CapacityError, ClusterError
from rackwright.pipeline.prepare import Prepared
from rackwright.preflight.elsewhere import elsewhere

_NO_CAPACITY = re.compile(
    r"Insufficient(Instance|Host)?Capacity|ReservationCapacityExceeded|sufficient [\w. ]*capacity"
)
"""How AWS says that it has none, in error codes and in the activities of groups."""


def advised(problem: ClusterError, prepared: Prepared) -> ClusterError:
    """`problem` with advice for the pool that it is about; any other problem, and one about no pool, as it is."""
    pool = _pool_in(problem, prepared)
    found = elsewhere(prepared.spec, load_catalog(), pool) if pool is not None else None
    if found is None:
        return problem
    told = [*found.sentences(), "then run the same command again: everything done before is recorded"]
    return CapacityError(problem.summary, where=problem.where, hint="; ".join(told))


def _pool_in(problem: ClusterError, prepared: Prepared) -> str | None:
    """Pool whose launch found no capacity; None for quotas and addresses, which no other zone helps.

    The longest name that fits counts: ``train-big`` is not ``train``.
    """
    told = f"{problem.where} {problem.summary}"
    if not isinstance(problem, CapacityError) or not _NO_CAPACITY.search(told):
        return None
    stack = prepared.spec.name
    named = [pool for pool in prepared.spec.pools if f"{stack}-{pool}" in told or f"{stack}:{pool}" in told]
    return max(named, key=len, default=None)
