"""What the catalog knows of a version: whether it is safe, and until when its line gets fixes.

The catalog's files are read at the first question, not when the rules are loaded: most runs ask none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackwright.catalog.security import SecurityFloors
    from rackwright.catalog.software import Product

VERSION = re.compile(r"\d+(\.\d+)*")
EVERY_BULLETIN = dt.date.max
"""Every bulletin that is known counts, whatever the day: an audit must not forget."""


def older_than_safe(product: str, version: Any) -> Iterator[str]:
    """Says so where a bulletin asks for a newer version on the same line; silent for what is no version."""
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        return
    floor = _floors().floor(product, version, EVERY_BULLETIN)
    if floor is not None and not _floors().is_safe(product, version, EVERY_BULLETIN):
        yield f"{product} {version} is older than {floor.fixed} ({floor.severity}; {floor.url})"


def end_of_line(product: str, version: str) -> dt.date | None:
    """Last day with fixes of the line of `version`; None where none is announced, or the catalog does not know it."""
    known = _products().get(product)
    line = known.line_of(version) if known is not None else None
    return line.end_of_life if line is not None else None


@cache
def _floors() -> SecurityFloors:
    found: SecurityFloors = import_module("rackwright.catalog.security").load_floors()
    return found


@cache
def _products() -> dict[str, Product]:
    return dict(import_module("rackwright.catalog.software").load_software().products)
