"""The four things one does with a stack: preview, up, destroy, refresh; and its state as a whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from rackwright.diagnostics import ClusterError, InputError
from rackwright.engine.backend import FileBackend, Loaded
from rackwright.engine.deletion import Deletion
from rackwright.engine.executor import Executor
from rackwright.engine.journal import Journal, checkpoint_of
from rackwright.engine.monitor import Engine, Monitor, stack_of
from rackwright.engine.plan import Options, Plan, PolicyDiagnostic, Result
from rackwright.engine.program import Program, explain
from rackwright.engine.properties import opened
from rackwright.engine.recovery import settle
from rackwright.engine.refresh import refresh_all
from rackwright.engine.state import broken, snapshot_from_json
from rackwright.engine.step import in_order
from rackwright.engine.urn import StackRef


def preview(options: Options) -> Plan:
    """What `up` would do, without changing anything.

    Raises `StepFailed` when the program or a provider refuses, `InputError` for what the engine does not support.
    """
    with _run(options, options.backend.load(options.stack), preview=True) as executor:
        _run_program(executor)
        _raise_fatal(executor)
        if executor.failed:
            raise _failure(executor)
        return Plan(
            steps=in_order(executor.steps),
            diagnostics=_diagnostics(executor),
            outputs=_outputs(executor),
            refusals=tuple(sorted(set(executor.refusals))),
        )


def up(options: Options) -> Result:
    """Make the stack what the program declares. A failed step is in the result; all that was done is recorded.

    Raises `StepFailed` when the program raises, `PolicyRefused` on a mandatory finding, `InputError` for a guarded
    resource and for what the engine does not support. Whatever is raised, the state tells the truth.
    """
    return _change(options, "update", _run_program)


def destroy(options: Options) -> Result:
    """Delete everything that the stack owns, dependents first. The program does not run."""
    return _change(options, "destroy", _delete_all)


def refresh(options: Options, *, preview_only: bool = False) -> Result:
    """Bring the recorded properties in line with what is; with `preview_only` only say what differs."""
    if preview_only:
        with _run(options, options.backend.load(options.stack), preview=True) as executor:
            refresh_all(executor)
            return _result(executor)
    return _change(options, "refresh", refresh_all)


def _change(options: Options, kind: str, work: Callable[[Executor], None]) -> Result:
    with options.backend.locked(options.stack):
        loaded = options.backend.load(options.stack)
        with _run(options, loaded, preview=False) as executor:
            try:
                work(executor)
                _raise_fatal(executor)
                return _result(executor)
            finally:
                _close_books(executor, kind)


def _close_books(executor: Executor, kind: str) -> None:
    executor.journal.flush()
    if executor.journal.written:
        counts = {str(op): n for op, n in _result(executor).counts().items()}
        executor.options.backend.add_history(executor.options.stack, kind, executor.went_well, counts)


@contextlib.contextmanager
def _run(options: Options, loaded: Loaded, *, preview: bool) -> Iterator[Executor]:
    journal = Journal(loaded, options.backend, options.stack, keep=not preview)
    executor = Executor(options, journal, preview=preview)
    executor.policies.configure(options.stack, options.config, options.secret_config, preview=preview)
    try:
        settle(executor)
        yield executor
    finally:
        executor.registry.close(cancel=not executor.went_well)


def _run_program(executor: Executor) -> None:
    options = executor.options
    program = Program(
        options.program, options.stack, options.config, options.secret_config, executor.preview, options.parallel
    )
    try:
        program.run(Monitor(executor), Engine(executor))
    except (InputError, KeyboardInterrupt):
        raise
    except Exception as cause:
        if executor.went_well:
            raise explain(cause, options.program) from cause
    if executor.went_well:
        _judge_stack(executor)
    if executor.went_well:
        Deletion(executor, executor.journal.untouched()).run()


def _judge_stack(executor: Executor) -> None:
    resources = executor.journal.touched()
    by_urn = {resource.urn: resource for resource in resources}
    for diagnostic in executor.policies.analyze_stack((r, by_urn.get(r.provider_urn)) for r in resources):
        executor.note_diagnostic(diagnostic)


def _delete_all(executor: Executor) -> None:
    Deletion(executor, executor.journal.untouched()).run()


def _raise_fatal(executor: Executor) -> None:
    if executor.fatal is not None:
        raise executor.fatal


def _result(executor: Executor) -> Result:
    return Result(
        steps=in_order(executor.steps),
        diagnostics=_diagnostics(executor),
        outputs=_outputs(executor),
        failed=tuple(executor.failed),
    )


def _diagnostics(executor: Executor) -> tuple[PolicyDiagnostic, ...]:
    return tuple(sorted(executor.diagnostics, key=lambda one: (one.urn, one.policy, one.message)))


def _failure(executor: Executor) -> ClusterError:
    error = _result(executor).error()
    assert error is not None
    return error


def _outputs(executor: Executor) -> dict[str, object]:
    root = stack_of(executor.journal.snapshot().resources)
    return {key: opened(value) for key, value in sorted(root.outputs.items())} if root else {}


# --- the state as a whole ---------------------------------------------------------------------------------------------


def export_state(backend: FileBackend, stack: StackRef) -> dict[str, Any] | None:
    """The recorded deployment as ``pulumi stack export`` shows it, secrets encrypted; None for a new stack."""
    return backend.read(stack)


def stack_outputs(backend: FileBackend, stack: StackRef) -> dict[str, object]:
    """Outputs of the last run; a secret one is a `Secret`."""
    root = stack_of(backend.load(stack).snapshot.resources)
    return {key: opened(value) for key, value in sorted(root.outputs.items())} if root else {}


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
        backend.prepare(stack)
        backend.back_up(stack)
        backend.write(stack, checkpoint_of(stack, snapshot, crypter))
