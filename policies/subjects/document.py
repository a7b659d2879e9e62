"""One collected thing as a document, and the resource that rules see of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from policies.rule import UNKNOWN, Resource


class Document(TypedDict):
    """What a collector writes for each thing, as JSON."""

    type: str
    """Type token, as rules name it: ``host:machine``, ``aws:s3/bucket:Bucket``, ``kubernetes:core/v1:Pod``."""
    name: str
    """Unique among the things of its type in one audit."""
    props: dict[str, Any]
    """What was read, in the shape that the type's subject gives."""
    urn: NotRequired[str]
    """Where the thing is recorded in a stack; made from type and name where none knows it."""
    unread: NotRequired[dict[str, str]]
    """JSON pointer into `props` (``/sshd``, ``/spec/volumes``) -> why it could not be read; ``""`` is all of it."""
    links: NotRequired[dict[str, list[str]]]
    """Property -> URNs of the things that it comes from."""


class Unread(Mapping[str, Any]):
    """Properties of a thing of which nothing could be read: each of them is unknown."""

    def __getitem__(self, key: str) -> Any:
        """Unknown, whatever it is."""
        return UNKNOWN

    def __iter__(self) -> Iterator[str]:
        """No property is known by name."""
        return iter(())

    def __len__(self) -> int:
        """None is known."""
        return 0


def urn_of(kind: str, name: str) -> str:
    """URN of a thing that no stack records: type and name in the places where a stack's URN has them."""
    return f"urn:observed:::::{kind}::{name}"


def resource_of(document: Document) -> Resource:
    """The resource that rules see; what is unread is unknown, with its reason."""
    kind, name = document["type"], document["name"]
    unread = document.get("unread") or {}
    props: Mapping[str, Any] = Unread() if "" in unread else document["props"]
    for pointer in sorted(filter(None, unread)):
        props = without(props, [_unescaped(part) for part in pointer.split("/")[1:]])
    urn = document.get("urn") or urn_of(kind, name)
    return Resource(urn, kind, name, props, document.get("links") or {}, unread)


def read_documents(lines: Iterable[str]) -> list[Document]:
    """Documents from JSON lines. ValueError for a line that is no JSON object with type, name and properties."""
    return [_document(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _document(line: str, number: int) -> Document:
    found = json.loads(line)
    kinds = {"type": str, "name": str, "props": dict}
    if not isinstance(found, dict) or any(not isinstance(found.get(key), kind) for key, kind in kinds.items()):
        raise ValueError(f"line {number} is no document: it needs type, name and props")
    return cast("Document", found)


def without(props: Any, parts: list[str]) -> Any:
    """`props` with the value at `parts` unknown; parents that are absent are made, so that a reader meets it."""
    if not parts:
        return UNKNOWN
    head, *rest = parts
    if isinstance(props, list) and head.isdigit() and int(head) < len(props):
        return [without(item, rest) if n == int(head) else item for n, item in enumerate(props)]
    inner = props if isinstance(props, Mapping) else {}
    return {**inner, head: without(inner.get(head), rest)}


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
