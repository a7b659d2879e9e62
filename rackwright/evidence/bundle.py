"""Evidence of a period in one file, which proves itself without the logs it came from. Pure.

A bundle holds, for each stack, the records of the period *and the two next to it*: the one before begins outside the
period, so none can be missing at the start, and the one after (or the signed head) shows the same of the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rackwright.diagnostics import InputError
from rackwright.evidence.canonical import canonical, digest, read_canonical
from rackwright.evidence.keys import PublicKey
from rackwright.evidence.period import Period, parse_period
from rackwright.evidence.record import GENESIS, Head, Sealed, read_head, read_record
from rackwright.evidence.verify import Chain, Fault, Verdict

KIND = "rackwright-evidence-bundle-1"

KEY_BYTES = 32
"""Length of a raw Ed25519 public key (RFC 8032)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a bundle says of one stack."""

    stack: str
    key: PublicKey
    head: Head
    lines: tuple[bytes, ...]


def select(lines: Iterable[bytes], period: Period) -> tuple[bytes, ...]:
    """Lines from the first to the last of `period`, with their neighbours; where none is inside, these alone."""
    every = list(lines)
    sides = [period.side(read_record(line).record.at) for line in every]
    inside = [index for index, side in enumerate(sides) if side == 0]
    if inside:
        return tuple(every[max(inside[0] - 1, 0) : inside[-1] + 2])
    later = next((index for index, side in enumerate(sides) if side > 0), len(every))
    return tuple(every[max(later - 1, 0) : later + 1])


def make_bundle(period: Period, parts: Sequence[Part]) -> bytes:
    """The file: canonical JSON and an end of line."""
    body = {"kind": KIND, "period": period.name, "stacks": [_part_data(part) for part in parts]}
    return canonical(body | {"digest": digest(body)}) + b"\n"


def verify_bundle(data: bytes, *, key_id: str | None = None) -> tuple[Period, list[Verdict]]:
    """Judge a bundle, stack by stack. InputError when it is none, or not the bytes that were written."""
    try:
        body = _body(data)
        period, parts = parse_period(str(body["period"])), _parts(body["stacks"])
    except (ValueError, KeyError, TypeError) as problem:
        raise InputError(
            f"the bundle was changed or is none: {problem}", hint="get it again from who made it"
        ) from problem
    return period, [_verdict(part, period, key_id) for part in parts]


def _body(data: bytes) -> dict[str, object]:
    document = read_canonical(data.removesuffix(b"\n"))
    body = {name: value for name, value in document.items() if name != "digest"}
    if body.get("kind") != KIND or not data.endswith(b"\n"):
        raise ValueError(f"it is no {KIND}")
    if document.get("digest") != digest(body):
        raise ValueError("its digest is not that of its content")
    return body


def _part_data(part: Part) -> dict[str, object]:
    records = [line.decode("ascii") for line in part.lines]
    return {
        "stack": part.stack,
        "public_key": part.key.raw.hex(),
        "head": part.head.line.decode("ascii"),
        "records": records,
    }


def _parts(stacks: object) -> list[Part]:
    if not isinstance(stacks, list):
        raise TypeError("its stacks are no list")
    return [_part(one) for one in stacks]


def _part(data: Mapping[str, object]) -> Part:
    records, raw = data["records"], bytes.fromhex(str(data["public_key"]))
    if not isinstance(records, list) or len(raw) != KEY_BYTES:
        raise ValueError("a stack's records or key have the wrong form")
    lines = tuple(str(line).encode("ascii") for line in records)
    return Part(str(data["stack"]), PublicKey(raw), read_head(str(data["head"]).encode("ascii")), lines)


def _verdict(part: Part, period: Period, key_id: str | None) -> Verdict:
    chain = Chain(part.stack, part.key)
    sealed = [one for one in map(chain.read, part.lines) if one is not None]
    faults = [*chain.faults, *_edges(part, period, sealed)]
    if key_id is not None and key_id != part.key.id:
        faults.insert(0, Fault("key", f"the key is {part.key.id}, expected {key_id}"))
    inside = sum(period.side(one.record.at) == 0 for one in sealed)
    return Verdict(part.stack, inside, chain.last, part.key.id, tuple(faults), tuple(chain.notes))


def _edges(part: Part, period: Period, sealed: Sequence[Sealed]) -> list[Fault]:
    """Whether records of the period could be missing at either end."""
    if not part.head.holds(part.key) or part.head.stack != part.stack:
        return [Fault("head", "the head was changed: its signature is not the key's")]
    if not sealed:
        return [Fault("records", "there are none, but the log is not empty")] if part.head.records else []
    faults = []
    first, last = sealed[0].record, sealed[-1].record
    if (first.index, first.previous) != (0, GENESIS) and period.side(first.at) >= 0:
        faults.append(Fault(f"record {first.index}", "is inside the period, and the one before it is not here"))
    at_end = (part.head.records, part.head.hash) == (last.index + 1, sealed[-1].hash)
    if not at_end and period.side(last.at) <= 0:
        faults.append(Fault(f"record {last.index}", "is not after the period, and the one after it is not here"))
    return faults
