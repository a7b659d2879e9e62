"""One source of randomness for moto, so that a replayed call gives the ids that it gave the first time."""

from __future__ import annotations

import random
import sys
import uuid
from types import ModuleType
from typing import Any

from moto.core.base_backend import AccountSpecificBackend
from moto.moto_api._internal import mock_random

INFRASTRUCTURE = ("moto.moto_api._internal", "moto.core")
"""The generator itself, and ids of moto's dictionaries: drawing those from the seed would shift what users see."""


def seed_every_source() -> None:
    """Point moto at its own seeded generator wherever it draws from the standard ones. Safe to call again."""
    type.__setattr__(AccountSpecificBackend, "__getitem__", _seeded_creation)
    for name, module in list(sys.modules.items()):
        if name.startswith("moto."):
            seed_module(module)


def seed_module(module: ModuleType) -> None:
    """Replace `random`, `uuid` and the functions imported from `uuid` in one of moto's modules."""
    if module.__name__.startswith(INFRASTRUCTURE):
        return
    for name, value in list(vars(module).items()):
        replacement = next((new for old, new in _REPLACEMENTS if value is old), None)
        if replacement is not None:
            setattr(module, name, replacement)


class _SeededUuid(ModuleType):
    """The `uuid` module with seeded generators, for modules that say ``uuid.uuid4()``."""

    def __init__(self) -> None:
        super().__init__("uuid")
        self.__dict__.update(vars(uuid))
        self.uuid4, self.uuid1 = mock_random.uuid4, mock_random.uuid1


_REPLACEMENTS: tuple[tuple[object, object], ...] = (
    (random, mock_random),
    (uuid, _SeededUuid()),
    (uuid.uuid4, mock_random.uuid4),
    (uuid.uuid1, mock_random.uuid1),
)
_plain_getitem = AccountSpecificBackend.__getitem__


def _seeded_creation(backends: AccountSpecificBackend[Any], region: str) -> Any:
    """A backend is born under a seed of its own: ids of a default VPC do not depend on which call came first."""
    if dict.get(backends, region) is not None:
        return _plain_getitem(backends, region)
    before = mock_random.getstate()
    mock_random.seed(f"{backends.service_name}/{backends.account_id}/{region}")
    try:
        return _plain_getitem(backends, region)
    finally:
        mock_random.setstate(before)
