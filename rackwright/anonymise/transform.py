"""Reads a file, applies the map row by row, and writes another: in constant memory, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from rackwright.anonymise.classes import AnonymityFound, Classes
from rackwright.anonymise.mapping import ColumnMap
from rackwright.anonymise.parquet import carry_parquet
from rackwright.anonymise.rows import CsvWriter, Form, JsonlWriter, Numbered, Writer, read_csv, read_jsonl
from rackwright.anonymise.work import Work
from rackwright.diagnostics import InputError


@dataclass(frozen=True, slots=True)
class Settings:
    """How to read and write."""

    form: Form
    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class ColumnDone:
    """What was done to one column."""

    name: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. It holds no value of the data and no key."""

    rows: int
    columns: tuple[ColumnDone, ...]
    """Columns that were seen, by the order in which they came first."""
    absent: tuple[str, ...]
    """Declared columns that no row had (JSON Lines only)."""
    anonymity: AnonymityFound | None
    input_sha256: str
    output_sha256: str
    output_kept: bool

    @property
    def holds(self) -> bool:
        """Whether the k-anonymity that was asked for is there (or none was asked for)."""
        return self.anonymity is None or self.anonymity.holds

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self) | {"k_holds": self.anonymity.holds if self.anonymity else None}


def anonymise(source: Path, target: Path, chosen: ColumnMap, settings: Settings, *, keep: bool = False) -> Report:
    """Write `source` to `target` by the map `chosen`.

    Memory does not grow with the rows; the k-anonymity check holds one number for each class. A file that fails that
    check is removed, unless `keep`; the report says so. Raises `InputError` for data that the map does not fit; then
    there is no output.
    """
    work = Work(chosen, source.name)
    classes = Classes(chosen.anonymity) if chosen.anonymity else None
    with _whole(target) as (fresh, publish):
        if settings.form is Form.PARQUET:
            carry_parquet(work, source, fresh, classes)
        else:
            _carry_text(work, source, fresh, settings, classes)
        anonymity = classes.found() if classes else None
        kept = keep or anonymity is None or anonymity.holds
        digest = _digest(fresh)
        if kept:
            publish()
    columns = tuple(ColumnDone(name, action.name, action.detail) for name, action in work.seen.items())
    absent = tuple(name for name in chosen.columns if name not in work.seen)
    return Report(work.rows, columns, absent, anonymity, _digest(source), digest, kept)


def _carry_text(work: Work, source: Path, fresh: Path, settings: Settings, classes: Classes | None) -> None:
    written = _written(settings.encoding)
    with _reading(source, settings) as file, fresh.open("w", encoding=written, newline="") as out:
        _carry(work, file, out, settings, classes)


def _carry(work: Work, file: TextIO, out: TextIO, settings: Settings, classes: Classes | None) -> None:
    rows, writer = _opened(work, file, out, settings)
    for line, row in rows:
        work.meet(row, line)
        published = work.publish(row, line)
        if classes is not None:
            classes.add(published)
        try:
            writer.write(published)
        except UnicodeEncodeError as problem:
            what = f"a character cannot be written as {problem.encoding}"
            raise InputError(what, where=f"{work.name}:{line}", hint="--encoding utf-8") from None


def _opened(work: Work, file: TextIO, out: TextIO, settings: Settings) -> tuple[Iterator[Numbered], Writer]:
    if settings.form is Form.JSONL:
        return read_jsonl(file, work.name), JsonlWriter(out)
    header, rows = read_csv(file, work.name, settings.delimiter)
    return rows, CsvWriter(out, work.header(header, 1), settings.delimiter)


@contextmanager
def _reading(path: Path, settings: Settings) -> Iterator[TextIO]:
    encoding = "utf-8-sig" if settings.encoding.lower() in {"utf-8", "utf8"} else settings.encoding
    try:
        file = path.open(encoding=encoding, newline="")
    except LookupError:
        raise InputError(f"there is no encoding {settings.encoding!r}", where="--encoding") from None
    except OSError as problem:
        raise InputError(f"cannot read {path}: {problem.strerror}", where=str(path)) from problem
    with file:
        yield file


def _written(encoding: str) -> str:
    """A byte order mark is read and not written."""
    return "utf-8" if encoding.lower() == "utf-8-sig" else encoding


@contextmanager
def _whole(target: Path) -> Iterator[tuple[Path, Callable[[], object]]]:
    """A file beside `target` that only the owner reads, and the call that puts it in its place."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    except OSError as problem:
        raise InputError(f"cannot write to {target.parent}: {problem.strerror}", where=str(target)) from problem
    try:
        yield fresh, lambda: fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def report_with(report: Report, *, tool: str, map_sha256: str, key_id: str | None) -> Mapping[str, object]:
    """The report with what it was made by."""
    return {"tool": tool, "map_sha256": map_sha256, "key_id": key_id} | report.as_dict()
