"""Types that the local cloud cannot exercise: kept in the state only, with an id made from the URN."""

from __future__ import annotations

import hashlib

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted
from rackwright.engine.providers.aws.shapes import Props

PREFIX = "recorded-"
"""How the ids begin that no cloud gave."""


class Recorded(Resource):
    """Calls nothing; outputs are the inputs."""

    type_ = "recorded"
    service = "none"

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """An id that depends on the URN alone."""
        return f"{PREFIX}{hashlib.sha256(wanted.urn.encode()).hexdigest()[:16]}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props:
        """What is recorded."""
        return dict(known)

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Nothing to call."""

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Nothing to call."""

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """Nothing exists that could be found."""
        return None


RECORDED = Recorded()
