"""The pipeline: each change to a stack, who wrote, approved and applied it, and the log that keeps this.

`policies.sources.pipeline` makes these from the evidence log and from git. Where a person's review is recorded
outside (a pull request), the pipeline that runs ``./rw up`` gives it in its approval file; what is not given is
unread, not "nobody".
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

CHANGE = "pipeline:change"
COMMIT = "pipeline:commit"
LOG = "pipeline:log"


class Change(TypedDict):
    """Properties of ``pipeline:change``: one apply, upgrade or destruction of a stack on a real cloud or site."""

    command: str
    stack: str
    at: str
    """UTC, ISO form."""
    appliedBy: str
    author: str
    """Who wrote the commit that was applied."""
    approvers: list[str]
    """Who approved it; empty for nobody."""
    commit: str
    dirty: bool
    """The checkout differed from the commit."""
    planDigest: str
    approvedPlanDigest: NotRequired[str | None]
    """Digest of the plan that was approved; None where none was."""
    blocking: list[str]
    """Ids of the mandatory rules that failed and were applied all the same."""
    evaluated: bool
    """Policies were judged before it was applied."""
    accepted: NotRequired[bool | None]
    """Acceptance passed; None where there was none."""
    ticket: NotRequired[str | None]
    """What asked for it."""
    byPipeline: bool
    """A pipeline's account applied it, and no person's."""


class Commit(TypedDict):
    """Properties of ``pipeline:commit``: a commit that an applied change contains."""

    author: str
    committer: str
    signature: str
    """``good``, ``untrusted``, ``bad`` or ``none``."""


class Log(TypedDict):
    """Properties of ``pipeline:log``: the evidence log of a stack."""

    verified: bool
    """Hashes and signatures hold from the first record to the head."""
    faults: list[str]
    records: int
    lastAt: NotRequired[str | None]
    keyBesideLog: bool
    """The signing key lies where the log lies."""
    retentionDays: int
    """How long records are kept."""
