"""Pulumi's tagged values -> plain values. Secrets and unknowns become `UNKNOWN`, so that no message can quote one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.rule import UNKNOWN

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a string that is not known yet."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key that says that an object is a tagged value."""

OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
"""Signatures: `sdk/go/common/resource/properties.go` of the Pulumi SDK, the same in every language."""


def plain(value: Any) -> Any:
    """`value` without tags. Whole numbers become int, as the wire knows only floats."""
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_TEXT else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return _object(value)
    return value


def _object(value: Mapping[str, Any]) -> Any:
    signature = value.get(SIGNATURE)
    if signature is None:
        return {key: plain(item) for key, item in value.items()}
    if signature == OUTPUT and "value" in value and not value.get("secret"):
        return plain(value["value"])
    if signature == REFERENCE:
        return plain(value.get("id") or value.get("urn"))
    return UNKNOWN
