"""Rules on the command lines of the control plane, in one line each: what a flag must say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import known
from policies.rule import Find, Resource

API_SERVER = "kubernetes:component:ApiServer"
CONTROLLERS = "kubernetes:component:ControllerManager"
SCHEDULER = "kubernetes:component:Scheduler"
ETCD = "kubernetes:component:Etcd"


def flag(process: Resource, name: str, default: str = "") -> str:
    """Value of a flag, `default` where it is not given. Raises `Unknown` where the command line was not read."""
    flags = known(process, "flags")
    return str(flags.get(name, default)) if isinstance(flags, dict) else default


def listed(process: Resource, name: str, default: str = "") -> list[str]:
    """The parts of a flag that is a list with commas."""
    return [part for part in flag(process, name, default).split(",") if part]


def flag_must_be(name: str, *allowed: str, default: str = "") -> Find:
    """The flag has one of these values; `default` is what the program takes when it is absent."""

    def find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
        value = flag(process, name, default)
        if value not in allowed:
            yield f"--{name} is {value or 'unset'!r}, expected {' or '.join(allowed)}"

    return find


def flags_must_be_set(*names: str) -> Find:
    """Each flag has a value."""

    def find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for name in names:
            if not flag(process, name):
                yield f"--{name} is not set"

    return find


def flags_must_be_absent(*names: str) -> Find:
    """None of the flags is given."""

    def find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for name in names:
            if flag(process, name):
                yield f"--{name} is set"

    return find


def flag_must_list(name: str, *wanted: str, default: str = "") -> Find:
    """The flag's list has each of `wanted`."""

    def find(process: Resource, _: Sequence[Resource]) -> Iterator[str]:
        found = listed(process, name, default)
        missing = [item for item in wanted if item not in found]
        if missing:
            yield f"--{name} lacks {', '.join(missing)}"

    return find
