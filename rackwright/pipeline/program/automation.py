"""Drives the ``pulumi`` CLI through the Automation API and answers in the embedded engine's values."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import CommandError, CommandResult, LocalWorkspaceOptions, OutputMap, PulumiCommand, Stack
from pulumi.automation.errors import StackNotFoundError, create_command_error

from policies.rule import Finding
from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine import SECRET, Event, Plan, Result
from rackwright.pipeline.judging.findings import of_diagnostics
from rackwright.pipeline.program.cli_events import Heard
from rackwright.pipeline.workspace import PROJECT

POLICY_PACK = "policies"
"""Folder of the CrossGuard pack in the checkout."""

OF_THE_REHEARSAL = (f"{PROJECT}:endpoint", f"{PROJECT}:sshPublicKey")
"""Configuration that means something on this machine only."""

_EXCERPT_LINES = 12
"""Lines of the CLI's own message that an error shows."""


def find_cli() -> Path | None:
    """The CLI's executable: the one on PATH, else the one that ``rw tools install`` put in place."""
    on_path = shutil.which("pulumi")
    own = tools_folder() / "bin" / "pulumi"
    return Path(on_path) if on_path else own if own.exists() else None


def tools_folder() -> Path:
    """Where ``rw tools install`` puts the CLI."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "rackwright" / "pulumi"


def install_cli() -> str:
    """Fetch the CLI of the SDK's own version; returns that version. Raises `StepFailed` when it cannot be had."""
    try:
        return str(PulumiCommand.install(root=str(tools_folder())).version)
    except Exception as cause:
        raise StepFailed(
            f"the pulumi CLI could not be installed: {type(cause).__name__}: {str(cause)[:300]}",
            where=str(tools_folder()),
            hint="see whether get.pulumi.com can be reached, or put a pulumi program on PATH",
        ) from cause


class InterruptibleCommand(PulumiCommand):
    """The CLI, which gets an interrupt from here alone and is waited for until it has recorded what it did.

    The SDK's own command leaves a CLI behind that still works when a person presses Ctrl-C.
    """

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        """Run the CLI with `args`; raises `CommandError` when it fails. Output is not told line by line."""
        del on_output, on_error
        beside = str(Path(self.command).parent) if Path(self.command).is_absolute() else None
        path = os.pathsep.join(filter(None, (beside, os.environ.get("PATH"))))
        environment = {**os.environ, "PATH": path, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        with subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            try:
                output, complaints = process.communicate()
            except KeyboardInterrupt:
                _end(process)
                raise
        result = CommandResult(stdout=output, stderr=complaints, code=process.returncode)
        if result.code:
            raise create_command_error(result)
        return result


def _end(process: subprocess.Popen[str]) -> None:
    """Pass an interrupt on and wait. By a second one the CLI gives up what it waits for."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(KeyboardInterrupt):
            process.communicate()


@functools.cache
def command_of(cli: Path) -> PulumiCommand:
    """The executable `cli`, asked for its version once. Raises `InputError` for one that does not fit the SDK."""
    own = cli.is_relative_to(tools_folder())
    try:
        return InterruptibleCommand(root=str(tools_folder()) if own else None)
    except Exception as cause:
        raise InputError(
            f"the pulumi CLI cannot be used: {type(cause).__name__}: {str(cause)[:300]}",
            where=str(cli),
            hint="put a newer one on PATH, or none and: ./rw tools install",
        ) from cause


def plain_outputs(outputs: OutputMap) -> dict[str, object]:
    """Stack outputs without their secrets."""
    return {name: SECRET if value.secret else value.value for name, value in outputs.items()}


@dataclass(frozen=True, slots=True)
class CliEngine:
    """The official engine on one stack."""

    root: Path
    stack: str
    config: Mapping[str, str]
    cli: Path
    """The CLI's executable."""
    rehearsal: bool = False
    """Whether the stack is for the local cloud: then nothing may be asked of any other one."""

    @property
    def label(self) -> str:
        """``pulumi`` with its version."""
        return f"pulumi {command_of(self.cli).version}"

    def preview(self, on_event: Callable[[Event], None]) -> tuple[Plan, tuple[Finding, ...]]:
        """``pulumi preview`` with the policy pack, which tells violations only. Raises when the program fails."""
        heard = Heard(on_event, preview=True)
        self._run(lambda stack: stack.preview(policy_packs=self._packs(), on_event=heard.hear), heard)
        plan = Plan(heard.ordered(), tuple(heard.diagnostics))
        return plan, tuple(of_diagnostics(plan))

    def up(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """``pulumi up`` with the policy pack; what `allow_replace` names is taken out of the CLI's protection first."""
        heard = Heard(on_event)
        self._unprotect(allow_replace)
        stack = self._run(lambda one: one.up(policy_packs=self._packs(), on_event=heard.hear), heard)
        outputs = plain_outputs(stack.outputs())
        return Result(heard.ordered(), tuple(heard.diagnostics), outputs, tuple(heard.failed))

    def destroy(self, on_event: Callable[[Event], None], allow_replace: frozenset[str]) -> Result:
        """``pulumi destroy``; what `allow_replace` names is taken out of the CLI's protection first."""
        heard = Heard(on_event)
        self._unprotect(allow_replace)
        self._run(lambda stack: stack.destroy(on_event=heard.hear), heard)
        return Result(heard.ordered(), failed=tuple(heard.failed))

    def refresh(self, on_event: Callable[[Event], None], *, record: bool) -> Result:
        """``pulumi refresh``; without `record` its preview."""
        heard = Heard(on_event, preview=not record)

        def ask(stack: Stack) -> object:
            return stack.refresh(on_event=heard.hear) if record else stack.preview_refresh(on_event=heard.hear)

        self._run(ask, heard)
        return Result(heard.ordered(), failed=tuple(heard.failed))

    def deployment(self) -> Mapping[str, object]:
        """``pulumi stack export``; empty where the backend has no such stack."""
        stack = self._existing()
        return dict(stack.export_stack().deployment or {}) if stack else {}

    def outputs(self) -> Mapping[str, object]:
        """``pulumi stack output``; none where the backend has no such stack."""
        stack = self._existing()
        return plain_outputs(stack.outputs()) if stack else {}

    def forget(self) -> None:
        """``pulumi stack rm`` for a rehearsal. A real stack's history is the organisation's to keep."""
        stack = self._existing() if self.rehearsal else None
        if stack is None:
            return
        with self._explained():
            stack.remove_all_config(list(OF_THE_REHEARSAL))
            stack.workspace.remove_stack(self.stack, preserve_config=True)

    def _unprotect(self, urns: frozenset[str]) -> None:
        """``pulumi state unprotect``: the program protects them again with the next `up`."""
        stack = self._existing() if urns else None
        for urn in sorted(urns) if stack is not None else ():
            with self._explained():
                arguments = ["state", "unprotect", urn, "--yes", "--stack", self.stack]
                command_of(self.cli).run(arguments, str(self.root), {})

    def _packs(self) -> list[str]:
        return [str(self.root / POLICY_PACK)]

    def _options(self) -> LocalWorkspaceOptions:
        return LocalWorkspaceOptions(pulumi_command=command_of(self.cli))

    def _existing(self) -> Stack | None:
        with self._explained():
            try:
                return automation.select_stack(self.stack, work_dir=str(self.root), opts=self._options())
            except StackNotFoundError:
                return None

    def _open(self) -> Stack:
        """The stack with our configuration, made where there is none; its file is touched only where it differs."""
        with self._explained():
            stack = automation.create_or_select_stack(self.stack, work_dir=str(self.root), opts=self._options())
            known = {key: value.value for key, value in stack.get_all_config().items()}
            differs = {key: value for key, value in self.config.items() if known.get(key) != value}
            if differs:
                stack.set_all_config({key: automation.ConfigValue(value) for key, value in differs.items()})
            return stack

    def _run(self, action: Callable[[Stack], object], heard: Heard) -> Stack:
        """Carry `action` out. A preview that failed raises; failed steps of a change are left to its result."""
        if self.rehearsal and OF_THE_REHEARSAL[0] not in self.config:
            raise InputError(
                f"stack {self.stack!r} is for the local cloud, which does not run",
                where="--engine cli",
                hint=f"./rw cloud up {self.stack}",
            )
        stack = self._open()
        try:
            action(stack)
        except CommandError as cause:
            refused = any(item.mandatory for item in heard.diagnostics)
            if not refused and (heard.preview or not heard.failed):
                raise heard.error(_excerpt(cause), self.stack) from cause
        return stack

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the CLI's refusal into ours."""
        try:
            yield
        except StackNotFoundError:
            raise
        except CommandError as cause:
            raise StepFailed(
                f"the pulumi CLI refused: {_excerpt(cause)}",
                where=self.stack,
                hint="see that `pulumi stack ls` works here: a backend (pulumi login) and its passphrase",
            ) from cause


def _excerpt(cause: CommandError) -> str:
    """The end of what the CLI wrote, without the SDK's frame around it."""
    lines = [line for line in str(cause).splitlines() if line.strip()]
    return "\n".join(lines[-_EXCERPT_LINES:])
