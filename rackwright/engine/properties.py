"""Property values as they travel and as they rest: JSON values with two kinds of marks.

Inside the engine a bag of properties is a plain ``dict`` of JSON values in which

* the string `UNKNOWN_WIRE` stands for a value that is not known before the apply,
* ``{SIG: SEAL, "value": v}`` is a secret,

exactly as on Pulumi's wire (``pulumi.runtime.rpc``), so nothing is translated twice. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

Props = dict[str, Any]

SIG = "4dabf18193072939515e22adb298388d"
SEAL = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIG = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Mark(str):
    """A word shown in place of a value; compare with ``is`` (`UNKNOWN`, `SECRET`)."""

    __slots__ = ()


UNKNOWN = Mark("[unknown]")
"""Shown for a value that is not known before the apply."""
SECRET = Mark("[secret]")
"""Shown for a secret value."""


class Secret:
    """A secret stack output. Prints as ``[secret]``; `reveal` gives the value.

    Not a dataclass: `dataclasses.asdict` of whatever holds it must not open it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """The value itself; keep it out of logs and files."""
        return self._value

    def __repr__(self) -> str:
        """The mark; never the value."""
        return SECRET

    def __eq__(self, other: object) -> bool:
        """Whether both hide the same value."""
        return isinstance(other, Secret) and same_value(self._value, other.reveal())

    def __hash__(self) -> int:
        """The same for all: values need not be hashable."""
        return hash(Secret)


# --- protobuf ---------------------------------------------------------------------------------------------------------


def from_struct(struct: Struct) -> Props:
    """Plain values of a protobuf struct; whole numbers become ``int``, output values their content."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return _plain_output(from_struct(value.struct_value))
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    return None


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _plain_output(value: Props) -> Any:
    if value.get(SIG) != OUTPUT_SIG:
        return value
    inner = value.get("value", UNKNOWN_WIRE)
    return secret(inner) if value.get("secret") else inner


def to_struct(props: Mapping[str, Any]) -> Struct:
    """Protobuf struct of plain values."""
    struct = Struct()
    struct.update(props)
    return struct


# --- secrets and unknowns ---------------------------------------------------------------------------------------------


def secret(value: Any) -> Props:
    """`value`, marked secret."""
    return {SIG: SEAL, "value": value}


def is_secret(value: Any) -> bool:
    """Whether `value` itself is marked secret."""
    return isinstance(value, dict) and value.get(SIG) == SEAL


def reveal(value: Any) -> Any:
    """`value` without any secret marks, at any depth."""
    if isinstance(value, dict):
        if value.get(SIG) == SEAL:
            return reveal(value["value"])
        return {key: reveal(item) for key, item in value.items()}
    return [reveal(item) for item in value] if isinstance(value, list) else value


def _walk(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)


def contains_secret(value: Any) -> bool:
    """Whether a secret is anywhere in `value`."""
    return any(is_secret(item) for item in _walk(value))


def contains_unknown(value: Any) -> bool:
    """Whether an unknown is anywhere in `value`."""
    return any(item == UNKNOWN_WIRE for item in _walk(value))


def masked(value: Any) -> Any:
    """`value` fit to be shown: secrets and unknowns replaced by `SECRET` and `UNKNOWN`."""
    if is_secret(value):
        return SECRET
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return UNKNOWN if value == UNKNOWN_WIRE else value


def opened(value: Any) -> Any:
    """A stack output for a caller: the plain value, or a `Secret` when a secret is anywhere in it."""
    return Secret(reveal(value)) if contains_secret(value) else masked(value)


def secret_keys(*bags: Mapping[str, Any]) -> set[str]:
    """Names of the properties in which one of `bags` holds a secret."""
    return {key for bag in bags for key, value in bag.items() if contains_secret(value)}


def keep_secret(outputs: Props, inputs: Mapping[str, Any], extra: Sequence[str] = ()) -> Props:
    """`outputs` with those marked secret whose input of the same name is, or that `extra` names."""
    marked = secret_keys(inputs) | set(extra)
    return {
        key: secret(reveal(value)) if key in marked and not is_secret(value) else value
        for key, value in outputs.items()
    }


# --- comparing --------------------------------------------------------------------------------------------------------


def same_value(old: Any, new: Any) -> bool:
    """Whether two values are equal as JSON (``True`` is not ``1``), secret or not. An unknown equals nothing."""
    if is_secret(old):
        old = old["value"]
    if is_secret(new):
        new = new["value"]
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same_value(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same_value, old, new))
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new) and new != UNKNOWN_WIRE


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property that a step changes."""

    path: str
    """Path in the provider's names: ``tags.Name``, ``ingress[0].port``."""
    kind: str
    """``add``, ``delete`` or ``update``."""
    old: Any
    new: Any
    """Values fit to be shown: secrets and unknowns are marked."""
    replaces: bool = False
    """Whether this change needs a new resource."""


def changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[PropertyChange]:
    """The differing leaves of two bags of properties, sorted by path."""
    for key in sorted(old.keys() | new.keys()):
        path = f"{prefix}.{key}" if prefix else key
        if key not in new:
            yield PropertyChange(path, "delete", masked(old[key]), None)
        elif key not in old:
            yield PropertyChange(path, "add", None, masked(new[key]))
        else:
            yield from _changed(old[key], new[key], path)


def _changed(old: Any, new: Any, path: str) -> Iterator[PropertyChange]:
    if same_value(old, new):
        return
    if _is_bag(old) and _is_bag(new):
        yield from changes(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changed(one, other, f"{path}[{index}]")
    else:
        hidden = contains_secret(old) or contains_secret(new)
        yield PropertyChange(path, "update", *((SECRET, SECRET) if hidden else (masked(old), masked(new))))


def _is_bag(value: Any) -> bool:
    return isinstance(value, dict) and SIG not in value
