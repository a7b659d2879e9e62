"""Chooses the engine and runs the program in `infra/` through it.

The embedded engine serves the local cloud and offline previews; a real cloud needs the ``pulumi`` CLI, which
`rackwright.pipeline.program.automation` drives. Both give the same values: `Plan` and `Result`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from policies.crossguard import PolicyAnalyzer
from policies.registry import RULES
from policies.rule import Finding
from rackwright import engine
from rackwright.diagnostics import InputError
from rackwright.engine import Event, FileBackend, Options, Plan, Result, StackRef
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.offline import OfflineProvider
from rackwright.pipeline.choices import EngineChoice
from rackwright.pipeline.judging.findings import of_model, promised, waivers_of
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.program.automation import CliEngine, find_cli
from rackwright.pipeline.program.guarded import STATEFUL_TYPES
from rackwright.pipeline.workspace import PROJECT, Workspace


class Engine(Protocol):
    """What the pipeline asks of an engine."""

    @property
    def label(self) -> str:
        """How the report names it."""

    def preview(self, on_event: Callable[[Event], None]) -> tuple[Plan, tuple[Finding, ...]]:
        """Plan without changing anything, and what the policies say of it."""

    def up(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """Carry the plan out."""

    def destroy(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """Delete everything that the stack made; what is protected only where `allow_replace` names it."""

    def refresh(self, on_event: Callable[[Event], None], *, record: bool) -> Result:
        """Read everything that the stack owns; what differs from the record, which follows only with `record`."""

    def deployment(self) -> Mapping[str, object]:
        """The recorded state; empty when there is none."""

    def outputs(self) -> Mapping[str, object]:
        """The stack's recorded outputs, secret ones closed."""

    def forget(self) -> None:
        """Drop the record of a stack that has nothing left."""


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """The embedded engine on one stack."""

    workspace: Workspace
    prepared: Prepared
    endpoint: str | None
    """Address of the local AWS API; None plans offline, with every computed value unknown."""
    config: Mapping[str, str]
    label: str = "embedded"

    def preview(self, on_event: Callable[[Event], None]) -> tuple[Plan, tuple[Finding, ...]]:
        """Plan against the recorded state; offline where no local cloud runs."""
        policies = self._policies()
        plan = engine.preview(self._options(on_event, analyzers=(policies,)))
        return plan, (*policies.findings, *of_model(self.prepared))

    def up(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """Apply to the local cloud."""
        return engine.up(self._options(on_event, allow_replace, analyzers=(self._policies(),)))

    def destroy(self, on_event: Callable[[Event], None], _allow_replace: frozenset[str]) -> Result:
        """Delete everything; protection is for real clouds, the rehearsal's things are only copies."""
        return engine.destroy(replace(self._options(on_event), unprotect=True))

    def refresh(self, on_event: Callable[[Event], None], *, record: bool) -> Result:
        """Ask the local cloud."""
        return engine.refresh(self._options(on_event), preview_only=not record)

    def deployment(self) -> Mapping[str, object]:
        """The checkpoint's deployment."""
        return engine.export_state(self.backend, self.stack) or {}

    def outputs(self) -> Mapping[str, object]:
        """The checkpoint's outputs."""
        return engine.stack_outputs(self.backend, self.stack)

    def forget(self) -> None:
        """``pulumi stack rm`` for the embedded engine's state."""
        self.backend.remove(self.stack)

    @property
    def backend(self) -> FileBackend:
        """The ``file://`` backend under ``.rw/state``."""
        return FileBackend(self.workspace.state_root, self._passphrase())

    def _passphrase(self) -> str:
        """What the state's secrets are locked with. Once a state is recorded a lost one is never made anew."""
        kept = self.workspace.secrets / "passphrase"
        recorded = FileBackend(self.workspace.state_root, "").path(self.stack)
        if recorded.exists() and not kept.exists():
            raise InputError(
                f"the passphrase of stack {self.workspace.stack!r} is gone, and the secrets in its state with it",
                where=str(kept),
                hint="put the file back from a copy; a rehearsal can be given up instead: "
                f"./rw cloud down {self.workspace.stack} && rm {recorded}, then ./rw up {self.workspace.stack}",
            )
        if self.endpoint is None and not kept.exists():
            return ""  # plans offline and writes no state, so there is nothing to lock and no reason to make a secret
        return self.workspace.secret("passphrase")

    @property
    def stack(self) -> StackRef:
        """The stack in Pulumi's words."""
        return StackRef(PROJECT, self.workspace.stack)

    def _policies(self) -> PolicyAnalyzer:
        return PolicyAnalyzer(RULES, promised(self.prepared), waivers=waivers_of(self.prepared))

    def _options(
        self,
        on_event: Callable[[Event], None],
        allow_replace: frozenset[str] = frozenset(),
        analyzers: tuple[PolicyAnalyzer, ...] = (),
    ) -> Options:
        return Options(
            stack=self.stack,
            program=self.workspace.root / "infra" / "__main__.py",
            backend=self.backend,
            providers={"aws": AwsProvider if self.endpoint else OfflineProvider},
            config=dict(self.config),
            analyzers=analyzers,
            on_event=on_event,
            allow_replace=allow_replace,
            stateful_types=STATEFUL_TYPES,
        )


def program_config(*, spec: str, endpoint: str | None, ssh_key: str, bundle_key: str = "") -> dict[str, str]:
    """The program's configuration, as ``stacks/Pulumi.<stack>.yaml`` would hold it; what is empty is left out."""
    config = {"spec": spec, "endpoint": endpoint, "sshPublicKey": ssh_key, "bundleKey": bundle_key}
    return {f"{PROJECT}:{key}": value for key, value in config.items() if value}


def choose_engine(
    choice: EngineChoice,
    workspace: Workspace,
    prepared: Prepared,
    *,
    endpoint: str | None,
    ssh_key: str,
    change: bool,
    bundle_key: str = "",
) -> Engine:
    """The engine for this stack; `change` says whether more than a preview is wanted.

    `bundle_key` is the public key (PEM) of nodes that configure themselves; empty for nodes that are pushed to.

    Raises `InputError` when a real cloud is to be changed and there is no ``pulumi`` CLI.
    """
    spec = _from_root(prepared.path, workspace.root)
    config = program_config(spec=spec, endpoint=endpoint, ssh_key=ssh_key, bundle_key=bundle_key)
    local = prepared.design.target == "local"
    cli = find_cli()
    if choice == "cli" or (choice == "auto" and not local and cli):
        if cli is None:
            raise _no_cli("--engine cli was asked for, but there is no pulumi on PATH")
        return CliEngine(workspace.root, workspace.stack, config, cli, rehearsal=local)
    if change and not local:
        raise _no_cli(f"stack {workspace.stack!r} targets {prepared.design.target}, which the embedded engine refuses")
    return EmbeddedEngine(workspace, prepared, endpoint, config)


def _no_cli(what: str) -> InputError:
    return InputError(what, where="target.kind", hint="install the pulumi CLI: ./rw tools install (or put it on PATH)")


def _from_root(path: Path, root: Path) -> str:
    """`path` as the program takes it: from the checkout, or absolute when the stack file lies elsewhere."""
    full = path.resolve()
    return str(full.relative_to(root) if full.is_relative_to(root) else full)
