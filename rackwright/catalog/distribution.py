"""What a Linux distribution offers on a date: package versions read from its apt indexes. Pure: text in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rackwright.catalog.version import version_order


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Offer(_Model):
    """One package as the distribution offers it."""

    version: str
    suite: str
    """Suite whose index has this version: ``trixie``, ``trixie-security``."""
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    """Of the package file, from the signed index."""


class Snapshot(_Model):
    """Newest version of each tracked package on one date."""

    distribution: Literal["debian", "ubuntu", "rocky"]
    release: str
    architecture: Literal["x86_64", "arm64"]
    read_on: dt.date
    supported_until: dt.date
    """Last day on which the distribution mends its own packages (Debian: `main`, not `non-free`)."""
    source: str
    """Where a person can look a package up."""
    packages: dict[str, Offer]


@dataclass(frozen=True, slots=True)
class Stanza:
    """The fields of a Packages stanza that count here."""

    name: str
    version: str
    sha256: str


def parse_packages(text: str) -> Iterator[Stanza]:
    """Stanzas of an apt ``Packages`` index; one without name, version or digest is skipped."""
    for block in text.split("\n\n"):
        fields = dict(_fields(block))
        if {"Package", "Version", "SHA256"} <= fields.keys():
            yield Stanza(fields["Package"], fields["Version"], fields["SHA256"])


def _fields(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        key, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            yield key, value.strip()


def refresh(old: Snapshot, indexes: Mapping[str, str], read_on: dt.date) -> Snapshot:
    """`old` with the newest version of each of its packages in `indexes` (suite -> text of its Packages files).

    A package that no index has any more is left out: the loader of the catalog then says which product lost it.
    """
    newest: dict[str, Offer] = {}
    for suite, text in sorted(indexes.items()):
        for stanza in parse_packages(text):
            if stanza.name in old.packages and _newer(stanza, newest.get(stanza.name)):
                newest[stanza.name] = Offer(version=stanza.version, suite=suite, digest=f"sha256:{stanza.sha256}")
    return old.model_copy(update={"packages": dict(sorted(newest.items())), "read_on": read_on})


def dump_snapshot(snapshot: Snapshot) -> str:
    """`snapshot` as the text of its catalog file; one line per package, so that a refresh makes a short diff."""
    head = [f"{key}: {value}" for key, value in snapshot.model_dump(mode="json", exclude={"packages"}).items()]
    rows = [
        f"  {name}: {{version: '{offer.version}', suite: {offer.suite}, digest: '{offer.digest}'}}"
        for name, offer in sorted(snapshot.packages.items())
    ]
    return "\n".join(
        ["# Newest versions in the distribution's signed indexes on read_on.", *head, "packages:", *rows, ""]
    )


def _newer(stanza: Stanza, offer: Offer | None) -> bool:
    return offer is None or version_order(stanza.version) > version_order(offer.version)
