"""Versions and the conditions put on them; one order for every vendor's style.

The order is Debian's (Debian Policy Manual, section 5.6.12): digits compare as numbers, ``~`` sorts before the end, an
epoch wins. It also orders NVIDIA's (``580.95.05 < 580.126.09``) and Kubernetes' versions rightly.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

_FORMS = "a condition is 'present', 'absent', '>=1.2,<2', '==1.2', '580.*' or an exact word"

_PART = re.compile(r"(\D*)(\d*)")
_CLAUSE = re.compile(r"(>=|<=|==|!=|<|>)?\s*([A-Za-z0-9][A-Za-z0-9.+~:_-]*?)(\.\*)?")

Order = tuple[int, tuple[tuple[tuple[int, ...], int], ...], tuple[tuple[tuple[int, ...], int], ...]]
"""Sort key of a version: epoch, upstream part, revision."""


@functools.lru_cache(maxsize=4096)
def version_order(version: str) -> Order:
    """Sort key of `version`; a leading ``v`` does not count."""
    epoch, colon, rest = version.removeprefix("v").partition(":")
    if not colon:
        epoch, rest = "0", epoch
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return (int(epoch) if epoch.isdigit() else 0, _parts(upstream), _parts(revision))


def _parts(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    found = [(_letters(match[1]), int(match[2] or 0)) for match in _PART.finditer(text) if match[0]]
    return (*found, ((0,), 0))


def _letters(text: str) -> tuple[int, ...]:
    """Weight of each character, ending in 0: ``~`` before the end, letters before other signs."""
    return (*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in text), 0)


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison of a condition."""

    op: Literal[">=", "<=", "==", "!=", "<", ">", "*", "present", "absent"]
    """``*`` is a prefix: ``580.*``."""
    version: str = ""

    def holds(self, version: str | None) -> bool:
        """Whether `version` (None: not installed) satisfies the clause. Only ``absent`` accepts None."""
        if version is None or self.op == "absent":
            return version is None and self.op == "absent"
        return self.op == "present" or self._compares(version)

    def _compares(self, version: str) -> bool:
        if self.op == "*":
            return version == self.version or version.startswith(self.version + ".")
        mine, theirs = version_order(version), version_order(self.version)
        outcomes = {"<": mine < theirs, "<=": mine <= theirs, ">": mine > theirs, ">=": mine >= theirs}
        return outcomes.get(self.op, (version == self.version) == (self.op == "=="))


@dataclass(frozen=True, slots=True)
class Condition:
    """Clauses that must all hold."""

    text: str
    clauses: tuple[Clause, ...]

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read ``>=580.65.06,<590``, ``580.*``, ``open``, ``present`` or ``absent``; ValueError for anything else."""
        return cls(text, tuple(_clause(part.strip()) for part in text.split(",")))

    def holds(self, version: str | None) -> bool:
        """Whether `version` (None: not installed) satisfies every clause."""
        return all(clause.holds(version) for clause in self.clauses)


def _clause(text: str) -> Clause:
    if text == "present":
        return Clause("present")
    if text == "absent":
        return Clause("absent")
    match = _CLAUSE.fullmatch(text)
    if match is None or (match[1] and match[3]):
        raise ValueError(f"{text!r} is no condition on a version: {_FORMS}")
    ops: dict[str, Literal[">=", "<=", "==", "!=", "<", ">"]] = {
        ">=": ">=",
        "<=": "<=",
        "==": "==",
        "!=": "!=",
        "<": "<",
        ">": ">",
    }
    return Clause("*" if match[3] else ops[match[1] or "=="], match[2])
