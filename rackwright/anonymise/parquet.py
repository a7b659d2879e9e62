"""Parquet in, Parquet out, batch by batch. Kept columns keep their type; all that an action makes is text.

Metadata of the source (which tools fill with column statistics, indexes, notes) is not carried over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from rackwright.anonymise.actions import Keep, Number
from rackwright.anonymise.classes import Classes
from rackwright.anonymise.work import Work
from rackwright.diagnostics import InputError

BATCH_ROWS = 4096
"""Rows in memory at a time."""

_AS_WRITTEN: Mapping[type, Callable[[Any], object]] = {
    int: Number,
    float: lambda value: Number(repr(value)),
    Decimal: lambda value: Number(format(value, "f")),
    dt.date: lambda value: value.isoformat(),
    dt.datetime: lambda value: value.isoformat(),
    dt.time: lambda value: value.isoformat(),
    bytes: lambda value: value.hex(),
}
"""Python type of a Parquet value -> what the actions take it for, as they would read it from JSON Lines."""


def carry_parquet(work: Work, source: Path, fresh: Path, classes: Classes | None) -> None:
    """Write `source` to `fresh` by the map of `work`. InputError for what is no Parquet, or does not fit the map."""
    arrow, parquet = _library()
    with _complaints(arrow, source), parquet.ParquetFile(source) as file:
        published = work.header(file.schema_arrow.names, 1)
        schema = arrow.schema([_field(arrow, work, file.schema_arrow.field(name)) for name in published])
        with parquet.ParquetWriter(fresh, schema) as writer:
            for batch in file.iter_batches(BATCH_ROWS):
                writer.write_table(arrow.Table.from_batches([_published(arrow, work, batch, schema, classes)]))


def _library() -> tuple[Any, Any]:
    """Loaded when it is needed: it costs more than everything else that this command does at its start."""
    return import_module("pyarrow"), import_module("pyarrow.parquet")


@contextmanager
def _complaints(arrow: Any, source: Path) -> Iterator[None]:
    try:
        yield
    except (arrow.ArrowException, OSError) as problem:
        what = str(problem).splitlines()[0][:200] if isinstance(problem, arrow.ArrowInvalid | OSError) else "damaged"
        raise InputError(f"not Parquet that can be read: {what}", where=source.name) from None


def _field(arrow: Any, work: Work, field: Any) -> Any:
    kept = isinstance(work.seen[field.name], Keep)
    return arrow.field(field.name, field.type if kept else arrow.string())


def _published(arrow: Any, work: Work, batch: Any, schema: Any, classes: Classes | None) -> Any:
    columns = {name: _values(batch.column(name)) for name in batch.schema.names}
    made: dict[str, list[object]] = {name: [] for name in schema.names}
    for row in _rows(columns, batch.num_rows):
        done = work.publish(row, work.rows + 1)
        if classes is not None:
            classes.add(done)
        for name, values in made.items():
            values.append(done[name])
    arrays = [
        batch.column(name) if isinstance(work.seen[name], Keep) else arrow.array(map(_text, made[name]), arrow.string())
        for name in schema.names
    ]
    return arrow.record_batch(arrays, schema=schema)


def _values(column: Any) -> list[object]:
    return [_AS_WRITTEN.get(type(value), _same)(value) for value in column.to_pylist()]


def _same(value: object) -> object:
    return value


def _rows(columns: Mapping[str, Sequence[object]], count: int) -> Iterator[dict[str, object]]:
    for index in range(count):
        yield {name: values[index] for name, values in columns.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
