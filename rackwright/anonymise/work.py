"""One file on its way through the map: columns are met, rows are published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rackwright.anonymise.actions import Action, Drop, Unfit
from rackwright.anonymise.mapping import ColumnMap
from rackwright.anonymise.rows import Row
from rackwright.diagnostics import InputError, Problem


@dataclass(slots=True)
class Work:
    """One file on its way: which columns it has, and how many rows were published."""

    chosen: ColumnMap
    name: str
    seen: dict[str, Action] = field(default_factory=dict)
    """Columns by the order in which they came, with what is done to each."""
    rows: int = 0

    def header(self, columns: Sequence[str], line: int) -> list[str]:
        """Meet all columns of a table; those that are published. InputError for one that is declared and absent."""
        self.meet(columns, line)
        missing = [column for column in self.chosen.columns if column not in columns]
        if missing:
            raise refusal(
                self.name, line, missing, "is declared, but the file has no such column", "check its spelling"
            )
        published = [column for column in columns if not isinstance(self.seen[column], Drop)]
        if not published:
            raise InputError("every column is dropped, so nothing would be left", where=self.name)
        return published

    def meet(self, columns: Iterable[str], line: int) -> None:
        """Take note of columns; InputError names all that the map does not know."""
        new = [column for column in columns if column not in self.seen]
        unknown = self.chosen.unknown(new)
        if unknown:
            raise refusal(self.name, line, unknown, "is not declared", "declare it, or write 'default: drop'")
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


def refusal(name: str, line: int, columns: Sequence[str], what: str, hint: str) -> InputError:
    """The map does not fit: one problem for each of `columns`."""
    problems = [Problem(f"{name}:{line}", f"column {column!r} {what}", hint) for column in columns]
    return InputError(
        f"the map does not fit {name}: {len(problems)} columns", where=f"{name}:{line}", problems=problems
    )
