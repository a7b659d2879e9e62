"""Properties to API parameters and back, guided by botocore's model of the operation. Pure.

pulumi-aws names a property as AWS names the member, in camel case (``KmsKeyId`` -> ``kmsKeyId``); where it does not, a
type gives the difference as `names` (API member -> property). Pulumi flattens lists of at most one element, and gives
some booleans as strings; the shape says what the API wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from botocore import xform_name

Props = dict[str, Any]
Names = Mapping[str, str]


def fixed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`values`, read-only: for constants of a class."""
    return MappingProxyType(dict(values))


NO_NAMES: Names = fixed({})


@cache
def camel(member: str) -> str:
    """Property name of an API member: ``KMSMasterKeyID`` -> ``kmsMasterKeyId``."""
    first, *rest = xform_name(member).split("_")
    return str(first) + "".join(word.capitalize() for word in rest)


def to_api(shape: Any, value: Any, names: Names = NO_NAMES) -> Any:
    """`value` as the API member `shape` wants it; properties that the API does not have are left out."""
    if shape.type_name == "structure":
        return _structure(shape, value, names)
    if shape.type_name == "list":
        if isinstance(value, dict) and _is_tag(shape.member):
            return tag_list(value, *_tag_keys(shape.member))
        return [to_api(shape.member, item, names) for item in (value if isinstance(value, list) else [value])]
    if shape.type_name == "map":
        return {key: to_api(shape.value, item, names) for key, item in value.items()}
    return _scalar(shape.type_name, value)


def _structure(shape: Any, value: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found = {member: value.get(names.get(member, camel(member))) for member in shape.members}
    return {
        member: to_api(shape.members[member], item, names)
        for member, item in found.items()
        if item is not None and not (item == "" and shape.members[member].type_name != "string")
    }


def _scalar(kind: str, value: Any) -> Any:
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"double", "float"}:
        return float(value)
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def from_api(value: Any, names: Names = NO_NAMES) -> Any:
    """What the API answered, as properties: camel case, tags as a map, times as ISO 8601, nothing that is null."""
    if isinstance(value, dict):
        return {names.get(key, camel(key)): from_api(item, names) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        if value and all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in value):
            return tag_map(value)
        return [from_api(item, names) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """A map of tags in the API's list form."""
    return [{key: name, value: str(text)} for name, text in tags.items()]


def tag_map(tags: list[dict[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """The API's list of tags as a map."""
    return {tag[key]: tag.get(value, "") for tag in tags or []}


def _is_tag(shape: Any) -> bool:
    return shape.type_name == "structure" and set(shape.members) in ({"Key", "Value"}, {"TagKey", "TagValue"})


def _tag_keys(shape: Any) -> tuple[str, str]:
    return ("Key", "Value") if "Key" in shape.members else ("TagKey", "TagValue")
