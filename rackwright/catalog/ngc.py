"""NGC: container images, models and Helm charts that the program knows by name, and NVIDIA AI Enterprise bundles."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from rackwright.catalog.model import Record
from rackwright.catalog.software import Origin, read_origins, read_yaml, with_origins


class Tag(Record):
    """One published tag of an image, or version of a model or chart."""

    tag: str
    digest: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Of the image index; None where it was not read."""
    cuda: str | None = None
    """CUDA release inside, ``13.0``."""
    origin: Origin


class Artefact(Record):
    """An image, model or chart of NGC."""

    name: str
    """What the program calls it: ``pytorch``."""
    kind: Literal["image", "model", "chart"]
    title: str
    reference: str
    """Where it is: ``nvcr.io/nvidia/pytorch``."""
    enterprise: bool = False
    """Needs an NVIDIA AI Enterprise licence (`nvaie`)."""
    tags: tuple[Tag, ...] = ()
    origin: Origin


class Bundle(Record):
    """An NVIDIA AI Enterprise infrastructure branch: driver line and what is certified with it."""

    name: str
    driver_line: str
    kind: Literal["feature", "production", "long-term"]
    end_of_life: dt.date | None = None
    origin: Origin


@dataclass(frozen=True)
class Ngc:
    """Everything the program knows of NGC."""

    artefacts: Mapping[str, Artefact]
    bundles: Mapping[str, Bundle]

    def by_reference(self, reference: str) -> Artefact | None:
        """The artefact whose reference (without tag) is that of `reference`; None when it is not known."""
        bare = reference.partition("@")[0].rpartition(":")[0] or reference
        return next((item for item in self.artefacts.values() if item.reference == bare), None)

    def digest(self, reference: str) -> str | None:
        """Digest of ``name:tag``; None when the catalog does not know it."""
        artefact, tag = self.by_reference(reference), reference.rpartition(":")[2]
        return next((t.digest for t in artefact.tags if t.tag == tag), None) if artefact else None


class _Document(Record):
    """The data file."""

    origins: Mapping[str, Any]
    artefacts: tuple[Artefact, ...]
    bundles: tuple[Bundle, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> _Document:
        names = [item.name for item in self.artefacts] + [item.name for item in self.bundles]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return self


@functools.cache
def load_ngc() -> Ngc:
    """The NGC catalog that ships with the program; read once."""
    raw = read_yaml("ngc")
    document = _Document.model_validate(with_origins(raw, read_origins(raw)))
    return Ngc({item.name: item for item in document.artefacts}, {item.name: item for item in document.bundles})
