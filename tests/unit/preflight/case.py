"""Cases of the preflight rules: a base spec, a change that a rule must find, and one that it must not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from rackwright.lock.model import Lock
from rackwright.spec.cluster import ClusterSpec

HERE = Path(__file__).parent
TODAY = dt.date(2026, 11, 21)


class Case(BaseModel):
    """A rule's two cases; a key that nobody reads is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Literal["aws", "eks", "split", "site"] = "aws"
    passing_base: Literal["aws", "eks", "split", "site"] | None = None
    lock: Literal["ubuntu", "stand-in", "skewed"] | None = None
    passing_lock: Literal["ubuntu", "stand-in", "skewed"] | None = None
    today: dt.date = TODAY
    fails: dict[str, Any]
    passes: dict[str, Any]


@cache
def read(path: str) -> Any:
    """Parsed YAML of a file beside this one."""
    return YAML(typ="safe").load((HERE / path).read_text())


def cases() -> Iterator[tuple[str, Case]]:
    """Every rule's cases, in the order of the files."""
    for path in sorted((HERE / "cases").glob("*.yaml")):
        for rule_id, item in read(f"cases/{path.name}").items():
            yield rule_id, Case.model_validate(item)


def spec_of(base: str, changes: Mapping[str, Any]) -> ClusterSpec:
    """The base spec with `changes` (dotted path -> value; null removes)."""
    document = deepcopy(read(f"bases/{base}.yaml"))
    for path, value in changes.items():
        *above, last = path.split(".")
        here = document
        for part in above:
            here = here.setdefault(part, {})
        if value is None:
            here.pop(last, None)
        else:
            here[last] = _many(value)
    return ClusterSpec.model_validate(document)


def lock_of(name: str | None) -> Lock | None:
    """The lock called `name`."""
    return Lock.model_validate(read(f"locks/{name}.yaml")) if name else None


def _many(value: Any) -> Any:
    """``$tags(45)`` and ``$tenants(200)`` stand for that many of them."""
    if not isinstance(value, str) or not value.startswith("$"):
        return deepcopy(value)
    kind, _, count = value[1:].rstrip(")").partition("(")
    if kind == "tags":
        return {f"tag{number}": "x" for number in range(int(count))}
    return {f"tenant{number}": {"pkey": hex(0x8001 + number), "pools": []} for number in range(int(count))}
