"""How a running cluster is changed without losing jobs: who is next, when to stop, where to go on. Pure.

`fleet` says who may be away at a time, `journal` what became of each host, `decide` what to do next. The shell that
drains, applies and reboots is `rackwright.pipeline.upgrading.upgrade`.
"""

from rackwright.upgrade.decide import Decision, next_batch
from rackwright.upgrade.fleet import Fleet, Squad, fleet_of
from rackwright.upgrade.journal import Command, HostState, Journal, Stage

__all__ = ["Command", "Decision", "Fleet", "HostState", "Journal", "Squad", "Stage", "fleet_of", "next_batch"]
