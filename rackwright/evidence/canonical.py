"""One byte form for each JSON value, so that a hash or a signature of a value means one thing."""

from __future__ import annotations

import hashlib
import json


def canonical(value: object) -> bytes:
    """`value` as JSON: sorted keys, no spaces, ASCII only. ValueError for NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Digest of `data`: 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: object) -> str:
    """Digest of a value's canonical form, with the algorithm's name: ``sha256:...``."""
    return f"sha256:{sha256(canonical(value))}"


def read_canonical(data: bytes) -> dict[str, object]:
    """The object whose canonical form is `data`; ValueError when it is any other sequence of bytes."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise ValueError("it is not JSON") from problem
    if isinstance(value, dict) and _encoded(value) == data:
        return value
    raise ValueError("it is not a JSON object in canonical form")


def _encoded(value: object) -> bytes:
    try:
        return canonical(value)
    except (ValueError, RecursionError):
        return b""
