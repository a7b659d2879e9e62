"""A preflight rule: one constraint as one small pure function with a docstring, registered by id.

The docstring is the rule's reference page: its first line is the title, then why the rule exists, then ``Source:``
with the failure, the limit or the published constraint behind it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rackwright.preflight.view import View
from rackwright.spec.places import Path


class Severity(StrEnum):
    """What a fault does: an error stops before the first change, the others are told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """One place of the spec that breaks a rule."""

    path: Path
    """Part of the spec: ``("pools", "train", "nodes")``."""
    summary: str
    """What is wrong, with value and limit."""
    hint: str
    """A way out."""


Find = Callable[[View], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint on a spec."""

    id: str
    """``RW-<AREA>-<NNN>``."""
    severity: Severity
    find: Find
    frameworks: tuple[str, ...] = ()
    """Compliance frameworks that the rule is evidence for."""

    @property
    def page(self) -> str:
        """The whole docstring."""
        return inspect.cleandoc(self.find.__doc__ or "")

    @property
    def title(self) -> str:
        """First line of the docstring, without the full stop."""
        return self.page.partition("\n")[0].rstrip(".")

    @property
    def source(self) -> str:
        """What stands behind ``Source:`` in the docstring."""
        return " ".join(self.page.partition("Source:")[2].split())

    @property
    def area(self) -> str:
        """``NET`` of ``RW-NET-012``."""
        return self.id.split("-")[1]


REGISTRY: dict[str, Rule] = {}
"""Every rule by id; filled when the area modules are imported."""


def rule(
    rule_id: str, severity: Severity = Severity.ERROR, *, frameworks: tuple[str, ...] = ()
) -> Callable[[Find], Find]:
    """Registers the decorated function as the rule `rule_id`. ValueError when the id is taken."""

    def register(find: Find) -> Find:
        if rule_id in REGISTRY:
            raise ValueError(f"rule {rule_id} is defined twice")
        REGISTRY[rule_id] = Rule(rule_id, severity, find, frameworks)
        return find

    return register
