"""The fault plan of the checkout's local cloud: what is in it, and how often each fault has struck."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from pydantic import ValidationError

from rackwright.cloud.aws.faults import FAULTS_PATH, Fault, Faults, load_faults, save_faults
from rackwright.cloud.settings import CloudSettings
from rackwright.diagnostics import InputError, Problem

LOOK_S = 5
"""Longest wait for the emulator's answer."""


@dataclass(frozen=True, slots=True)
class FaultDesk:
    """The plan in a local cloud's folder; a running emulator takes up a change with its next call."""

    root: Path
    """Folder of the local cloud."""

    @property
    def path(self) -> Path:
        """The plan's file, where the emulator looks for it."""
        return CloudSettings(self.root, self.root, "10.0.0.0/16").faults_file

    def plan(self) -> Faults:
        """The plan as it is. Raises `InputError` for a broken file."""
        return load_faults(self.path)

    def add(self, **fields: object) -> Faults:
        """The plan with one more fault. Raises `InputError` naming every mistake in `fields`."""
        try:
            fault = Fault.model_validate({key: value for key, value in fields.items() if value is not None})
        except ValidationError as wrong:
            problems = [_problem(error["loc"], error["msg"]) for error in wrong.errors()]
            raise InputError(f"the fault has {len(problems)} mistake(s)", problems=problems) from wrong
        before = self.plan()
        return self._keep(before.model_copy(update={"faults": (*before.faults, fault)}))

    def load(self, source: Path) -> Faults:
        """The plan in `source` in place of the present one. Raises `InputError` when there is none, or it is broken."""
        if not source.is_file():
            raise InputError("there is no such fault plan", where=str(source))
        return self._keep(load_faults(source))

    def clear(self) -> int:
        """No faults any more; returns how many there were. A broken plan is removed too."""
        try:
            had = len(self.plan().faults)
        except InputError:
            had = 1
        self.path.unlink(missing_ok=True)
        return had

    def struck(self) -> list[int] | None:
        """How often each fault of the plan has struck, in its order; None while no emulator runs."""
        settings = self.path.with_name("settings.json")
        if not settings.is_file():
            return None
        try:
            connection = HTTPConnection("127.0.0.1", CloudSettings.load(settings).aws_port, timeout=LOOK_S)
            connection.request("GET", FAULTS_PATH)
            return [int(fault["struck"]) for fault in json.load(connection.getresponse())["faults"]]
        except (OSError, HTTPException, ValueError):
            return None

    def _keep(self, plan: Faults) -> Faults:
        save_faults(self.path, plan)
        return plan


def _problem(location: tuple[int | str, ...], message: str) -> Problem:
    return Problem(".".join(map(str, location)) or "the fault", message.removeprefix("Value error, "))
