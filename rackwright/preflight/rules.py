"""Every rule, in order of id. Importing the area modules registers what they define."""

from __future__ import annotations

from rackwright.preflight import (
    budget,
    capacity,
    catalog,
    efa,
    kubernetes,
    network,
    onprem,
    operations,
    power,
    residency,
    security,
    slurm,
    software,
    storage,
    waived,
)
from rackwright.preflight.rule import REGISTRY, Rule

AREAS = (
    *(budget, capacity, catalog, efa, kubernetes, network, onprem, operations, power, residency, security, slurm),
    *(software, storage, waived),
)
"""Modules that define rules, by subject."""

RULES: tuple[Rule, ...] = tuple(REGISTRY[rule_id] for rule_id in sorted(REGISTRY))
