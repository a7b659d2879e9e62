"""What a cluster wants of its software, and the single demands that this splits into.

Demands are what a person can give up, so a contradiction is reported in terms of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rackwright.catalog.software import WITH_NVIDIA, System
from rackwright.catalog.version import Condition
from rackwright.lock.model import Image

Policy = Literal["supported", "secure"]


class Wants(BaseModel):
    """Facts about the cluster and wishes about its software; every field can be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: System | None = None
    """Operating system of the nodes."""
    architectures: tuple[Literal["x86_64", "arm64"], ...] = ()
    target: Literal["aws", "on-prem", "local"] | None = None
    gpus: tuple[str, ...] = ()
    """Catalog names of the GPUs: ``h100-80gb``."""
    nvswitch: tuple[Literal["none", "nvswitch", "nvlink5-switch", "rack"], ...] = ()
    """NVSwitch kind of each GPU pool (`rackwright.catalog.Machine.nvswitch`)."""
    fabrics: tuple[Literal["efa", "infiniband", "roce"], ...] = ()
    schedulers: tuple[Literal["slurm", "kubernetes"], ...] = ()
    software: dict[str, str] = {}
    """Product -> condition: ``{driver: 580.*, cuda: 13.0.*, pyxis: present}``."""
    named_in: dict[str, str] = {}
    """Product -> key of the spec that asked for it (``software.driver``), for messages."""
    packages: tuple[str, ...] = ()
    """Further packages of the distribution, for every node."""
    images: tuple[str, ...] = ()
    """Container images by tag."""
    known_images: dict[str, Image] = {}
    """Digests that are known already (from the registry or the lock before this one)."""
    hold: bool = True
    """Hold back the packages of products that must not change on their own."""
    supported_only: bool = True
    """Nothing past its end of life."""
    secure_only: bool = True
    """Nothing below the minimum safe version of a published bulletin."""
    notes: dict[str, str] = {}
    """Product -> remark that its explanation shall carry."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that is wanted and could be given up."""

    name: str
    """Key of the spec: ``software.cuda``."""
    text: str
    """Sentence for a person."""
    facts: tuple[tuple[str, str], ...] = ()
    """Facts that it states."""
    terms: tuple[tuple[str, Condition], ...] = ()
    """Products and conditions that it asks for."""
    policy: Policy | None = None


def in_words(system: str) -> str:
    """A system of the catalog, for people."""
    own = system.removesuffix(WITH_NVIDIA)
    return f"{own} with NVIDIA's packages" if own != system else own


def demands(wants: Wants) -> tuple[Demand, ...]:
    """The demands in `wants`: what a person can hardly change first, so that a conflict names the others."""
    return (*_wishes(wants), *_policies(wants), *_facts(wants))


def _facts(wants: Wants) -> Iterator[Demand]:
    if wants.target is not None:
        yield Demand("target", f"the target is {wants.target}", facts=(("target", wants.target),))
    if wants.system is not None:
        yield Demand("system", f"the operating system is {in_words(wants.system)}", facts=(("system", wants.system),))
    plurals: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("architecture", wants.architectures, "architecture"),
        ("scheduler", wants.schedulers, "scheduler"),
        ("fabric", wants.fabrics, "fabric"),
        ("gpu", wants.gpus, "GPU"),
    )
    for fact, values, title in plurals:
        for value in sorted(set(values)):
            yield Demand(f"{fact} {value}", f"nodes have the {title} {value}", facts=((fact, value),))
    yield from _switches(wants)


def _switches(wants: Wants) -> Iterator[Demand]:
    """NVSwitch kinds; ``rack-only`` and ``none-only`` are stated when no pool has another."""
    kinds = sorted(set(wants.nvswitch))
    for kind in kinds:
        only = (("nvswitch", f"{kind}-only"),) if len(kinds) == 1 else ()
        yield Demand(f"nvswitch {kind}", f"GPU nodes have NVSwitch of kind '{kind}'", (("nvswitch", kind), *only))


def _wishes(wants: Wants) -> Iterator[Demand]:
    for product, condition in sorted(wants.software.items()):
        name = wants.named_in.get(product, f"software.{product}")
        yield Demand(name, f"{product} shall be {condition}", terms=((product, Condition.parse(condition)),))


def _policies(wants: Wants) -> Iterator[Demand]:
    if wants.supported_only:
        yield Demand("supported only", "nothing may be past its end of life", policy="supported")
    if wants.secure_only:
        yield Demand("secure only", "nothing may be below its minimum safe version", policy="secure")
