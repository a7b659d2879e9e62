"""What the tool tells a person when something is wrong.

    ClusterError
    |- InputError     the spec, a flag or a file asks for something that cannot be   exit 2
    |- CapacityError  the provider has not enough of it, or a quota is too small     exit 3
    |- StepFailed     a step was refused or broke; what was done before is kept      exit 4
    |- PolicyRefused  a mandatory policy rule failed on the preview                  exit 5
    `- NotAccepted    the cluster is up but failed acceptance                        exit 6

A person sees ``summary``, ``where`` and ``hint``. An `InputError` can carry many `Problem` values so that all
mistakes are shown at once. The library raises; only `rackwright.cli` prints and exits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in the input: what is wrong (value and limit), where, and a way out."""

    where: str
    """Place a person can open: ``stacks/local.yaml:12:5 (pools.train.nodes)``."""
    summary: str
    hint: str | None = None
    rule: str | None = None
    """Id of the preflight rule that found it (``RW-NET-012``), if one did."""


class ClusterError(Exception):
    """Base of every error this tool raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, summary: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary, self.where, self.hint = summary, where, hint


class InputError(ClusterError):
    """The input asks for something that cannot be built; nothing was changed."""

    exit_code = 2

    def __init__(
        self,
        summary: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(summary, where=where, hint=hint)
        self.problems: tuple[Problem, ...] = tuple(problems)


class CapacityError(ClusterError):
    """The provider lacks capacity or a quota is too small; other zones or types may fit."""

    exit_code = 3


class StepFailed(ClusterError):
    """A step was refused or broke; everything done before it is recorded and kept."""

    exit_code = 4


class PolicyRefused(ClusterError):
    """A mandatory policy rule failed on the preview; nothing was changed."""

    exit_code = 5


class NotAccepted(ClusterError):
    """The cluster is up and configured, but an acceptance check failed."""

    exit_code = 6
