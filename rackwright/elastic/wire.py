"""EC2's wire format: parameters as a form, answers and errors from XML. Pure.

Source: Amazon EC2 API Reference, "Query requests".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

API_VERSION = "2016-11-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def form_of(action: str, params: Mapping[str, Any]) -> bytes:
    """The request's body: members joined by dots, lists counted from one, sorted."""
    pairs = sorted({"Action": action, "Version": API_VERSION, **dict(_flat("", params))}.items())
    return "&".join(f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in pairs).encode()


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, item in enumerate(value, 1):
            yield from _flat(f"{prefix}.{number}", item)
    else:
        yield prefix, str(value).lower() if isinstance(value, bool) else str(value)


class Refused(Exception):
    """EC2 said no; `code` is its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


_ERROR = re.compile(r"<Code>(?P<code>[^<]*)</Code>\s*<Message>(?P<message>[^<]*)")


def refusal_of(status: int, said: str) -> Refused:
    """What the beginning of an error answer says; one that is not EC2's is ``InternalError`` or ``HTTP<status>``."""
    match = _ERROR.search(said)
    if match is None:
        theirs = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return Refused("InternalError" if theirs else f"HTTP{status}", f"HTTP status {status}")
    return Refused(match["code"], match["message"])


def parsed(body: bytes) -> ET.Element:
    """An answer without its namespace, so that elements go by their plain names."""
    plain = re.sub(rb'\sxmlns="[^"]*"', b"", body, count=1)
    return ET.XML(plain)


def texts(root: ET.Element, path: str) -> list[str]:
    """Texts of all elements at `path`."""
    return [element.text or "" for element in root.iterfind(path)]


def interfaces_in(root: ET.Element) -> list[dict[str, Any]]:
    """Network interfaces in an answer of DescribeLaunchTemplateVersions."""
    return [_interface(item) for item in root.iterfind(".//networkInterfaceSet/item")]


def _interface(item: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: text
        for name, tag in (
            ("NetworkCardIndex", "networkCardIndex"),
            ("DeviceIndex", "deviceIndex"),
            ("InterfaceType", "interfaceType"),
            ("DeleteOnTermination", "deleteOnTermination"),
            ("Description", "description"),
        )
        if (text := item.findtext(tag)) is not None
    }
    return {**found, "Groups": texts(item, "groupSet/groupId") or texts(item, "groupSet/item/groupId")}
