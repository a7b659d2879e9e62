"""Add-ons of EKS: which version goes with which release of Kubernetes."""

from __future__ import annotations

import functools

from pydantic import Field

from rackwright.catalog.model import Record
from rackwright.catalog.software import Origin, read_origins, read_yaml, with_origins


class AddonVersion(Record):
    """A version of an add-on and the releases of Kubernetes that it is taken for."""

    name: str
    kubernetes: tuple[str, ...]
    version: str = Field(pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$")
    origin: Origin

    @property
    def release(self) -> str:
        """Without AWS's build: ``1.20.1`` of ``v1.20.1-eksbuild.3``."""
        return self.version.removeprefix("v").partition("-")[0]


@functools.cache
def load_addons() -> tuple[AddonVersion, ...]:
    """Versions that ship with the program; read once."""
    document = read_yaml("addons")
    items = with_origins(document["addons"], read_origins(document))
    return tuple(AddonVersion.model_validate(item) for item in items)


def addon_version(name: str, kubernetes: str) -> AddonVersion | None:
    """The version of add-on `name` for a release of Kubernetes (``1.35``); None where the catalog knows none."""
    return next((one for one in load_addons() if one.name == name and kubernetes in one.kubernetes), None)
