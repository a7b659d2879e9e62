"""Owner and mode of a file, as every subject reports them."""

from __future__ import annotations

from typing_extensions import TypedDict


class File(TypedDict):
    """Owner and mode of a file; absent files are absent from the map."""

    owner: str
    group: str
    mode: str
    """Four octal digits: ``0640``."""
