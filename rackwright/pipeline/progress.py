"""What a run tells whoever watches it. The CLI draws it; tests record it; the pipeline only says it."""

from __future__ import annotations

from typing import Protocol

from rackwright.configure import ConfigureEvent
from rackwright.design.model import Design
from rackwright.engine import Event, Plan
from rackwright.outcome import Check


class Observer(Protocol):
    """Receives the progress of a run, from any thread."""

    @property
    def answer(self) -> str:
        """Who answered `approve`, and what: ``--yes: yes``, ``terminal: no``; ``not asked`` before it."""

    def stage(self, name: str) -> None:
        """Stage `name` begins."""

    def note(self, text: str) -> None:
        """Something worth a line happened in the current stage."""

    def engine(self, event: Event) -> None:
        """The engine planned, started, finished or failed a step."""

    def task(self, event: ConfigureEvent) -> None:
        """A configuration task ended on a host."""

    def check(self, check: Check) -> None:
        """An acceptance check came to a verdict."""

    def approve(self, plan: Plan, design: Design, packages: tuple[str, ...]) -> bool:
        """Show the plan (and the Debian packages that would be installed) and say whether to go ahead."""
