"""Rules: what must hold, as data plus one pure generator. Knows neither Pulumi nor any cloud.

The same `Rule` runs over a preview, a state file, a live account, the Kubernetes API and host facts, because a
`Resource` is neutral: a type, a name and a bag of properties. A property can be *known*, *absent* or *unknown*
(not known before the apply); a rule reads through `Resource.value`, which raises `Unknown` for the last, and `evaluate`
turns that into a finding "not evaluated". A rule that raises anything else is a finding as well, never a crash and
never "passed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What a violation does: `mandatory` stops before the first change, `advisory` is reported."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


class Status(StrEnum):
    """Verdict of one rule on one resource."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not-evaluated"
    """A value was unknown, or the rule broke: never counted as passed."""
    WAIVED = "waived"


class Unknown(Exception):
    """A property that the rule needs is not known yet (preview)."""


class _UnknownValue:
    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: object = _UnknownValue()
"""Stands for a value that is not known before the apply."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing a rule can look at."""

    urn: str
    type: str
    """Pulumi type token (``aws:s3/bucket:Bucket``), or ``k8s:…``, ``host:…``, ``lock:…`` for other sources."""
    name: str
    props: Mapping[str, Any]
    """Properties in the provider's camelCase; unknown values are `UNKNOWN`."""
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Property -> URNs it comes from; lets a rule accept an unknown that is linked to a resource it trusts."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """JSON pointer into the properties -> why a collector could not read what is there."""

    def value(self, path: str, default: Any = None) -> Any:
        """Property at dotted `path` (``versioning.enabled``), `default` when absent. Raises `Unknown`."""
        here: Any = self.props
        for part in path.split("."):
            if here is UNKNOWN:
                raise Unknown(path)
            if isinstance(here, Mapping):
                here = here.get(part)
            elif isinstance(here, Sequence) and not isinstance(here, str) and part.isdigit():
                here = here[int(part)] if int(part) < len(here) else None
            else:
                return default
        if here is UNKNOWN:
            raise Unknown(path)
        return default if here is None else here

    def why_unknown(self, path: str) -> str:
        """Why the value at dotted `path` is not known."""
        for pointer, reason in self.unread.items():
            if f"/{path}/".replace(".", "/").startswith(f"{pointer}/"):
                return f"`{path}` could not be read: {reason}"
        return f"`{path}` is secret, not known before the apply, or was not collected"

    def comes_from(self, name: str, resource_type: str) -> bool:
        """Whether the top-level property `name` is an output of a resource of `resource_type`.

        Lets a rule judge a value that is unknown in a preview: an unknown key id that comes from a key is a key.
        """
        return any(type_of_urn(urn) == resource_type for urn in self.property_dependencies.get(name, ()))


def type_of_urn(urn: str) -> str:
    """Type token in a URN (``urn:pulumi:stack::project::parent$type::name``); empty for other strings."""
    _, _, qualified = urn.partition("::")[2].partition("::")
    return qualified.partition("::")[0].rsplit("$", 1)[-1]


Find = Callable[[Resource, Sequence[Resource]], Iterator[str]]
"""Yields one message per violation of the resource, given every resource of the stack."""

Remedy = Callable[[Resource], Mapping[str, Any]]
"""Top-level properties of the resource with values that satisfy the rule; empty where it cannot tell them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement. One requirement is one rule over all resource types it touches."""

    id: str
    title: str
    severity: Severity
    applies_to: frozenset[str]
    controls: tuple[str, ...]
    """Exact control ids, framework first: ``HIPAA:164.312(a)(2)(iv)``, ``NIST-800-53r5:SC-28``."""
    fix: str
    find: Find
    enforcement: Enforcement = Enforcement.MANDATORY
    confidence: Severity = Severity.HIGH
    """How sure a violation is one; `LOW` keeps it advice under every profile."""
    needs_stack: bool = False
    """Whether the verdict needs other resources of the stack; such a rule cannot judge a resource by itself."""
    code: str = ""
    """The fix as code: what to write in a program, a manifest or a file."""
    remedy: Remedy | None = None
    """Mends a planned resource, where that is safe (nothing is lost, nobody locked out); used only when asked for."""
    docs: str = ""
    """The rule file's docstring (fixed headings); the reference page is generated from it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict on one resource."""

    rule: str
    title: str
    severity: Severity
    enforcement: Enforcement
    status: Status
    urn: str
    resource_type: str
    message: str
    fix: str
    controls: tuple[str, ...]
    code: str = ""
    """The fix as code."""

    @property
    def blocks(self) -> bool:
        """Whether this finding stops an apply."""
        return self.status is Status.FAILED and self.enforcement is Enforcement.MANDATORY
