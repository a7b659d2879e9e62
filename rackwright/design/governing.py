"""`governance_of`: everything about people, records, fixes and money, from one spec."""

from __future__ import annotations

from rackwright.design.access import access_of, trail_of
from rackwright.design.backup import backups_of
from rackwright.design.budget import people_of, spending_of
from rackwright.design.governance import Governance
from rackwright.design.idle import idle_of
from rackwright.design.keys import keys_of
from rackwright.design.model import Cost
from rackwright.design.patching import patching_of
from rackwright.design.security import detection_of
from rackwright.design.storage_terms import terms_of
from rackwright.spec.cluster import ClusterSpec


def governance_of(spec: ClusterSpec, cost: Cost) -> Governance:
    """What `spec` decides, by itself or by what it promises; `cost` is that of the designed cluster."""
    return Governance(
        keys=keys_of(spec),
        storage=terms_of(spec),
        access=access_of(spec),
        trail=trail_of(spec),
        detection=detection_of(spec),
        patching=patching_of(spec),
        backups=backups_of(spec),
        spending=spending_of(spec, cost),
        idle=idle_of(spec),
        alarm_to=people_of(spec),
    )
