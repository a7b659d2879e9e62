"""URNs: the stable names of resources, and the former names (aliases) under which one may be found. Pure.

``urn:pulumi:STACK::PROJECT::[PARENT_TYPE$]TYPE::NAME``; the parent's type is left out below the stack itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
_URN = re.compile(r"urn:pulumi:(.+?)::(.+?)::(.+?)::(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StackRef:
    """Which stack: project and stack name, as in ``Pulumi.yaml`` and ``pulumi stack select``."""

    project: str
    name: str
    organization: str = "organization"


def urn_for(stack: StackRef, parent: str, type_: str, name: str) -> str:
    """URN of a resource of `type_` called `name` under the URN `parent` (empty: none)."""
    return join(stack.name, stack.project, qualified(parent, type_), name)


def join(stack: str, project: str, qualified_type: str, name: str) -> str:
    """URN from its four parts."""
    return f"urn:pulumi:{stack}::{project}::{qualified_type}::{name}"


def qualified(parent: str, type_: str) -> str:
    """Type with the types of its parents in front, as it stands in a URN."""
    if not parent or type_of(parent) == STACK_TYPE:
        return type_
    return f"{split(parent)[2]}${type_}"


def split(urn: str) -> tuple[str, str, str, str]:
    """Stack, project, qualified type and name. Raises `ValueError` when it is no URN."""
    match = _URN.fullmatch(urn)
    if match is None:
        raise ValueError(f"{urn!r} is not a URN (urn:pulumi:STACK::PROJECT::TYPE::NAME)")
    return match[1], match[2], match[3], match[4]


def type_of(urn: str) -> str:
    """Type token, without the parents' types."""
    return split(urn)[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Name that the program gave."""
    return split(urn)[3]


def is_provider(type_: str) -> bool:
    """Whether `type_` is that of a provider resource."""
    return type_.startswith(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether `urn` is a provider that the engine made because the program named none."""
    return is_provider(type_of(urn)) and (name_of(urn) == "default" or name_of(urn).startswith("default_"))


@dataclass(frozen=True, slots=True)
class Alias:
    """A former name: a whole URN, or what differed from today's."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


def former_urns(urn: str, parent: str, aliases: Iterable[Alias], parents_former: Iterable[str]) -> list[str]:
    """Every URN that the resource may have had: its own aliases, and those its parent's former URNs give it."""
    known = list(aliases)
    names = [*_own(urn, parent, known), *_inherited(urn, parent, parents_former, known)]
    return [name for name in dict.fromkeys(names) if name != urn]


def _own(urn: str, parent: str, aliases: list[Alias]) -> Iterator[str]:
    stack, project, _, name = split(urn)
    for alias in aliases:
        above = "" if alias.no_parent else alias.parent or parent
        type_ = qualified(above, alias.type or type_of(urn))
        yield alias.urn or join(alias.stack or stack, alias.project or project, type_, alias.name or name)


def _inherited(urn: str, parent: str, parents_former: Iterable[str], aliases: list[Alias]) -> Iterator[str]:
    """Children are often named after their parent (``app`` -> ``app-policy``): follow a renamed parent."""
    for former in parents_former:
        for alias in [Alias(), *[alias for alias in aliases if not alias.urn]]:
            name = alias.name or name_of(urn)
            if name.startswith(name_of(parent)):
                name = name_of(former) + name[len(name_of(parent)) :]
            stack, project, _, _ = split(former)
            yield join(stack, project, qualified(former, alias.type or type_of(urn)), name)
