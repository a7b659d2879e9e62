"""Records of a log and its head, as values and as bytes. Pure.

A record is one line: ``{"body": ..., "hash": ..., "signature": ...}`` in canonical JSON. The hash is of the body, the
body holds the hash of the record before it, and the signature is of the body. The head, signed by the same key, says
how many records there are and with which hash they end; it is what makes a removal at the end visible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rackwright.evidence.canonical import canonical, read_canonical, sha256
from rackwright.evidence.keys import PublicKey, SigningKey

FORMAT = 1
"""Version of the form of records and heads."""

GENESIS = "0" * 64
"""What stands for the hash before the first record."""

_RECORD, _HEAD = b"rackwright evidence record 1\n", b"rackwright evidence head 1\n"
"""What a signature is of begins with one of these, so that no head can pass for a record."""

_FIELDS: dict[str, type] = {
    "format": int,
    "stack": str,
    "index": int,
    "previous": str,
    "at": str,
    "command": str,
    "key": str,
    "content": dict,
}
_HEAD_FIELDS: dict[str, type] = {"format": int, "stack": str, "records": int, "hash": str, "key": str}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened: which command ran, on what, with what result, who ran it and when."""

    stack: str
    index: int
    """Counted from 0."""
    previous: str
    """Hash of the record before, `GENESIS` for the first."""
    at: str
    """UTC, ``2026-11-21T13:00:00.000000Z``: as text in the order of time."""
    command: str
    key: str
    """Id of the key that signed it."""
    content: Mapping[str, object]

    @property
    def body(self) -> dict[str, object]:
        """What is hashed and signed."""
        return {"format": FORMAT} | {name: getattr(self, name) for name in _FIELDS if name != "format"}

    @property
    def hash(self) -> str:
        """SHA-256 of the body, in hexadecimal."""
        return sha256(canonical(self.body))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record with the hash and the signature that its line carries."""

    record: Record
    hash: str
    signature: str

    @property
    def line(self) -> bytes:
        """The line in the log, without the end of line."""
        return canonical({"body": self.record.body, "hash": self.hash, "signature": self.signature})

    def fault(self, key: PublicKey) -> str | None:
        """What is wrong with the record by itself; None when hash and signature hold."""
        if self.hash != self.record.hash:
            return "was changed: its hash is not that of its content"
        if self.record.key != key.id:
            return f"is signed by another key ({self.record.key[:16]}, expected {key.id[:16]})"
        if not key.verifies(_RECORD + canonical(self.record.body), self.signature):
            return "was changed: its signature is not the key's"
        return None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends."""

    stack: str
    records: int
    hash: str
    """Hash of the last record."""
    key: str
    signature: str = ""

    @property
    def body(self) -> dict[str, object]:
        """What is signed."""
        return {"format": FORMAT} | {name: getattr(self, name) for name in _HEAD_FIELDS if name != "format"}

    @property
    def line(self) -> bytes:
        """The head as its file holds it, without the end of line."""
        return canonical({"body": self.body, "signature": self.signature})

    def holds(self, key: PublicKey) -> bool:
        """Whether the head is signed by `key`."""
        return self.key == key.id and key.verifies(_HEAD + canonical(self.body), self.signature)


def seal(record: Record, key: SigningKey) -> Sealed:
    """Hash and sign `record`."""
    return Sealed(record, record.hash, key.sign(_RECORD + canonical(record.body)))


def head_after(last: Sealed, key: SigningKey) -> Head:
    """The signed head of a log that ends with `last`."""
    head = Head(last.record.stack, last.record.index + 1, last.hash, key.public.id)
    return Head(head.stack, head.records, head.hash, head.key, key.sign(_HEAD + canonical(head.body)))


def read_record(line: bytes) -> Sealed:
    """The record in `line`. ValueError that says what is wrong with its form; hash and signature are not judged."""
    document = read_canonical(line)
    _must_have(document, {"body": dict, "hash": str, "signature": str})
    body = _part(document, "body")
    _must_have(body, _FIELDS)
    if body["format"] != FORMAT or not _TIME.fullmatch(str(body["at"])):
        raise ValueError("its format or its time is not one that this version knows")
    record = Record(
        stack=str(body["stack"]),
        index=_number(body, "index"),
        previous=str(body["previous"]),
        at=str(body["at"]),
        command=str(body["command"]),
        key=str(body["key"]),
        content=_part(body, "content"),
    )
    return Sealed(record, str(document["hash"]), str(document["signature"]))


def read_head(data: bytes) -> Head:
    """The head in `data` (with or without its end of line). ValueError that says what is wrong with its form."""
    document = read_canonical(data.removesuffix(b"\n"))
    _must_have(document, {"body": dict, "signature": str})
    body = _part(document, "body")
    _must_have(body, _HEAD_FIELDS)
    if body["format"] != FORMAT:
        raise ValueError("its format is not one that this version knows")
    signature = str(document["signature"])
    return Head(str(body["stack"]), _number(body, "records"), str(body["hash"]), str(body["key"]), signature)


def _must_have(document: Mapping[str, object], fields: Mapping[str, type]) -> None:
    if set(document) != set(fields):
        raise ValueError(f"it has the fields {', '.join(sorted(document))}; expected {', '.join(sorted(fields))}")
    for name, kind in fields.items():
        if type(document[name]) is not kind:
            raise ValueError(f"its field {name!r} is no {kind.__name__}")


def _part(document: Mapping[str, object], name: str) -> dict[str, object]:
    part = document[name]
    return part if isinstance(part, dict) else {}


def _number(document: Mapping[str, object], name: str) -> int:
    value = document[name]
    return value if isinstance(value, int) else -1
