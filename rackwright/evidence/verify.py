"""Proves that nothing in a log was changed, moved, put in or taken out; names each place that fails. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rackwright.evidence.keys import PublicKey
from rackwright.evidence.record import GENESIS, Head, Sealed, read_record


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold."""

    where: str
    """``line 4 (record 3)``, ``head`` or ``end``."""
    what: str


@dataclass(slots=True)
class Chain:
    """Reads records one after another, in the order of the file. Memory does not grow with the log."""

    stack: str
    key: PublicKey
    expected: int | None = None
    """Index that the next record must have; None where the chain begins in the middle."""
    last: str | None = None
    """Hash of the record before the next one; None when it is not known."""
    lines: int = 0
    records: int = 0
    """Good records."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wanted: str | None = None
    """A hash that somebody noted earlier and that must be in the chain."""
    newest: str = ""
    """Time of the latest record so far."""

    def read(self, line: bytes) -> Sealed | None:
        """Judge the next line; the record, when it is good by itself."""
        self.lines += 1
        try:
            sealed = read_record(line)
            problem = sealed.fault(self.key)
        except ValueError as mistake:
            sealed, problem = None, f"cannot be read: {mistake}"
        if sealed is None or problem is not None:
            self._spoiled(problem or "")
            return None
        self._place(sealed)
        return sealed

    def _spoiled(self, problem: str) -> None:
        index = "" if self.expected is None else f" (record {self.expected})"
        self.faults.append(Fault(f"line {self.lines}{index}", problem))
        self.expected = None if self.expected is None else self.expected + 1
        self.last = None

    def _place(self, sealed: Sealed) -> None:
        record = sealed.record
        where = f"line {self.lines} (record {record.index})"
        if record.stack != self.stack:
            self.faults.append(Fault(where, f"belongs to stack {record.stack!r}, not to {self.stack!r}"))
            return
        if self.expected is not None and record.index < self.expected:
            self.faults.append(Fault(where, f"stands out of order or twice; expected record {self.expected}"))
            return
        if self.expected is not None and record.index > self.expected:
            self.faults.append(Fault(where, f"comes too early: {_missing(self.expected, record.index)} before it"))
        elif self.last is not None and record.previous != self.last:
            self.faults.append(Fault(where, "does not follow from the record before it: their hashes differ"))
        self._accept(sealed)

    def _accept(self, sealed: Sealed) -> None:
        record = sealed.record
        if record.at < self.newest:
            self.notes.append(f"record {record.index} is dated before the one before it ({record.at})")
        if self.wanted == sealed.hash:
            self.wanted = None
        self.newest = max(self.newest, record.at)
        self.expected, self.last = record.index + 1, sealed.hash
        self.records += 1


def _missing(first: int, after: int) -> str:
    return f"record {first} is missing" if after == first + 1 else f"records {first} to {after - 1} are missing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found out about one log or one stack of a bundle."""

    stack: str
    records: int
    """Records that hold."""
    head: str | None
    """Hash of the last record."""
    key: str | None
    """Id of the public key."""
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    """What a reader should know and that is no fault: a torn last line, a clock that went back."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_log(
    stack: str, lines: Iterable[bytes], torn: bytes, head: Head | None, key: PublicKey, wanted: str | None = None
) -> Verdict:
    """Judge a whole log: its complete `lines`, what is left after the last end of line, and its head."""
    chain = Chain(stack, key, expected=0, last=GENESIS, wanted=wanted)
    hashes = _Tail()
    for line in lines:
        sealed = chain.read(line)
        if sealed is not None:
            hashes.add(sealed)
    if torn:
        chain.notes.append(f"the last line is torn ({len(torn)} bytes): a run was killed while it was written")
    _judge_head(chain, head, hashes, key)
    if chain.wanted is not None:
        chain.faults.append(Fault("log", f"no record has the hash {wanted} that was noted earlier"))
    return Verdict(stack, chain.records, chain.last, key.id, tuple(chain.faults), tuple(chain.notes))


@dataclass(slots=True)
class _Tail:
    """Hashes of the last two records by index: all that the head is compared with."""

    kept: dict[int, str] = field(default_factory=dict)

    def add(self, sealed: Sealed) -> None:
        self.kept[sealed.record.index] = sealed.hash
        for index in sorted(self.kept)[:-2]:
            del self.kept[index]


def _judge_head(chain: Chain, head: Head | None, tail: _Tail, key: PublicKey) -> None:
    there = chain.expected or 0
    if head is None:
        if chain.lines > 1:
            chain.faults.append(
                Fault("head", "the head is missing, so nobody can say whether records are missing at the end")
            )
        elif chain.lines:
            chain.notes.append("there is no head yet: the run that wrote the first record was killed")
    elif not head.holds(key) or head.stack != chain.stack:
        chain.faults.append(Fault("head", "the head was changed: its signature is not the key's"))
    elif head.records > there:
        what = f"{_missing(there, head.records)} at the end (the head counts {head.records})"
        chain.faults.append(Fault("end", what))
    elif head.records < there - 1:
        chain.faults.append(Fault("head", f"the head is an old one: it counts {head.records}, the log has {there}"))
    elif tail.kept.get(head.records - 1, head.hash) != head.hash:
        chain.faults.append(Fault("head", f"the head does not end with record {head.records - 1} of this log"))
    elif head.records == there - 1:
        chain.notes.append("the head lags one record behind: the run that wrote it was killed; the next run mends it")
