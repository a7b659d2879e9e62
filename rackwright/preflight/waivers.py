"""Waivers: a rule set aside for a part of the spec, by someone, for a reason, until a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import Waiver

NOT_WAIVABLE = frozenset({"RW-WAIVE-001", "RW-WAIVE-002", "RW-WAIVE-003", "RW-WAIVE-004", "RW-WAIVE-006", "RW-CAT-001"})
"""Rules about waivers themselves, and what cannot be built at all."""

POLICY_ID = re.compile(r"RW-P[A-Z]{3}-\d{3}")
"""Ids of the rules in ``policies/``."""


def is_of_policies(rule: str) -> bool:
    """Whether `rule` has the form of a policy rule's id (``RW-PSTO-001``); preflight's own have none like it."""
    return POLICY_ID.fullmatch(rule) is not None


def waiver_for(waivers: Iterable[Waiver], rule_id: str, path: str, today: dt.date) -> Waiver | None:
    """The waiver that holds today for a fault of `rule_id` at `path`, if there is one."""
    if rule_id in NOT_WAIVABLE:
        return None
    return next((w for w in waivers if w.rule == rule_id and w.expires >= today and covers(w.scope, path)), None)


def covers(scope: str, path: str) -> bool:
    """Whether `scope` (``pools.train``, ``*``) holds `path` (``pools.train.nodes``)."""
    return scope in {"*", path} or path.startswith((f"{scope}.", f"{scope}["))


def part_exists(spec: ClusterSpec, scope: str) -> bool:
    """Whether `scope` (``pools.train.nodes``) names a part that the spec has."""
    here: object = spec
    for part in scope.replace("[", ".").replace("]", "").split("."):
        inside = _part(here, part)
        if inside is None:
            return False
        here = inside
    return True


def _part(here: object, part: str) -> object:
    if isinstance(here, Mapping):
        return here.get(part)
    if isinstance(here, Sequence) and not isinstance(here, str) and part.isdigit():
        return here[int(part)] if int(part) < len(here) else None
    return getattr(here, part, None)
