"""Minimum safe versions from the vendors' security bulletins.

A row says: for this product, on this line of releases, the first version with the fixes of this bulletin. A row whose
version does not belong to its line contradicts itself; such rows exist in the bulletins as published, and the loader
refuses them, so that they are kept apart (`refused` in the data file) instead of making a wrong floor.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from rackwright.catalog.model import Record
from rackwright.catalog.software import read_yaml
from rackwright.catalog.version import version_order


class Fix(Record):
    """The first safe version of one line of a product, by one bulletin."""

    product: str
    """Name in the software catalog."""
    line: str | None = None
    """Prefix of the versions it speaks about: ``580``; None: every version."""
    fixed: str
    published: dt.date
    bulletin: str
    """Number of NVIDIA's bulletin, or what another vendor calls its own."""
    page: str | None = Field(default=None, pattern=r"^https://")
    """Where another vendor's bulletin is."""
    cvss: float | None = Field(default=None, ge=0, le=10)
    """Highest base score among its vulnerabilities; None where none was read."""
    cves: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _version_is_of_its_line(self) -> Fix:
        if self.line is not None and self.fixed != self.line and not self.fixed.startswith(self.line + "."):
            raise ValueError(f"bulletin {self.bulletin}: {self.fixed} is no version of line {self.line}")
        return self

    @property
    def url(self) -> str:
        """Where the bulletin is."""
        return self.page or f"https://nvidia.custhelp.com/app/answers/detail/a_id/{self.bulletin}"

    @property
    def severity(self) -> str:
        """How bad it is, in words: ``11 vulnerabilities, CVE-2025-33221 …, CVSS 8.8``."""
        score = f", CVSS {self.cvss:g}" if self.cvss is not None else ""
        return f"{len(self.cves)} vulnerabilities, {self.cves[0]} …{score}"

    def concerns(self, product: str, version: str) -> bool:
        """Whether it speaks about `version` of `product`."""
        mine = self.line is None or version == self.line or version.startswith(self.line + ".")
        return product == self.product and mine


@dataclass(frozen=True)
class SecurityFloors:
    """All fixes that are known."""

    fixes: tuple[Fix, ...]

    def floor(self, product: str, version: str, today: dt.date) -> Fix | None:
        """The fix with the highest version for the line of `version`, published by `today`; None where there is none.

        Of several fixes with that version the one with the worst vulnerability speaks.
        """
        known = [fix for fix in self.fixes if fix.published <= today and fix.concerns(product, version)]
        return max(known, key=lambda fix: (version_order(fix.fixed), fix.cvss or 0, fix.bulletin), default=None)

    def is_safe(self, product: str, version: str, today: dt.date) -> bool:
        """Whether no bulletin published by `today` asks for a newer version on the same line."""
        floor = self.floor(product, version, today)
        return floor is None or version_order(version) >= version_order(floor.fixed)


def build_floors(fixes: Iterable[Fix]) -> SecurityFloors:
    """Floors in one canonical order."""
    return SecurityFloors(tuple(sorted(fixes, key=lambda f: (f.product, f.line or "", f.published, f.bulletin))))


@functools.cache
def load_floors() -> SecurityFloors:
    """The minimum safe versions that ship with the program; read once."""
    return build_floors(Fix.model_validate(item) for item in read_yaml("security")["fixes"])
