"""Every rule, in order of id. Importing the area modules registers what they define."""

from __future__ import annotations

from rackwright.preflight import (
    budget,
    capacity,
    catalog,
    containers,
    divided,
    efa,
    encryption,
    environment,
    governance,
    gpu_nodes,
    identity,
    kubernetes,
    locked,
    lustre,
    managed_kubernetes,
    markets,
    network,
    onprem,
    operations,
    power,
    reservations,
    residency,
    security,
    slurm,
    software,
    storage,
    systems,
    waived,
    ways_in,
)
from rackwright.preflight.rule import REGISTRY, Rule

AREAS = (
    *(budget, capacity, reservations, catalog, efa, environment, kubernetes, network, onprem, operations, power),
    *(residency, encryption, identity, security, slurm, software, containers, divided, locked, storage, lustre, waived),
    *(ways_in, managed_kubernetes, markets, governance, gpu_nodes, systems),
)
"""Modules that define rules, by subject."""

RULES: tuple[Rule, ...] = tuple(REGISTRY[rule_id] for rule_id in sorted(REGISTRY))
