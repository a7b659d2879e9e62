"""Reads a file, applies the map row by row, and writes another: in constant memory, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from rackwright.anonymise.actions import Action, Drop, Unfit
from rackwright.anonymise.classes import AnonymityFound, Classes
from rackwright.anonymise.mapping import ColumnMap
from rackwright.anonymise.rows import CsvWriter, Form, JsonlWriter, Numbered, Row, Writer, read_csv, read_jsonl
from rackwright.diagnostics import InputError, Problem


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


@dataclass(slots=True)
class _Work:
    """One file on its way."""

    chosen: ColumnMap
    name: str
    seen: dict[str, Action] = field(default_factory=dict)
    rows: int = 0

    def meet(self, columns: Iterable[str], line: int) -> None:
        """Take note of columns; InputError names all that the map does not know."""
        new = [column for column in columns if column not in self.seen]
        unknown = self.chosen.unknown(new)
        if unknown:
            raise _refusal(self.name, line, unknown, "is not declared", "declare it, or write 'default: drop'")
        self.seen.update({column: self.chosen.columns.get(column, Drop()) for column in new})

    def publish(self, row: Row, line: int) -> dict[str, object]:
        """The row as it is published; columns keep their order."""
        self.rows += 1
        published = {}
        for column, value in row.items():
            action = self.seen[column]
            if isinstance(action, Drop):
                continue
            try:
                published[column] = action.apply(value)
            except Unfit as problem:
                raise InputError(
                    f"column {column!r}: the value {problem}",
                    where=f"{self.name}:{line}",
                    hint="mend the value, or say 'invalid: redact' for the column; nothing was written",
                ) from None
        return published


def anonymise(source: Path, target: Path, chosen: ColumnMap, settings: Settings, *, keep: bool = False) -> Report:
    """Write `source` to `target` by the map `chosen`.

    Memory does not grow with the rows; the k-anonymity check holds one number for each class. A file that fails that
    check is removed, unless `keep`; the report says so. Raises `InputError` for data that the map does not fit; then
    there is no output.
    """
    work = _Work(chosen, source.name)
    classes = Classes(chosen.anonymity) if chosen.anonymity else None
    with _reading(source, settings) as file, _whole(target) as (fresh, publish):
        with fresh.open("w", encoding=_written(settings.encoding), newline="") as out:
            _carry(work, file, out, settings, classes)
        anonymity = classes.found() if classes else None
        kept = keep or anonymity is None or anonymity.holds
        digest = _digest(fresh)
        if kept:
            publish()
    columns = tuple(ColumnDone(name, action.name, action.detail) for name, action in work.seen.items())
    absent = tuple(name for name in chosen.columns if name not in work.seen)
    return Report(work.rows, columns, absent, anonymity, _digest(source), digest, kept)


def _carry(work: _Work, file: TextIO, out: TextIO, settings: Settings, classes: Classes | None) -> None:
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


def _opened(work: _Work, file: TextIO, out: TextIO, settings: Settings) -> tuple[Iterator[Numbered], Writer]:
    if settings.form is Form.JSONL:
        return read_jsonl(file, work.name), JsonlWriter(out)
    header, rows = read_csv(file, work.name, settings.delimiter)
    work.meet(header, 1)
    missing = [column for column in work.chosen.columns if column not in header]
    if missing:
        raise _refusal(work.name, 1, missing, "is declared, but the file has no such column", "check its spelling")
    published = [column for column in header if not isinstance(work.seen[column], Drop)]
    if not published:
        raise InputError("every column is dropped, so nothing would be left", where=work.name)
    return rows, CsvWriter(out, published, settings.delimiter)


def _refusal(name: str, line: int, columns: Sequence[str], what: str, hint: str) -> InputError:
    problems = [Problem(f"{name}:{line}", f"column {column!r} {what}", hint) for column in columns]
    return InputError(
        f"the map does not fit {name}: {len(problems)} columns", where=f"{name}:{line}", problems=problems
    )


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
