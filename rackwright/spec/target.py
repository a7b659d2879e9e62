"""Where the cluster is built: AWS, a site of one's own, or the local cloud; a union by `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from rackwright.spec.base import Cidr, Name, SpecModel
from rackwright.units import Kilograms, Kilowatts, Metres

ZoneId = Annotated[str, Field(pattern=r"^[a-z]{3,4}\d+(-[a-z]{3}\d+)?-az\d+$", examples=["use1-az6"])]
"""Id of an availability or local zone, the same place for every account (zone names are shuffled per account)."""

Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", examples=["us-east-1"])]
"""Name of an AWS region."""


class AwsTarget(SpecModel):
    """Amazon Web Services."""

    kind: Literal["aws"]
    """Amazon Web Services."""
    region: Region
    """Region that everything is built in."""
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=1)]
    """Zones by id; the first one holds the GPU pools unless a pool names another."""
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    """Account that the stack may be applied to; any other is refused."""
    quotas: Mapping[Literal["Standard", "P", "G and VT", "Trn", "HPC", "X"], PositiveInt] = {}
    """vCPU quotas of the account by class, as Service Quotas shows them; what is left out is not checked."""
    local_zones_opted_in: bool = False
    """Whether the account has opted in to the local zones that the spec names (UltraServers live there)."""


class LocalTarget(SpecModel):
    """The local cloud of one Linux machine: the AWS API emulated, machines as systemd guests."""

    kind: Literal["local"]
    """A rehearsal on this machine, with an emulated AWS and real guests."""
    region: Region = "us-east-1"
    """Region that the emulator plays."""
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=1)] = ("use1-az6",)
    """Zones that the emulator plays."""
    max_machines: Annotated[int, Field(ge=0, le=16)] = 3
    """Most guests to boot; further instances exist in the API only."""


class Rack(SpecModel):
    """The racks of a site, all alike."""

    count: PositiveInt
    """Racks that are free for this cluster."""
    power: Kilowatts
    """Power that one rack may draw."""
    units: Annotated[int, Field(ge=1, le=60)] = 48
    """Height of a rack in rack units."""
    max_load: Kilograms | None = None
    """Weight that the floor bears for one rack; None when not known."""
    cooling: Literal["air", "rear-door", "liquid"] = "air"
    """How heat leaves the rack."""
    feeds: Annotated[int, Field(ge=1, le=4)] = 2
    """Independent power feeds for each rack."""
    pitch: Metres = 0.6
    """Distance between the middles of two neighbouring racks."""


class OnPremTarget(SpecModel):
    """Machines of one's own."""

    kind: Literal["on-prem"]
    """A site of one's own."""
    site: Name
    """Short name of the site."""
    country: Annotated[str, Field(pattern=r"^[a-z]{2}$", examples=["de"])] = "us"
    """Country that the site is in, two letters; data residency is checked against it."""
    racks: Rack
    """Space, power and cooling."""
    bmc_cidr: Cidr | None = None
    """Network of the base management controllers; must not be reachable from the nodes."""


Target = Annotated[AwsTarget | LocalTarget | OnPremTarget, Field(discriminator="kind")]
