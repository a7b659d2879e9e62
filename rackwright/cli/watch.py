"""Draws a run as it goes: a living status line on a terminal, plain lines in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from rich.markup import escape
from rich.status import Status

from rackwright.cli.console import answered_by, confirm, err, say
from rackwright.cli.plan_views import plan_table, summary_lines
from rackwright.cli.run_views import failure_line
from rackwright.configure import ConfigureEvent
from rackwright.design.model import Design
from rackwright.engine import QUIET, Event, EventKind, Plan
from rackwright.outcome import Check, Verdict

LOG_EVERY_S = 10.0
"""Without a terminal, a stage that goes on says so at this interval."""


class Watch:
    """`rackwright.pipeline.progress.Observer` for a person. Safe to call from any thread."""

    def __init__(self, *, yes: bool, ask: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._yes, self._ask, self._clock = yes, ask, clock
        self.answer = "not asked"
        self._lock = threading.Lock()
        self._status: Status | None = None
        self._stage, self._started, self._told, self._done = "", clock(), clock(), 0

    def stage(self, name: str) -> None:
        """Begin stage `name`; the one before it is closed with its time."""
        self.close()
        self._stage, self._started, self._told, self._done = name, self._clock(), self._clock(), 0
        if err.is_terminal:
            self._status = err.status(f"[bold]{escape(name)}[/]")
            self._status.start()

    def close(self) -> None:
        """End the current stage's line."""
        self._end("[green]✓[/]")

    def broke(self) -> None:
        """End the current stage's line after an error."""
        self._end("[red]✗[/]")

    def _end(self, sign: str) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._stage:
            say(f"{sign} {escape(self._stage)} [dim]{self._clock() - self._started:.1f} s[/]")
            self._stage = ""

    def note(self, text: str) -> None:
        """A line worth keeping."""
        say(f"  [dim]{escape(text)}[/]")

    def engine(self, event: Event) -> None:
        """Show one engine event."""
        if event.kind is EventKind.DIAGNOSTIC or event.step is None or event.step.op in QUIET:
            return
        step = event.step
        if event.kind is EventKind.FAILED:
            say(f"  [red]{step.op.value} {escape(step.type)} {escape(step.name)}: {escape(event.message)}[/]")
        elif event.kind in {EventKind.STARTED, EventKind.FINISHED}:
            self._done += event.kind is EventKind.FINISHED
            self._tell(f"{self._done} steps done; {step.op.value} {step.type} {step.name}")

    def task(self, event: ConfigureEvent) -> None:
        """Show one configuration event."""
        self._done += 1
        if event.status in {"failed", "unreachable"}:
            say(f"  [red]{escape(event.host)}: {escape(event.task)}[/]")
        note = f": {event.note}" if event.note else ""
        self._tell(f"{event.phase}: {event.task} ({event.host}){note}")

    def check(self, check: Check) -> None:
        """Show one acceptance verdict; only failures stay on the screen."""
        self._done += 1
        if check.verdict is Verdict.FAILED:
            say(f"  [red]{escape(failure_line(check))}[/]")
        self._tell(f"{self._done} checks; {check.title}")

    def approve(self, plan: Plan, design: Design, packages: tuple[str, ...]) -> bool:
        """Show the plan and ask."""
        if self._status is not None:
            self._status.stop()
        err.print(plan_table(plan))
        for line in summary_lines(plan, design):
            say(line)
        if packages:
            say(f"Debian packages to install on this machine: {' '.join(packages)}")
        approved = confirm(self._ask, yes=self._yes)
        self.answer = f"{answered_by(yes=self._yes)}: {'yes' if approved else 'no'}"
        return approved

    def _tell(self, text: str) -> None:
        with self._lock:
            if self._status is not None:
                self._status.update(f"[bold]{escape(self._stage)}[/] [dim]{escape(text[:140])}[/]")
            elif self._clock() - self._told >= LOG_EVERY_S:
                self._told = self._clock()
                say(f"  {escape(self._stage)} {self._clock() - self._started:.0f} s: {escape(text)}")
