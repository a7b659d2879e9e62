"""The four things one does with a stack: preview, up, destroy, refresh; and its state as a whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine.backend import FileBackend, Loaded
from rackwright.engine.deletion import Deletion
from rackwright.engine.executor import Executor
from rackwright.engine.journal import Journal, checkpoint_of
from rackwright.engine.monitor import Engine, Monitor, stack_of
from rackwright.engine.plan import Options, Plan, PolicyDiagnostic, Result
from rackwright.engine.program import Program, explain
from rackwright.engine.properties import opened
from rackwright.engine.provider import InitFailed, ProviderError
from rackwright.engine.provider_resources import Providers
from rackwright.engine.recovery import settle
from rackwright.engine.refresh import refresh_all
from rackwright.engine.run import Run, Stopped
from rackwright.engine.state import ResourceState, broken, snapshot_from_json
from rackwright.engine.step import in_order
from rackwright.engine.urn import StackRef


@dataclass(frozen=True, slots=True)
class _Parts:
    run: Run
    providers: Providers


def preview(options: Options) -> Plan:
    """What `up` would do, without changing anything.

    Raises `StepFailed` when the program or a provider refuses, `InputError` for what the engine does not support.
    """
    with _opened(options, options.backend.load(options.stack), preview=True) as parts:
        _run_program(parts)
        run = parts.run
        _raise_fatal(run)
        if (error := _result(run).error()) and run.failed:
            raise error
        return Plan(in_order(run.steps), _diagnostics(run), _outputs(run), tuple(sorted(set(run.refusals))))


def up(options: Options) -> Result:
    """Make the stack what the program declares. A failed step is in the result; all that was done is recorded.

    Raises `StepFailed` when the program raises, `PolicyRefused` on a mandatory finding, `InputError` for a guarded
    resource and for what the engine does not support. Whatever is raised, the state tells the truth.
    """
    return _change(options, "update", _run_program)


def destroy(options: Options) -> Result:
    """Delete everything that the stack owns, dependents first. The program does not run."""
    return _change(options, "destroy", _delete_rest)


def refresh(options: Options, *, preview_only: bool = False) -> Result:
    """Bring the recorded properties in line with what is; with `preview_only` only say what differs."""
    if preview_only:
        with _opened(options, options.backend.load(options.stack), preview=True) as parts:
            _refresh(parts)
            return _result(parts.run)
    return _change(options, "refresh", _refresh)


def _change(options: Options, kind: str, work: Callable[[_Parts], None]) -> Result:
    with contextlib.ExitStack() as held:
        held.enter_context(options.backend.locked(options.stack))
        options.backend.fold(options.stack)
        parts = held.enter_context(_opened(options, options.backend.load(options.stack), preview=False))
        held.callback(_close_books, parts.run, kind)
        with contextlib.suppress(Stopped):
            work(parts)
        _raise_fatal(parts.run)
        return _result(parts.run)


def _close_books(run: Run, kind: str) -> None:
    run.journal.close()
    if run.journal.written:
        counts = {str(op): n for op, n in Result(tuple(run.steps)).counts().items()}
        run.options.backend.add_history(run.options.stack, kind, run.went_well, counts)


@contextlib.contextmanager
def _opened(options: Options, loaded: Loaded, *, preview: bool) -> Iterator[_Parts]:
    """The parts of one run, with what an interrupted one left open settled; providers are let go of at the end."""
    run = Run(options, Journal(loaded, options.backend, options.stack, keep=not preview), preview=preview)
    providers = Providers(run)
    try:
        with contextlib.suppress(Stopped), run.guarded():
            run.policies.configure(options.stack, options.config, options.secret_config, preview=preview)
            settle(run, providers)
        _raise_fatal(run)
        yield _Parts(run, providers)
    finally:
        providers.close()


def _run_program(parts: _Parts) -> None:
    run, options = parts.run, parts.run.options
    program = Program(
        options.program, options.stack, options.config, options.secret_config, run.preview, options.parallel
    )
    try:
        program.run(Monitor(Executor(run, parts.providers)), Engine(run))
    except InputError:
        raise
    except Exception as cause:
        if run.went_well:
            raise explain(cause, options.program) from cause
    if run.went_well:
        _judge_stack(run)
    if run.went_well:
        _delete_rest(parts)


def _judge_stack(run: Run) -> None:
    resources = run.journal.touched()
    by_urn = {resource.urn: resource for resource in resources}
    run.take_verdicts(run.policies.analyze_stack((r, by_urn.get(r.provider_urn)) for r in resources))


def _delete_rest(parts: _Parts) -> None:
    """Delete what is recorded and was not registered; without a program that is everything."""
    Deletion(parts.run, parts.providers, parts.run.journal.untouched()).run()


def _refresh(parts: _Parts) -> None:
    refresh_all(parts.run, parts.providers)


def _raise_fatal(run: Run) -> None:
    """Raise what ended the run; a provider's refusal that belongs to no step becomes one for people."""
    if isinstance(run.fatal, ProviderError | InitFailed):
        raise StepFailed(f"a provider or policy pack failed: {run.fatal}", hint=_GO_ON) from run.fatal
    if run.fatal is not None:
        raise run.fatal


_GO_ON = "everything done before is recorded; run the same command again to go on"


def _result(run: Run) -> Result:
    return Result(in_order(run.steps), _diagnostics(run), _outputs(run), tuple(run.failed))


def _diagnostics(run: Run) -> tuple[PolicyDiagnostic, ...]:
    return tuple(sorted(run.diagnostics, key=lambda one: (one.urn, one.policy, one.message)))


def _outputs(run: Run) -> dict[str, object]:
    return _opened_outputs(stack_of(run.journal.snapshot().resources))


def _opened_outputs(root: ResourceState | None) -> dict[str, object]:
    return {key: opened(value) for key, value in sorted(root.outputs.items())} if root else {}


# --- the state as a whole ---------------------------------------------------------------------------------------------


def export_state(backend: FileBackend, stack: StackRef) -> dict[str, Any] | None:
    """The recorded deployment as ``pulumi stack export`` shows it, secrets encrypted; None for a new stack."""
    return backend.read(stack)


def stack_outputs(backend: FileBackend, stack: StackRef) -> dict[str, object]:
    """Outputs of the last run; a secret one is a `Secret`."""
    return _opened_outputs(stack_of(backend.load(stack).snapshot.resources))


def import_state(backend: FileBackend, stack: StackRef, deployment: dict[str, Any]) -> None:
    """Replace the state with `deployment`: an export of this engine's or of the CLI's, with or without its envelope.

    Raises `InputError` when it is broken or of another stack; then nothing is changed.
    """
    inner = deployment.get("deployment", deployment)
    where = "the deployment to import"
    crypter = backend.crypter(inner, where)
    try:
        snapshot = snapshot_from_json(inner, crypter)
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise InputError(f"it is no deployment: {cause!r}", where=where, hint="give the output of an export") from cause
    prefix = f"urn:pulumi:{stack.name}::{stack.project}::"
    problems = broken(snapshot.resources)
    problems += [f"{r.urn} belongs to another stack" for r in snapshot.resources if not r.urn.startswith(prefix)]
    if problems:
        raise InputError(f"it cannot be imported: {problems[0]}", where=where, hint="export it again from its source")
    with backend.locked(stack):
        backend.fold(stack)
        backend.prepare(stack)
        backend.back_up(stack)
        backend.write(stack, checkpoint_of(stack, snapshot, crypter))
