"""Rows from and to CSV and JSON Lines, one at a time. Messages name lines and columns, never values."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TextIO

from rackwright.anonymise.actions import Number
from rackwright.diagnostics import InputError

LONGEST_FIELD = 64 * 2**20
"""Characters of the longest CSV field that is read; an unclosed quote would else read a whole file into one."""

Row = Mapping[str, object]
Numbered = tuple[int, Row]
"""A row and the line that it ends on, counted from 1."""


class Form(StrEnum):
    """Forms of data files."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_SUFFIXES = {".csv": Form.CSV, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL, ".parquet": Form.PARQUET}
_PARQUET = b"PAR1"


def form_of(path: Path) -> Form:
    """Form by the file's name; a file that begins like Parquet is Parquet whatever its name. InputError for others."""
    with path.open("rb") as file:
        if file.read(len(_PARQUET)) == _PARQUET:
            return Form.PARQUET
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"cannot tell the form of {path.name} by its name", where=str(path), hint="--format csv, jsonl or parquet"
        )
    return _SUFFIXES[path.suffix.lower()]


class Writer(Protocol):
    """Takes rows."""

    def write(self, row: Row) -> None:
        """Write one row."""


def read_csv(file: TextIO, name: str, delimiter: str) -> tuple[list[str], Iterator[Numbered]]:
    """Column names and rows. Blank lines are no rows. InputError names the line of anything that is no CSV."""
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(file, delimiter=delimiter, strict=True)
    header = next((row for row in _rows(rows, name) if row), None)
    if header is None:
        raise InputError(f"{name} is empty, expected a line with column names", where=name)
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice or "" in header:
        what = f"columns {', '.join(map(repr, twice))} stand twice" if twice else "a column has no name"
        raise InputError(f"{what} in the first line", where=f"{name}:1", hint="give every column a name of its own")
    return header, _as_rows(rows, header, name)


def _rows(rows: Any, name: str) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as problem:
        raise InputError(f"not CSV: {problem}", where=f"{name}:{rows.line_num}", hint="check the quotes") from problem
    except UnicodeDecodeError as problem:
        where = f"{name}:{rows.line_num + 1}"
        raise InputError(f"not {problem.encoding} after this line", where=where, hint="--encoding NAME") from problem


def _as_rows(rows: Any, header: Sequence[str], name: str) -> Iterator[Numbered]:
    for row in _rows(rows, name):
        if not row:
            continue
        if len(row) != len(header):
            what = f"the row has {len(row)} fields, expected {len(header)}"
            raise InputError(what, where=f"{name}:{rows.line_num}", hint="check quotes and --delimiter")
        yield rows.line_num, dict(zip(header, row, strict=True))


class CsvWriter:
    """Writes RFC 4180: a header, CRLF at the end of each row, quotes where they are needed."""

    def __init__(self, file: TextIO, columns: Sequence[str], delimiter: str) -> None:
        self._columns = list(columns)
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(self._columns)

    def write(self, row: Row) -> None:
        """Write one row in the order of the header."""
        self._writer.writerow([row[column] for column in self._columns])


def read_jsonl(file: TextIO, name: str) -> Iterator[Numbered]:
    """One object per line; blank lines are no rows. InputError names the line of anything else."""
    number = 0
    try:
        for line in file:
            number += 1
            if line.strip():
                yield number, _object(line, f"{name}:{number}")
    except UnicodeDecodeError as problem:
        raise InputError(f"not {problem.encoding} after this line", where=f"{name}:{number + 1}") from problem


def _object(line: str, where: str) -> Row:
    try:
        value = json.loads(
            line, parse_int=Number, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_no_duplicates
        )
    except json.JSONDecodeError as problem:
        raise InputError(f"not JSON: {problem.msg} at column {problem.colno}", where=where) from None
    except (ValueError, RecursionError) as problem:
        reason = "it is nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        raise InputError(f"not JSON that can be read: {reason}", where=where) from None
    if not isinstance(value, dict):
        raise InputError("the line holds no JSON object", where=where, hint="write one object per line")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


class JsonlWriter:
    """Writes one object per line, ASCII only; kept numbers exactly as they were written."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: Row) -> None:
        """Write one row."""
        self._file.write(as_json(row) + "\n")


def as_json(value: object) -> str:
    """`value` as JSON, with each `Number` as it was written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)}: {as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return json.dumps(value)
