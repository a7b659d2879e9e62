"""``rw anonymise``: a file with personal data becomes one without, by a declared map."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rackwright import __version__
from rackwright.anonymise import (
    AnonymityFound,
    Form,
    PseudonymKey,
    Report,
    Settings,
    anonymise,
    form_of,
    load_or_make_key,
    needs_key,
    parse_map,
    report_with,
)
from rackwright.cli.arguments import Json, Yes
from rackwright.cli.console import confirm, emit_json, out, say
from rackwright.diagnostics import InputError


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("anonymise")(anonymise_file)


def anonymise_file(
    source: Annotated[Path, typer.Argument(help="CSV, JSON Lines or Parquet file to read.")],
    target: Annotated[Path, typer.Argument(help="File to write.")],
    *,
    map_file: Annotated[Path, typer.Option("--map", help="YAML: what is done to each column.")],
    key_file: Annotated[
        Path | None, typer.Option("--key", help="Key of the pseudonyms; made when the file does not exist (mode 0600).")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="Form of the data; by the file's name if left out.")
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Of both files.")] = "utf-8",
    delimiter: Annotated[str, typer.Option("--delimiter", help="Of CSV: one character.")] = ",",
    report: Annotated[Path | None, typer.Option("--report", help="File for the report, as JSON.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep an output that fails the k-anonymity check.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Pseudonymise, generalise, redact or drop columns by a declared map; exit 2 when k-anonymity is not reached."""
    if not source.is_file():
        raise InputError(f"there is no file {source}", where=str(source))
    settings = Settings(form or form_of(source), encoding, _one_character(delimiter))
    if not _may_write(source, target, yes=yes):
        say("nothing was changed")
        raise typer.Exit(2)
    text = _text(map_file)
    key = _key(key_file) if needs_key(text, str(map_file)) and key_file else None
    done = anonymise(source, target, parse_map(text, str(map_file), key), settings, keep=keep)
    digest = hashlib.sha256(text.encode()).hexdigest()
    data = report_with(done, tool=__version__, map_sha256=digest, key_id=key.id if key else None)
    if report is not None:
        report.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n")
    _tell(done, target, data if as_json else None)


def _tell(done: Report, target: Path, data: object | None) -> None:
    if data is None:
        out.print(column_table(done))
    say(f"{done.rows} rows; " + (f"wrote {escape(str(target))}" if done.output_kept else "the output was removed"))
    found = done.anonymity
    if found is not None and found.holds and found.smallest is not None:
        say(f"k-anonymity: {found.smallest} (required {found.required}), {found.classes} classes")
    if data is not None:
        emit_json(data)
    if found is not None and not found.holds:
        _refuse(found, as_json=data is not None)


def _refuse(found: AnonymityFound, *, as_json: bool) -> None:
    if as_json:
        raise typer.Exit(InputError.exit_code)
    raise InputError(
        f"k-anonymity is {found.smallest}, required {found.required}: {found.rows_below} rows are in smaller classes",
        where=", ".join(found.columns),
        hint="generalise those columns more, or drop one of them; --keep keeps the output to look at",
    )


def column_table(done: Report) -> Table:
    """What was done to each column, one row each."""
    table = Table("Column", "Action", "How")
    for column in done.columns:
        table.add_row(escape(column.name), column.action, escape(column.detail))
    return table


def _may_write(source: Path, target: Path, *, yes: bool) -> bool:
    if not target.exists():
        return True
    if target.samefile(source):
        raise InputError("source and target are the same file", where=str(target), hint="name another target")
    return confirm(f"Replace {target}?", yes=yes)


def _one_character(delimiter: str) -> str:
    found = "\t" if delimiter == "\\t" else delimiter
    if len(found) != 1 or found in '"\r\n':
        raise InputError(
            f"the delimiter is {delimiter!r}, expected one character", where="--delimiter", hint="',' ';' '\\t'"
        )
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"cannot read the map: {problem}", where=str(path)) from problem


def _key(path: Path) -> PseudonymKey:
    key, made = load_or_make_key(path)
    if made:
        say(f"made the key {escape(str(path))}: who has it can find a person again; who destroys it cannot either")
    return key
