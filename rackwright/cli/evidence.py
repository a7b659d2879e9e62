"""``rw evidence``: signed records of what was done to each stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.cli.files import write_whole
from rackwright.diagnostics import InputError, Problem
from rackwright.evidence import (
    EvidenceLog,
    Part,
    Period,
    Record,
    Verdict,
    make_bundle,
    parse_period,
    read_record,
    select,
    verify_bundle,
)
from rackwright.pipeline.judging.audit_history import read_history
from rackwright.pipeline.proof.evidence_logs import known_logs
from rackwright.pipeline.proof.samples import Kind, samples
from rackwright.pipeline.proof.samples import as_json as as_json_text
from rackwright.pipeline.proof.sigstore import sign
from rackwright.pipeline.workspace import project_root

app = typer.Typer(help="Signed records of every up and audit: show, prove, export.", no_args_is_help=True)

OneStack = Annotated[str | None, typer.Argument(help="A stack's name; every stack with evidence when left out.")]


@app.command()
def show(stack: OneStack = None, as_json: Json = False) -> None:
    """List the records: when, what, who, approved by whom, with which result. Does not judge them."""
    if as_json:
        emit_json([record.body | {"hash": record.hash} for record in _records(known_logs(project_root(), stack))])
        return
    out.print(record_table(_records(known_logs(project_root(), stack))))


def _records(logs: Iterable[EvidenceLog]) -> Iterator[Record]:
    for log in logs:
        for line in log.records():
            try:
                yield read_record(line).record
            except ValueError:
                say(f"[red]{escape(log.stack)}: a line cannot be read[/]; ./rw evidence verify {escape(log.stack)}")


def record_table(records: Iterable[Record]) -> Table:
    """Records, one row each."""
    table = Table("Stack", "#", "When (UTC)", "Command", "Who", "Approval", "Outcome", "Hash")
    for record in records:
        content = record.content
        account = content.get("who")
        name = account.get("user") if isinstance(account, dict) else None
        cells = (record.stack, str(record.index), record.at[:19], record.command, name, content.get("approval"))
        shown = (escape(str(cell or "-")) for cell in (*cells, content.get("outcome"), record.hash[:16]))
        table.add_row(*shown)
    return table


@app.command()
def verify(
    stack: OneStack = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Judge an exported file instead.")] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="Hash of a record noted earlier: it must be there.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="Id of the public key that must have signed.")] = None,
    as_json: Json = False,
) -> None:
    """Prove that no record was changed, moved, put in or removed; exit 2 and name the places otherwise."""
    if bundle is not None:
        if stack is not None or head is not None:
            raise InputError("--bundle judges a whole file: it goes with neither a stack nor --head", where="--bundle")
        period, verdicts = verify_bundle(_read(bundle), key_id=key)
        say(f"period {period.name}")
    else:
        verdicts = [log.verify(wanted=head, key_id=key) for log in known_logs(project_root(), stack)]
    if as_json:
        emit_json([asdict(verdict) | {"holds": verdict.holds} for verdict in verdicts])
        raise typer.Exit(0 if all(verdict.holds for verdict in verdicts) else InputError.exit_code)
    _tell(verdicts)


def _tell(verdicts: Iterable[Verdict]) -> None:
    problems = []
    for verdict in verdicts:
        mark = "[green]✓[/]" if verdict.holds else "[red]✗[/]"
        say(f"{mark} {escape(verdict.stack)}: {verdict.records} records hold, {len(verdict.faults)} faults")
        say(f"  head {verdict.head or 'not known'}\n  key  {verdict.key or 'not known'}")
        for note in verdict.notes:
            say(f"  note {escape(note)}")
        problems += [Problem(f"{verdict.stack}: {fault.where}", fault.what) for fault in verdict.faults]
    if problems:
        raise InputError(f"the evidence does not hold: {len(problems)} faults", problems=problems)


@app.command()
def export(
    period: Annotated[str, typer.Option("--period", help="A year, a quarter or a month: 2026, 2026-Q4, 2026-11.")],
    stack: OneStack = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; stdout when left out.")] = None,
    sigstore: Annotated[
        bool, typer.Option("--sigstore", help="Sign the file with Sigstore too, by the cosign program; needs --output.")
    ] = False,
) -> None:
    """Write the records of a period, with public keys and heads, as one file that proves itself."""
    if sigstore and output is None:
        raise InputError("a Sigstore bundle lies beside a file", where="--sigstore", hint="name one with --output")
    data = _bundle(known_logs(project_root(), stack), parse_period(period))
    if output is None:
        typer.echo(data, nl=False)
    else:
        write_whole(output, data)
    for verdict in verify_bundle(data)[1]:
        say(f"{escape(verdict.stack)}: {verdict.records} records of {period}, key {verdict.key}")
    say("tell the reader the key's id by another way: ./rw evidence verify --bundle FILE --key ID")
    if sigstore and output is not None:
        say(f"signed by Sigstore: {escape(str(sign(output)))}")


def _bundle(logs: Sequence[EvidenceLog], period: Period) -> bytes:
    """The file of a period; refused where a log does not hold."""
    _tell([verdict for verdict in (log.verify() for log in logs) if not verdict.holds])
    return make_bundle(period, [_part(log, period) for log in logs])


@app.command("samples")
def write_samples(
    stack: Annotated[str, typer.Argument(help="A stack's name.")],
    kind: Annotated[Kind, typer.Option("--framework", help="sox: changes and a sample of them; hipaa: controls.")],
    period: Annotated[str, typer.Option("--period", help="A year, a quarter or a month: 2026, 2026-Q4, 2026-11.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    as_json: Json = False,
) -> None:
    """Write what an auditor asks for into one folder: tables, a letter that explains them, and the proof."""
    chosen = parse_period(period)
    (log,) = known_logs(project_root(), stack)
    data = _bundle([log], chosen)
    records = [read_record(line).record for line in log.records()]
    found = samples(kind, stack, chosen, records, read_history(log.folder), data)
    output.mkdir(parents=True, exist_ok=True)
    for name, content in found.files.items():
        write_whole(output / name, content)
    if as_json:
        typer.echo(as_json_text(found), nl=False)
    say(
        f"wrote {len(found.files)} files to {escape(str(output))}: {found.changes} changes, {found.sampled} sampled, "
        f"{found.audits} audits"
    )


def _part(log: EvidenceLog, period: Period) -> Part:
    lines, head = log.snapshot()
    if head is None:
        raise InputError(
            f"the evidence log of {log.stack!r} has no head yet", where=str(log.folder), hint=f"./rw audit {log.stack}"
        )
    return Part(log.stack, log.public_key(), head, select(lines, period))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InputError(f"cannot read {path}: {problem.strerror}", where=str(path)) from problem
