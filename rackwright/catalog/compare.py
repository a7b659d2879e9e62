"""Where the catalog's instance types differ from AWS's own descriptions of them. Pure: descriptions are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rackwright.catalog.model import Machine


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact on which the catalog and a description disagree."""

    machine: str
    fact: str
    """Field of `Machine`; ``present`` where the whole machine is missing on the other side."""
    ours: object
    theirs: object
    reason: str | None = None
    """Why the catalog differs on purpose; None is a mistake on one side."""


ON_PURPOSE: Mapping[tuple[str, str], str] = {
    ("p6e-gb200.36xlarge", "present"): "from the EC2 User Guide; the copied descriptions do not have it yet",
}
"""(machine, fact) -> why the catalog differs."""


def described_facts(described: Mapping[str, Any]) -> dict[str, object]:
    """The catalog's fields that an answer of DescribeInstanceTypes states."""
    network = described["NetworkInfo"]
    gpus = described.get("GpuInfo", {}).get("Gpus", [{}])[0]
    neuron = described.get("NeuronInfo", {}).get("NeuronDevices", [{}])[0]
    disks = described.get("InstanceStorageInfo", {}).get("Disks", [{}])[0]
    return {
        "architecture": described["ProcessorInfo"]["SupportedArchitectures"][0],
        "vcpus": described["VCpuInfo"]["DefaultVCpus"],
        "memory_gib": described["MemoryInfo"]["SizeInMiB"] / 1024,
        "gpus": gpus.get("Count", 0) or neuron.get("Count", 0),
        "cards": len(network["NetworkCards"]),
        "nics_per_card": network["NetworkCards"][0]["MaximumNetworkInterfaces"],
        "efa_max": network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        "nvme_devices": disks.get("Count", 0),
        "nvme_gb": disks.get("Count", 0) * disks.get("SizeInGB", 0),
    }


def differences(
    machines: Iterable[Machine], described: Mapping[str, Mapping[str, Any]], known_types: frozenset[str]
) -> tuple[Difference, ...]:
    """Every difference between AWS's machines and their descriptions; those on purpose carry their reason.

    `known_types` are the instance types that the API's model lists.
    """
    cloud = [machine for machine in machines if machine.kind == "aws"]
    return tuple(one for machine in cloud for one in _differences(machine, described.get(machine.name), known_types))


def _differences(
    machine: Machine, described: Mapping[str, Any] | None, known_types: frozenset[str]
) -> Iterator[Difference]:
    if machine.name not in known_types:
        yield _difference(machine, "listed", ours=True, theirs=False)
    if described is None:
        yield _difference(machine, "present", ours=True, theirs=False)
        return
    for fact, theirs in described_facts(described).items():
        ours = getattr(machine, fact)
        if ours != theirs:
            yield _difference(machine, fact, ours=ours, theirs=theirs)


def _difference(machine: Machine, fact: str, *, ours: object, theirs: object) -> Difference:
    return Difference(machine.name, fact, ours, theirs, ON_PURPOSE.get((machine.name, fact)))
